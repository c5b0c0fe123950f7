#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/check.h"

namespace levelwind::testing {

/// A fresh directory of its own that goes away with the object.
class ScratchDir {
 public:
  ScratchDir() : ScratchDir(std::filesystem::temp_directory_path()) {}
  explicit ScratchDir(const std::filesystem::path& parent) {
    std::string pattern = (parent / "levelwind-test-XXXXXX").string();
    LW_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  /// In memory where the machine has such a place: for tests that commit thousands of times.
  static std::filesystem::path InMemory() {
    const std::filesystem::path shm("/dev/shm");
    return std::filesystem::exists(shm) ? shm : std::filesystem::temp_directory_path();
  }
  ~ScratchDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Not a class of this name: the real cluster's support library has one, and a program may link
// both.
using TempDir = ScratchDir;

}  // namespace levelwind::testing
