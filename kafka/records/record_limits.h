#pragma once

#include <cstddef>

namespace levelwind::kafka {

/// What one record batch may cost its reader. A batch that goes over a limit is an error
/// (kResourceExhausted) that names the limit.
struct RecordLimits {
  /// One record, in plain bytes. 1 to 1 GiB. This and 64 KiB are what a reader of compressed
  /// batches holds at most, besides the state of the codec.
  std::size_t max_record_bytes = std::size_t{16} << 20;
  /// All records of one batch, in plain bytes.
  std::size_t max_batch_bytes = std::size_t{64} << 20;
  /// Plain bytes for each compressed one. Looked at only above free_ratio_bytes, since small
  /// batches of equal records compress well and cost nothing.
  std::size_t max_ratio = 1000;
  std::size_t free_ratio_bytes = std::size_t{1} << 20;
  /// Base-2 logarithm of the largest zstd window, 10 to 27. 23 (8 MiB) is what RFC 8878 asks every
  /// decoder to take and what zstd's levels up to 19 use.
  int max_zstd_window_log = 23;
};

}  // namespace levelwind::kafka
