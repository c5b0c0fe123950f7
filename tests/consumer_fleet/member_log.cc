#include "tests/consumer_fleet/member_log.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

namespace levelwind::testing {
namespace {

using Kind = MemberEvent::Kind;

std::optional<Kind> KindOf(const std::string& word) {
  static const std::map<std::string, Kind, std::less<>> kinds = {
      {"start", Kind::kStart}, {"assign", Kind::kAssign}, {"revoke", Kind::kRevoke},
      {"lost", Kind::kRevoke}, {"first", Kind::kFirst},   {"did", Kind::kDid},
      {"end", Kind::kEnd}};
  const auto found = kinds.find(word);
  return found == kinds.end() ? std::nullopt : std::optional(found->second);
}

double Seconds(std::int64_t from_ms, std::int64_t to_ms) {
  return static_cast<double>(to_ms - from_ms) / 1000;
}

/// Plays all members' events in the order of time.
class Player {
 public:
  Player(std::size_t members, std::int64_t from_ms, std::int64_t to_ms)
      : members_(members), from_ms_(from_ms), to_ms_(to_ms) {}

  void Play(std::size_t member, const MemberEvent& event) {
    Member& one = members_[member];
    counts_ = event.at_ms >= from_ms_ && event.at_ms < to_ms_;
    switch (event.kind) {
      case Kind::kStart:
        one.started_ms = event.at_ms;
        break;
      case Kind::kAssign:
        Assign(one, event);
        break;
      case Kind::kRevoke:
        Revoke(one, event);
        break;
      case Kind::kFirst:
        if (one.assigned_ms) Note(figures_.first_records, *one.assigned_ms, event.at_ms);
        one.assigned_ms.reset();
        break;
      case Kind::kDid:
        if (counts_ && event.numbers.size() == 3) {
          figures_.records += event.numbers[0];
          figures_.late += event.numbers[1];
          figures_.busy_s += static_cast<double>(event.numbers[2]) / 1000;
        }
        break;
      case Kind::kEnd:
        one.stopped_ms.reset();
        break;
    }
  }
  GroupFigures Take() { return std::move(figures_); }

 private:
  struct Member {
    std::set<std::int64_t> has;
    std::optional<std::int64_t> started_ms, stopped_ms, assigned_ms;
  };

  void Note(std::vector<double>& times, std::int64_t from_ms, std::int64_t to_ms) const {
    if (counts_) times.push_back(Seconds(from_ms, to_ms));
  }
  void Assign(Member& one, const MemberEvent& event) {
    if (event.numbers.empty()) return;
    if (counts_) ++figures_.dealings;
    one.assigned_ms = event.at_ms;
    if (one.started_ms) Note(figures_.joins, *one.started_ms, event.at_ms);
    if (one.stopped_ms) Note(figures_.member_stops, *one.stopped_ms, event.at_ms);
    one.started_ms.reset();
    one.stopped_ms.reset();
    for (const std::int64_t partition : event.numbers) {
      one.has.insert(partition);
      const auto given = given_back_.find(partition);
      if (given == given_back_.end()) continue;
      Note(figures_.partition_gaps, given->second, event.at_ms);
      given_back_.erase(given);
    }
  }
  void Revoke(Member& one, const MemberEvent& event) {
    if (event.numbers.empty()) return;
    if (counts_) ++figures_.dealings;
    for (const std::int64_t partition : event.numbers) {
      one.has.erase(partition);
      given_back_[partition] = event.at_ms;
    }
    if (one.has.empty()) one.stopped_ms = event.at_ms;
  }

  std::vector<Member> members_;
  std::map<std::int64_t, std::int64_t> given_back_;  // partition -> since when it has nobody
  const std::int64_t from_ms_, to_ms_;
  bool counts_ = false;
  GroupFigures figures_;
};

}  // namespace

std::vector<MemberEvent> ParseMemberLog(std::string_view text) {
  std::vector<MemberEvent> events;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line) && !in.eof();) {
    std::istringstream fields(line);
    MemberEvent event;
    std::string word;
    if (!(fields >> event.at_ms >> word)) continue;
    const auto kind = KindOf(word);
    if (!kind) continue;
    event.kind = *kind;
    for (std::int64_t number = 0; fields >> number;) event.numbers.push_back(number);
    events.push_back(std::move(event));
  }
  return events;
}

GroupFigures MeasureGroup(const std::vector<std::vector<MemberEvent>>& members,
                          std::int64_t from_ms, std::int64_t to_ms) {
  std::vector<std::pair<std::size_t, const MemberEvent*>> order;
  for (std::size_t m = 0; m < members.size(); ++m) {
    for (const MemberEvent& event : members[m]) order.emplace_back(m, &event);
  }
  std::ranges::stable_sort(order, {}, [](const auto& entry) { return entry.second->at_ms; });
  Player player(members.size(), from_ms, to_ms);
  for (const auto& [member, event] : order) player.Play(member, *event);
  return player.Take();
}

double Quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const double rank = std::ceil(q * static_cast<double>(values.size())) - 1;
  return values[static_cast<std::size_t>(std::max(0.0, rank))];
}

double Sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace levelwind::testing
