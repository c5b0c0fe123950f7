#include "store/state_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/sabotage.h"
namespace levelwind::store {
namespace {

constexpr std::size_t kMostFileBytes = 4096;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

ErrorCode CodeOf(int number) {
  switch (number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kPermissionDenied;
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::kNotFound;
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::kResourceExhausted;
    default:
      return ErrorCode::kUnavailable;
  }
}

Error SystemError(int number, std::string_view what, const std::string& path,
                  std::string_view next_step) {
  return Error(CodeOf(number), fmt::format("{} {}: {}; {}", what, path,
                                           std::generic_category().message(number), next_step));
}

Status MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return Ok();
  const int number = errno;
  if (number != EEXIST) {
    return SystemError(number, "making the state directory", path,
                       number == ENOENT ? "make its parent directory, or choose another with "
                                          "--state-dir"
                                        : "choose another with --state-dir");
  }
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return SystemError(errno, "reading the state directory", path, "check its owner and mode");
  }
  if (!S_ISDIR(info.st_mode)) {
    return InvalidArgument(fmt::format(
        "state directory {}: it is a file, not a directory; choose another with --state-dir",
        path));
  }
  return Ok();
}

// The holder writes its pid for this message only; the lock itself is the kernel's.
std::string HolderOf(int fd) {
  std::array<char, 32> buffer{};
  const ssize_t size = ::pread(fd, buffer.data(), buffer.size() - 1, 0);
  if (size <= 0) return "another process";
  std::string_view text(buffer.data(), static_cast<std::size_t>(size));
  text = text.substr(0, text.find_first_not_of("0123456789"));
  return text.empty() ? "another process" : fmt::format("process {}", text);
}

Status WriteHolder(int fd, const std::string& lock) {
  const std::string text = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd, 0) != 0 ||
      ::pwrite(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return SystemError(errno, "writing", lock, "check the free space of that file system");
  }
  return Ok();
}

}  // namespace

Result<StateDirectory> StateDirectory::Lock(const std::string& path) {
  LW_RETURN_IF_ERROR(MakeDirectory(path));
  const std::string lock = path + "/lock";
  const int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return SystemError(errno, "using the state directory", path,
                       "the daemon's user must be able to read and write it");
  }
  StateDirectory directory(path, fd);
  if (!Sabotaged("I11.one-process") && ::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int number = errno;
    if (number != EWOULDBLOCK) return SystemError(number, "locking", lock, "use a local disk");
    return FailedPrecondition(fmt::format(
        "state directory {}: {} is using it; stop that one, or choose another with --state-dir",
        path, HolderOf(fd)));
  }
  LW_RETURN_IF_ERROR(WriteHolder(fd, lock));
  return directory;
}

StateDirectory::~StateDirectory() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

Status StateDirectory::Make(const std::string& path) { return MakeDirectory(path); }

Status StateDirectory::EnsurePrivate(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return SystemError(errno, "opening", file,
                       "the daemon's user must be able to read and write it");
  }
  ::close(fd);
  return Ok();
}

Result<std::optional<std::string>> StateDirectory::ReadFile(const std::string& name) const {
  const std::string file = FileName(name);
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (in.fd() < 0 && errno == ENOENT) return std::optional<std::string>();
  std::string text(kMostFileBytes + 1, '\0');
  const ssize_t size = in.fd() < 0 ? -1 : ::pread(in.fd(), text.data(), text.size(), 0);
  if (size < 0) return SystemError(errno, "reading", file, "the daemon's user must be able to");
  if (static_cast<std::size_t>(size) > kMostFileBytes) {
    return DataLoss(fmt::format("{}: it is not a file of Levelwind's; move it away", file));
  }
  text.resize(static_cast<std::size_t>(size));
  return std::optional(std::move(text));
}

Status StateDirectory::ReplaceFile(const std::string& name, const std::string& text) const {
  const std::string file = FileName(name);
  const std::string draft = file + ".new";
  {
    const Descriptor out(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (out.fd() < 0 ||
        ::pwrite(out.fd(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
        ::fsync(out.fd()) != 0) {
      return SystemError(errno, "writing", draft, "check the free space of that file system");
    }
  }
  const Descriptor directory(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (::rename(draft.c_str(), file.c_str()) != 0 || directory.fd() < 0 ||
      ::fsync(directory.fd()) != 0) {
    return SystemError(errno, "writing", file, "check the state directory's owner and mode");
  }
  return Ok();
}

}  // namespace levelwind::store
