#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "store/state_directory.h"

namespace levelwind::store {

/// How far a journal has come; it only grows. Kept beside the journal as well, so that a copy of an
/// earlier day that somebody put back is told from the journal that was there last (B4): with such
/// a copy a plan that was carried out, or taken back, long ago would be gone on with.
struct JournalPosition {
  std::int64_t generation = 0;                            ///< Openings.
  std::int64_t audit_generation = 0, audit_sequence = 0;  ///< Of the newest changing request.
  std::int64_t next_operation = 1;
  friend auto operator<=>(const JournalPosition&, const JournalPosition&) = default;
};

inline constexpr const char* kNewestFileName = "levelwind.newest";

/// kDataLoss, with the next step, when the state directory has seen a later position than
/// `journal`.
Status CheckPosition(const StateDirectory& directory, const std::string& journal_path,
                     const JournalPosition& journal);
/// Notes a position. What cannot be written now is only logged: the check is then a weaker one.
void NotePosition(const StateDirectory& directory, const JournalPosition& journal);

}  // namespace levelwind::store
