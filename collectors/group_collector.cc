#include "collectors/group_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collectors/group_activity.h"
#include "collectors/group_records.h"

namespace levelwind::collectors {
namespace {

constexpr std::size_t kGroupsAtOnce = 5000;

/// A group to be looked at: listed now, or known and listed by nobody.
struct Wanted {
  kafka::GroupListing listing;
  bool listed = true;
};

/// One look, from the list to the records.
class GroupLookup {
 public:
  GroupLookup(CollectState& state, const kafka::AdminClient::GroupListings& listings)
      : state_(state), unreachable_(listings.unreachable.begin(), listings.unreachable.end()) {
    for (const kafka::GroupListing& listing : listings.groups) {
      // While coordinators change two brokers may list the same group; the second one is as good.
      if (!wanted_.emplace(listing.name, Wanted{listing, true}).second) ++report_.skipped;
    }
    KeepUnlisted();
  }

  /// All groups, in parts of a few thousand, so that no more than that many groups' answers need to
  /// be there at once beside what is kept of them (a million commits are 100 MB). A coordinator's
  /// groups stay together: parts cost no request more.
  std::vector<std::vector<std::string>> Parts() const {
    std::map<BrokerId, std::vector<std::string>> by_coordinator;
    for (const auto& [name, wanted] : wanted_) {
      by_coordinator[wanted.listing.coordinator].push_back(name);
    }
    std::vector<std::vector<std::string>> parts;
    for (auto& [coordinator, names] : by_coordinator) {
      if (parts.empty() || parts.back().size() + names.size() > kGroupsAtOnce) parts.emplace_back();
      std::ranges::move(names, std::back_inserter(parts.back()));
    }
    return parts;
  }
  /// Those of `part` whose members may not be what they were.
  std::vector<kafka::GroupListing> ToDescribe(const std::vector<std::string>& part,
                                              SteadyTime now) const {
    std::vector<kafka::GroupListing> listings;
    for (const std::string& name : part) {
      const Wanted& wanted = wanted_.at(name);
      if (MustDescribe(name, wanted, now)) listings.push_back(wanted.listing);
    }
    return listings;
  }
  /// The share groups of `part`, or all others.
  std::vector<std::string> Names(const std::vector<std::string>& part, bool share) const {
    std::vector<std::string> names;
    std::ranges::copy_if(part, std::back_inserter(names), [&](const std::string& name) {
      return IsShareGroup(wanted_.at(name).listing) == share;
    });
    return names;
  }
  void SetDescriptions(std::vector<kafka::GroupDescription> descriptions, SteadyTime at) {
    described_at_ = at;
    for (kafka::GroupDescription& d : descriptions) descriptions_[d.name] = std::move(d);
  }
  void SetCommits(std::vector<kafka::GroupOffsets> commits, SteadyTime at) {
    commits_at_ = at;
    for (kafka::GroupOffsets& c : commits) commits_[c.group] = std::move(c);
  }
  void SetShares(std::vector<kafka::ShareGroupOffsets> shares, SteadyTime at) {
    commits_at_ = at;
    for (kafka::ShareGroupOffsets& s : shares) shares_[s.group] = std::move(s);
  }
  /// Puts what was set since the last time into the records of the groups of `part`, and drops it.
  void ApplyPart(const std::vector<std::string>& part) {
    for (const std::string& name : part) Apply(name, wanted_.at(name));
    descriptions_.clear();
    commits_.clear();
    shares_.clear();
  }
  void SetTime(SteadyTime now, WallTime wall_now) {
    now_ = now;
    wall_now_ = wall_now;
  }
  void Note(const std::string& problem) {
    if (report_.missing.empty()) report_.missing = problem;
  }

  LookReport Finish() {
    std::erase_if(state_.groups, [&](const auto& entry) {
      return !wanted_.contains(entry.first) && !kept_.contains(entry.first);
    });
    if (unread_ > 0) {
      Note(fmt::format("{} of {} groups could not be read; {}", unread_,
                       wanted_.size() + kept_.size(), why_));
    }
    return report_;
  }

 private:
  /// Known groups that are not in the list. With a broker missing the list is not the whole truth,
  /// and asking that broker again would cost a whole timeout: they stay as they are. Otherwise they
  /// are asked for by name, for a coordinator that has just moved lists nothing yet.
  void KeepUnlisted() {
    for (auto& [name, record] : state_.groups) {
      if (wanted_.contains(name)) continue;
      if (!unreachable_.empty()) {
        kept_.insert(name);
        Lose(record,
             fmt::format("group {}: broker {} does not answer", name, *unreachable_.begin()));
        continue;
      }
      kafka::GroupListing listing;
      listing.name = name;
      listing.type = record.group.type;
      listing.protocol_type = record.group.protocol_type;
      wanted_.emplace(name, Wanted{std::move(listing), false});
    }
  }

  bool MustDescribe(const std::string& name, const Wanted& wanted, SteadyTime now) const {
    const auto known = state_.groups.find(name);
    if (!wanted.listed || known == state_.groups.end()) return true;
    const GroupRecord& record = known->second;
    const kafka::GroupListing& listing = wanted.listing;
    const bool settled = listing.state == "Stable" || listing.state == "Empty";
    return !settled || record.described_at == SteadyTime{} ||
           now - record.described_at >= state_.options.group_describe_interval ||
           listing.state != record.listed_state || listing.coordinator != record.listed_by ||
           record.group.state == kUnknownGroupState ||
           (!listing.type.empty() && !SameType(listing, record));
  }

