#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/check.h"

namespace levelwind::testing {

/// A fresh directory of its own that goes away with the object.
class TempDir {
 public:
  TempDir() : TempDir(std::filesystem::temp_directory_path()) {}
  explicit TempDir(const std::filesystem::path& parent) {
    std::string pattern = (parent / "levelwind-test-XXXXXX").string();
    LW_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  /// In memory where the machine has such a place: for tests that commit thousands of times.
  static std::filesystem::path InMemory() {
    const std::filesystem::path shm("/dev/shm");
    return std::filesystem::exists(shm) ? shm : std::filesystem::temp_directory_path();
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace levelwind::testing
