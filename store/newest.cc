#include "store/newest.h"

#include <fmt/format.h>

#include <optional>
#include <sstream>

#include "base/log.h"

namespace levelwind::store {
namespace {

std::optional<JournalPosition> Parse(const std::string& text) {
  std::istringstream in(text);
  JournalPosition position;
  in >> position.generation >> position.audit_generation >> position.audit_sequence >>
      position.next_operation;
  return in.fail() ? std::nullopt : std::optional(position);
}

}  // namespace

Status CheckPosition(const StateDirectory& directory, const std::string& journal_path,
                     const JournalPosition& journal) {
  LW_ASSIGN_OR_RETURN(const auto text, directory.ReadFile(kNewestFileName));
  if (!text) return Ok();
  const auto newest = Parse(*text);
  if (newest && *newest <= journal) return Ok();
  const std::string file = directory.FileName(kNewestFileName);
  if (!newest) {
    return DataLoss(fmt::format("{}: it is damaged; move it away and start again", file));
  }
  return DataLoss(fmt::format(
      "journal {}: it is older than the one that was here last (opened {} times and at operation "
      "{}, that one {} times and at operation {}): a copy of an earlier day, or a new file. What "
      "Levelwind did since is not in it. Put the newest one back; or, when no operation of it is "
      "to go on, move {} away and start again",
      journal_path, journal.generation, journal.next_operation, newest->generation,
      newest->next_operation, file));
}

void NotePosition(const StateDirectory& directory, const JournalPosition& journal) {
  const Status noted = directory.ReplaceFile(
      kNewestFileName, fmt::format("{} {} {} {}\n", journal.generation, journal.audit_generation,
                                   journal.audit_sequence, journal.next_operation));
  if (!noted.ok()) LW_WARN("store", "{}", noted.error().message());
}

}  // namespace levelwind::store
