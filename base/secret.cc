#include "base/secret.h"

#include <fcntl.h>
#include <string.h>  // explicit_bzero
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace levelwind {

namespace {

constexpr std::size_t kLongest = std::size_t{64} << 10;

class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool ok() const { return fd_ >= 0; }
  /// As many bytes as there are and fit; -1 with errno set on failure.
  ssize_t Read(char* to, std::size_t room) const {
    std::size_t have = 0;
    while (have < room) {
      const ssize_t got = ::read(fd_, to + have, room - have);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return got;
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    return static_cast<ssize_t>(have);
  }

 private:
  int fd_;
};

Result<Secret> FromFile(const std::string& path, std::string_view what) {
  const File file(path);
  // One byte more than allowed tells a long file from one that just fits.
  const auto buffer = std::make_unique<char[]>(kLongest + 1);
  const ssize_t got = file.ok() ? file.Read(buffer.get(), kLongest + 1) : -1;
  if (got < 0) {
    return NotFound(
        fmt::format("{}: file {} cannot be read: {}", what, path, std::strerror(errno)));
  }
  std::string_view text(buffer.get(), static_cast<std::size_t>(got));
  const bool fits = text.size() <= kLongest;
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  Secret secret(fits ? text : std::string_view());
  Wipe(buffer.get(), static_cast<std::size_t>(got));
  if (!fits) {
    return InvalidArgument(fmt::format(
        "{}: file {} is larger than 64 KiB; it must hold the secret and nothing else", what, path));
  }
  if (secret.empty()) {
    return InvalidArgument(
        fmt::format("{}: file {} is empty; write the secret into it", what, path));
  }
  return secret;
}

Result<Secret> FromEnvironment(const std::string& name, std::string_view what) {
  const char* text = std::getenv(name.c_str());
  if (text == nullptr || *text == '\0') {
    return InvalidArgument(fmt::format("{}: the environment variable {} is {}; set it", what, name,
                                       text == nullptr ? "not set" : "empty"));
  }
  if (std::strlen(text) > kLongest) {
    return InvalidArgument(
        fmt::format("{}: the environment variable {} is longer than 64 KiB", what, name));
  }
  return Secret(text);
}

}  // namespace

void Wipe(void* memory, std::size_t size) {
  if (size > 0) explicit_bzero(memory, size);
}

Secret::Secret(std::string_view text)
    : text_(text.empty() ? nullptr : std::make_unique<char[]>(text.size())), size_(text.size()) {
  std::copy(text.begin(), text.end(), text_.get());
}

Secret::Secret(Secret&& other) noexcept
    : text_(std::move(other.text_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret other) noexcept {
  std::swap(text_, other.text_);
  std::swap(size_, other.size_);
  return *this;
}

Secret::~Secret() { Wipe(text_.get(), size_); }

bool operator==(const Secret& a, const Secret& b) {
  if (a.size_ != b.size_) return false;
  unsigned differ = 0;
  for (std::size_t i = 0; i < a.size_; ++i) {
    differ |= static_cast<unsigned char>(a.text_[i]) ^ static_cast<unsigned char>(b.text_[i]);
  }
  return differ == 0;
}

Result<Secret> ReadSecret(const SecretSource& source, std::string_view what) {
  if (!source.value.empty()) return source.value;
  if (!source.file.empty()) return FromFile(source.file, what);
  if (!source.env.empty()) return FromEnvironment(source.env, what);
  return InvalidArgument(
      fmt::format("{} is not set; name a file or an environment variable", what));
}

}  // namespace levelwind
