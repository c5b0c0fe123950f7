#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace levelwind::testing {

/// An ext4 file system of its own over a directory, which becomes read-only as a kernel makes the
/// one of a failing disk: at once, whoever has files open for writing. Seen by this process's mount
/// namespace only; unmounted with this object, and then the directory is as it was before.
class FailingDisk {
 public:
  /// With what is in `dir`, which nobody may be using, in the file `image`. An error says why there
  /// can be none here.
  static Result<std::unique_ptr<FailingDisk>> Over(const std::string& dir,
                                                   const std::string& image);
  ~FailingDisk();
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  /// From here on nothing can be written there; what is there can be read.
  Status MakeReadOnly();

 private:
  explicit FailingDisk(std::string dir) : dir_(std::move(dir)) {}
  const std::string dir_;
};

}  // namespace levelwind::testing
