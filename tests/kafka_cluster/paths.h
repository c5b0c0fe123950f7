#pragma once

#include <string>
#include <string_view>

namespace levelwind::testing {

/// The repository that these tests were built from.
std::string SourceDir();
/// scripts/`name` in it.
std::string ScriptPath(std::string_view name);
/// The built `levelwind` program. Link lw_daemon_fixture to have it built.
std::string LevelwindBinary();

/// A new directory under $TMPDIR (or /tmp), removed with all its content by the destructor.
class TempDir {
 public:
  explicit TempDir(std::string_view name);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace levelwind::testing
