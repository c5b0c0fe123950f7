#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/result.h"

namespace levelwind::store {

/// The daemon's private directory, locked for as long as the object lives. The kernel drops the
/// lock when the process ends in whatever way, so that a kill -9 leaves nothing to clean up.
class StateDirectory {
 public:
  /// Makes the directory with mode 0700 if it is missing; its parent must exist. Takes no lock.
  static Status Make(const std::string& path);
  /// Makes an empty file with mode 0600 if there is none; refuses one that cannot be read and
  /// written.
  static Status EnsurePrivate(const std::string& file);
  /// Makes the directory and takes `lock` in it.
  static Result<StateDirectory> Lock(const std::string& path);

  StateDirectory(StateDirectory&& other) noexcept
      : path_(std::move(other.path_)), lock_fd_(std::exchange(other.lock_fd_, -1)) {}
  StateDirectory& operator=(StateDirectory&&) = delete;
  ~StateDirectory();

  const std::string& path() const { return path_; }
  std::string FileName(const std::string& name) const { return path_ + "/" + name; }
  Status EnsurePrivateFile(const std::string& name) const { return EnsurePrivate(FileName(name)); }

  /// A small file's text; nothing if there is none. kDataLoss for one beyond 4 KiB.
  Result<std::optional<std::string>> ReadFile(const std::string& name) const;
  /// Replaces a small file by one with this text and mode 0600: after a power failure it has the
  /// old text or the new one.
  Status ReplaceFile(const std::string& name, const std::string& text) const;

 private:
  StateDirectory(std::string path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}

  std::string path_;
  int lock_fd_ = -1;
};

}  // namespace levelwind::store
