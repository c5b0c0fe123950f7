#include "tests/integration_relief/failing_disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "tests/kafka_cluster/subprocess.h"

namespace levelwind::testing {
namespace {

constexpr std::uintmax_t kBytes = std::uintmax_t{1} << 30;  // Sparse.

Status Run(std::vector<std::string> argv) {
  const std::string what = argv.front();
  auto result = RunCommand(std::move(argv), std::chrono::seconds(60));
  if (!result.ok()) return result.error().Wrap(what);
  if (result->ok()) return Ok();
  return FailedPrecondition(fmt::format("{}: {} {}", what, result->status.ToString(), result->err));
}

Status Mount(const std::string& image, const std::string& at) {
  return Run({"mount", "-t", "ext4", "-o", "loop,errors=remount-ro", image, at});
}

}  // namespace

Result<std::unique_ptr<FailingDisk>> FailingDisk::Over(const std::string& dir,
                                                       const std::string& image) {
  namespace fs = std::filesystem;
  std::ofstream(image).close();
  fs::resize_file(image, kBytes);
  LW_RETURN_IF_ERROR(Run({"mkfs.ext4", "-q", "-F", image}));
  const std::string aside = image + ".filled";
  fs::create_directory(aside);
  LW_RETURN_IF_ERROR(Mount(image, aside));
  const Status copied = Run({"cp", "-a", dir + "/.", aside});
  fs::remove(aside + "/lost+found");  // Kafka takes every directory for a partition.
  LW_RETURN_IF_ERROR(Run({"umount", aside}));
  LW_RETURN_IF_ERROR(copied);
  LW_RETURN_IF_ERROR(Mount(image, dir));
  return std::unique_ptr<FailingDisk>(new FailingDisk(dir));
}

FailingDisk::~FailingDisk() { ::umount2(dir_.c_str(), MNT_DETACH); }

Status FailingDisk::MakeReadOnly() {
  const auto failed = [&](const char* what) {
    return FailedPrecondition(fmt::format("{} {}: {}", what, dir_, std::strerror(errno)));
  };
  // What ext4 does by itself after an error of its device; a plain remount is refused while files
  // are open for writing.
  if (::mount(nullptr, dir_.c_str(), nullptr, MS_REMOUNT, "abort") != 0)
    return failed("remounting");
  const int file = ::open((dir_ + "/probe").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0 && errno == EROFS) return Ok();
  if (file >= 0) ::close(file);
  return failed("still writable:");
}

}  // namespace levelwind::testing
