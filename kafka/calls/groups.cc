#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kafka/calls/calls.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_groups.h"

namespace levelwind::kafka::calls {

namespace {

constexpr int kRounds = 3;

bool IsPassing(const Answer<ListGroupsResponse>& answer) {
  return answer.response.ok() && RetryOf(answer.response->error_code) != Retry::kFinal;
}

}  // namespace

Result<AdminClient::GroupListings> ListGroups(Caller& caller, SteadyTime deadline) {
  if (!caller.router().knows_cluster()) LW_RETURN_IF_ERROR(caller.Refresh({}, deadline));
  AdminClient::GroupListings listings;
  std::map<std::string, GroupListing> found;
  std::vector<BrokerId> brokers = caller.router().Brokers();
  for (int round = 0; !brokers.empty() && round < kRounds; ++round) {
    if (round > 0 && !caller.BackOff(round - 1, deadline)) break;
    std::vector<std::pair<BrokerId, ListGroupsRequest>> requests;
    for (const BrokerId broker : brokers) requests.emplace_back(broker, ListGroupsRequest());
    auto answers = caller.Brokers(std::move(requests), deadline);
    std::vector<BrokerId> again;
    for (std::size_t i = 0; i < brokers.size(); ++i) {
      if (IsPassing(answers[i])) {
        again.push_back(brokers[i]);
      } else if (!answers[i].response.ok() || answers[i].response->error_code != 0) {
        listings.unreachable.push_back(brokers[i]);
      } else {
        for (auto& group : answers[i].response->groups) {
          caller.router().SetCoordinator(group.group_id, brokers[i]);
          // While a coordinator moves two brokers may list a group: the later answer counts.
          GroupListing& listing = found[group.group_id];
          listing = {group.group_id, std::move(group.protocol_type), std::move(group.group_state),
                     std::move(group.group_type), brokers[i]};
        }
      }
    }
    brokers = std::move(again);
  }
  listings.unreachable.insert(listings.unreachable.end(), brokers.begin(), brokers.end());
  listings.groups.reserve(found.size());
  for (auto& [name, listing] : found) listings.groups.push_back(std::move(listing));
  return listings;
}

}  // namespace levelwind::kafka::calls
