#include "tests/kafka_cluster/paths.h"

#include <stdlib.h>

#include <filesystem>
#include <system_error>

#include "base/check.h"

namespace levelwind::testing {

std::string SourceDir() { return LEVELWIND_SOURCE_DIR; }

std::string ScriptPath(std::string_view name) {
  return SourceDir() + "/scripts/" + std::string(name);
}

std::string LevelwindBinary() { return LEVELWIND_BINARY; }

TempDir::TempDir(std::string_view name) {
  std::error_code error;
  std::filesystem::path base = std::filesystem::temp_directory_path(error);
  if (error) base = "/tmp";
  path_ = (base / ("lw-" + std::string(name) + "-XXXXXX")).string();
  LW_CHECK(::mkdtemp(path_.data()) != nullptr);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace levelwind::testing