  void Apply(const std::string& name, const Wanted& wanted) {
    const auto described = descriptions_.find(name);
    const kafka::GroupDescription* description =
        described == descriptions_.end() ? nullptr : &described->second;
    const std::optional<std::int16_t> error = ErrorOf(name, wanted);
    const bool read = error == std::int16_t{0};
    const bool empty = read && !IsShareGroup(wanted.listing) && commits_.at(name).offsets.empty();
    if (!wanted.listed && IsGone(description) && (empty || IsShareGroup(wanted.listing))) {
      state_.groups.erase(name);
      return;
    }
    GroupRecord& record = state_.groups[name];
    ApplyDescription(record, wanted.listing, description);
    WatchRebalance(record, description, now_, wall_now_);
    if (description != nullptr && description->error == 0) {
      record.described_at = described_at_;
      record.listed_state = wanted.listing.state;
      record.listed_by = wanted.listing.coordinator;
    }
    if (!read) {
      Lose(record, error ? fmt::format("group {}: {}", name, kafka::KafkaErrorName(*error))
                         : fmt::format("group {}: no answer about its offsets", name));
      return;
    }
    report_.skipped +=
        IsShareGroup(wanted.listing)
            ? ApplyShareOffsets(record, shares_.at(name), description, state_.table, commits_at_)
            : ApplyCommits(record, commits_.at(name), description, state_.table, commits_at_);
  }

  /// Empty: there is no answer.
  std::optional<std::int16_t> ErrorOf(const std::string& name, const Wanted& wanted) const {
    if (IsShareGroup(wanted.listing)) {
      const auto share = shares_.find(name);
      return share == shares_.end() ? std::nullopt : std::optional(share->second.error);
    }
    const auto committed = commits_.find(name);
    return committed == commits_.end() ? std::nullopt : std::optional(committed->second.error);
  }
  static bool IsGone(const kafka::GroupDescription* description) {
    constexpr std::int16_t kGroupIdNotFound = 69;
    if (description == nullptr) return false;
    return description->error == kGroupIdNotFound ||
           (description->error == 0 && description->state == "Dead");
  }

  void Lose(GroupRecord& record, const std::string& why) {
    record.group.state = kUnknownGroupState;
    if (unread_++ == 0) why_ = why;
  }

  CollectState& state_;
  std::set<BrokerId> unreachable_;
  std::map<std::string, Wanted> wanted_;
  std::set<std::string> kept_;
  std::unordered_map<std::string, kafka::GroupDescription> descriptions_;
  std::unordered_map<std::string, kafka::GroupOffsets> commits_;
  std::unordered_map<std::string, kafka::ShareGroupOffsets> shares_;
  SteadyTime now_{};
  WallTime wall_now_;
  SteadyTime described_at_{};
  SteadyTime commits_at_{};
  LookReport report_;
  std::size_t unread_ = 0;
  std::string why_;  ///< The first group that could not be read.
};

/// Asks for what is to be known of the groups of `part`. False: their commits could not be read.
bool LookAt(const std::vector<std::string>& part, kafka::AdminClient& admin, const Clock& clock,
            Duration timeout, GroupLookup& lookup) {
  const SteadyTime now = clock.Now();
  if (const auto groups = lookup.ToDescribe(part, now); !groups.empty()) {
    auto descriptions = admin.DescribeGroups(groups, timeout);
    if (descriptions.ok()) {
      lookup.SetDescriptions(*std::move(descriptions), now);
    } else {
      lookup.Note(descriptions.error().Wrap("describing groups").ToString());
    }
  }
  if (const auto names = lookup.Names(part, true); !names.empty()) {
    auto shares = admin.FetchShareOffsets(names, timeout);
    if (shares.ok()) {
      lookup.SetShares(*std::move(shares), clock.Now());
    } else {
      lookup.Note(shares.error().Wrap("reading offsets of share groups").ToString());
    }
  }
  const auto names = lookup.Names(part, false);
  if (names.empty()) return true;
  auto commits = admin.FetchGroupOffsets(names, timeout);
  if (commits.ok()) {
    lookup.SetCommits(*std::move(commits), clock.Now());
  } else {
    lookup.Note(commits.error().Wrap("reading committed offsets").ToString());
  }
  return commits.ok();
}

}  // namespace

Result<LookReport> GroupCollector::Collect(kafka::AdminClient& admin, CollectState& state,
                                           const Clock& clock, Duration timeout) {
  if (state.table.empty()) return FailedPrecondition("no partition is known yet");
  LW_ASSIGN_OR_RETURN(const kafka::AdminClient::GroupListings listings, admin.ListGroups(timeout));
  if (listings.groups.empty() && !listings.unreachable.empty() &&
      listings.unreachable.size() >= state.table.ServingBrokers().size()) {
    return Unavailable("no broker listed its groups");
  }
  GroupLookup lookup(state, listings);
  if (!listings.unreachable.empty()) {
    lookup.Note(
        fmt::format("{} of {} brokers did not list their groups (broker {}); what they "
                    "coordinate stays as last seen",
                    listings.unreachable.size(), state.table.ServingBrokers().size(),
                    listings.unreachable.front()));
  }
  lookup.SetTime(clock.Now(), clock.WallNow());
  bool commits_read = true;
  for (const auto& part : lookup.Parts()) {
    commits_read = LookAt(part, admin, clock, timeout, lookup) && commits_read;
    lookup.ApplyPart(part);
  }
  if (commits_read) state.groups_at = clock.Now();
  return lookup.Finish();
}

}  // namespace levelwind::collectors
