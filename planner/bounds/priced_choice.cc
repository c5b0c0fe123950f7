#include "planner/bounds/priced_choice.h"

#include <algorithm>
#include <limits>

namespace levelwind::planner {
namespace {

constexpr BrokerIndex kNobody = 0xffff;
constexpr std::uint32_t kNowhere = 0xffffffff;
constexpr float kTooMuch = 1e30F;

using Half = Vec8::Half;

Half Fill(float x) { return Half{x, x, x, x}; }

double Dot(const Vec8& prices, const Vec8& load) {
  double sum = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    sum += static_cast<double>(prices[lane]) * static_cast<double>(load[lane]);
  }
  return sum;
}

}  // namespace

PricedChoice::PricedChoice(const FlatCluster& cluster, bool racks)
    : cluster_(cluster), place_of_(cluster.broker_ids.size(), kNowhere) {
  // With a rack each, other brokers are other racks.
  racks_ = racks && cluster.serving_racks < cluster.targets.size();
  std::vector<BrokerIndex> order = cluster.targets;
  std::ranges::stable_sort(order, {}, [&](BrokerIndex b) { return cluster.racks[b]; });
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool next = i == 0 || (racks_ && cluster.racks[order[i]] != cluster.racks[order[i - 1]]);
    if (next) {
      while (broker_at_.size() % kWidth != 0) broker_at_.push_back(kNobody);
      rack_blocks_.push_back({broker_at_.size() / kWidth, 0});
    }
    place_of_[order[i]] = static_cast<std::uint32_t>(broker_at_.size());
    broker_at_.push_back(order[i]);
    Rack& rack = rack_blocks_.back();
    rack.blocks = (broker_at_.size() + kWidth - 1) / kWidth - rack.first;
  }
  while (broker_at_.size() % kWidth != 0) broker_at_.push_back(kNobody);
  const std::size_t blocks = broker_at_.size() / kWidth;
  for (std::vector<Half>& lane : price_) lane.assign(blocks, Fill(0));
  filling_.assign(blocks, Fill(0));
  follow_.assign(blocks, Fill(0));
  lead_.assign(blocks, Fill(0));
  for (std::size_t i = 0; i < broker_at_.size(); ++i) {
    if (broker_at_[i] == kNobody) filling_[i / kWidth][i % kWidth] = kTooMuch;
  }
}

void PricedChoice::SetPrices(const std::vector<Vec8>& prices) {
  prices_ = prices;
  for (std::size_t i = 0; i < broker_at_.size(); ++i) {
    if (broker_at_[i] == kNobody) continue;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      price_[lane][i / kWidth][i % kWidth] = prices[broker_at_[i]][lane];
    }
  }
}

/// What each broker would cost the partition as a follower and as its leader.
void PricedChoice::PriceAll(const PartitionRecord& record) {
  const Vec8 follower = cluster_.FollowerLoad(record);
  const Vec8 extra = cluster_.LeadershipLoad(record);
  const Half cpu = Fill(follower[kCpu]), in = Fill(follower[kNetworkIn]);
  const Half disk = Fill(follower[kDisk]), one = Fill(follower[kReplicas]);
  const Half potential = Fill(follower[kPotentialOut]);
  const Half lead_cpu = Fill(extra[kCpu]), out = Fill(extra[kNetworkOut]);
  const Half lead_one = Fill(extra[kLeaders]), lead_in = Fill(extra[kLeaderIn]);
  const Half bytes = Fill(record.disk);
  for (std::size_t k = 0; k < follow_.size(); ++k) {
    const Half follow = filling_[k] + bytes + price_[kCpu][k] * cpu + price_[kNetworkIn][k] * in +
                        price_[kDisk][k] * disk + price_[kReplicas][k] * one +
                        price_[kPotentialOut][k] * potential;
    follow_[k] = follow;
    lead_[k] = follow + price_[kCpu][k] * lead_cpu + price_[kNetworkOut][k] * out +
               price_[kLeaders][k] * lead_one + price_[kLeaderIn][k] * lead_in;
  }
  for (std::size_t i = 0; i < record.rf; ++i) {
    const std::uint32_t place = place_of_[record.origin[i]];
    if (place == kNowhere) continue;
    follow_[place / kWidth][place % kWidth] -= record.disk;
    lead_[place / kWidth][place % kWidth] -= record.disk;
  }
}

void PricedChoice::Collect(bool by_rack) {
  offers_.clear();
  if (!by_rack) {
    for (std::uint32_t i = 0; i < broker_at_.size(); ++i) {
      if (broker_at_[i] == kNobody) continue;
      offers_.push_back({follow_[i / kWidth][i % kWidth], lead_[i / kWidth][i % kWidth], i, i + 1});
    }
    return;
  }
  for (const Rack& rack : rack_blocks_) {
    Vec8 least = Vec8::Fill(kTooMuch);  // Followers low, leaders high.
    for (std::size_t k = rack.first; k < rack.first + rack.blocks; ++k) {
      least = Min(least, Vec8{follow_[k], lead_[k]});
    }
    const auto smallest = [](const Half& h) {
      return std::min(std::min(h[0], h[1]), std::min(h[2], h[3]));
    };
    offers_.push_back({smallest(least.low), smallest(least.high),
                       static_cast<std::uint32_t>(rack.first * kWidth),
                       static_cast<std::uint32_t>((rack.first + rack.blocks) * kWidth)});
  }
}

/// The broker of an offer that asks this price.
BrokerIndex PricedChoice::Who(const std::vector<Half>& costs, const Offer& offer,
                              float cost) const {
  std::uint32_t place = offer.first;
  while (place + 1 < offer.end && costs[place / kWidth][place % kWidth] != cost) ++place;
  return broker_at_[place];
}

/// One offer leads and the cheapest others follow: of all leaders the one that makes the sum least.
PricedChoice::Choice PricedChoice::Pick(const PartitionRecord& record) const {
  // The rf cheapest followers, cheapest first: whoever leads, rf - 1 of these follow.
  std::array<const Offer*, kMaxReplicas> cheapest{};
  std::size_t count = 0;
  for (const Offer& offer : offers_) {
    if (count == record.rf && offer.follow >= cheapest[count - 1]->follow) continue;
    std::size_t at = count < record.rf ? count++ : count - 1;
    for (; at > 0 && cheapest[at - 1]->follow > offer.follow; --at) cheapest[at] = cheapest[at - 1];
    cheapest[at] = &offer;
  }
  float all_but_last = 0;
  for (std::size_t i = 0; i + 1 < count; ++i) all_but_last += cheapest[i]->follow;
  Choice best{{}, std::numeric_limits<float>::max()};
  const Offer* leader = nullptr;
  for (const Offer& offer : offers_) {
    float cost = all_but_last + offer.lead;
    for (std::size_t i = 0; i + 1 < count; ++i) {
      if (cheapest[i] == &offer) cost += cheapest[count - 1]->follow - offer.follow;
    }
    if (cost >= best.cost) continue;
    best.cost = cost;
    leader = &offer;
  }
  best.seats[0] = Who(lead_, *leader, leader->lead);
  std::size_t slot = 1;
  for (std::size_t i = 0; i < count && slot < record.rf; ++i) {
    if (cheapest[i] != leader) best.seats[slot++] = Who(follow_, *cheapest[i], cheapest[i]->follow);
  }
  return best;
}

/// Whether the partition may move at all, as far as the search may move it.
bool PricedChoice::Free(const PartitionRecord& record) const {
  if (!record.frozen) return true;
  for (std::size_t i = 0; i < record.rf; ++i) {
    if (!cluster_.target[record.origin[i]]) return true;
  }
  return false;
}

PricedChoice::Choice PricedChoice::Stay(const PartitionRecord& record) const {
  Choice choice;
  double cost = 0;
  for (std::size_t slot = 0; slot < record.rf; ++slot) {
    choice.seats[slot] = record.origin[slot];
    cost += Dot(prices_[record.origin[slot]], cluster_.LoadOf(record, slot));
  }
  choice.cost = static_cast<float>(cost);
  return choice;
}

PricedChoice::Choice PricedChoice::Best(const PartitionRecord& record) {
  if (!Free(record)) return Stay(record);
  PriceAll(record);
  // Each rack once, where the rule says so. With more replicas than racks the rule is dropped.
  Collect(racks_ && record.required_racks == record.rf);
  return Pick(record);
}

double PricedChoice::ExactPlace(const PartitionRecord& record, std::uint32_t place,
                                bool leads) const {
  const BrokerIndex b = broker_at_[place];
  const double bytes = record.Originally(b) ? 0.0 : static_cast<double>(record.disk);
  return bytes + Dot(prices_[b], cluster_.LoadOf(record, leads ? 0 : 1));
}

double PricedChoice::ExactCost(const PartitionRecord& record) {
  if (!Free(record)) {
    double cost = 0;
    for (std::size_t slot = 0; slot < record.rf; ++slot) {
      cost += Dot(prices_[record.origin[slot]], cluster_.LoadOf(record, slot));
    }
    return cost;
  }
  const bool by_rack = racks_ && record.required_racks == record.rf;
  struct Costs {
    double follow = std::numeric_limits<double>::max();
    double lead = std::numeric_limits<double>::max();
  };
  std::vector<Costs> offers;
  for (const Rack& rack : rack_blocks_) {
    if (by_rack) offers.emplace_back();
    for (std::size_t k = rack.first * kWidth; k < (rack.first + rack.blocks) * kWidth; ++k) {
      const auto place = static_cast<std::uint32_t>(k);
      if (broker_at_[place] == kNobody) continue;
      if (!by_rack) offers.emplace_back();
      Costs& offer = offers.back();
      offer.follow = std::min(offer.follow, ExactPlace(record, place, false));
      offer.lead = std::min(offer.lead, ExactPlace(record, place, true));
    }
  }
  std::ranges::sort(offers, {}, &Costs::follow);
  double followers = 0;
  for (std::size_t i = 0; i < record.rf; ++i) followers += offers[i].follow;
  double least = std::numeric_limits<double>::max();
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const double stands_for = i < record.rf ? offers[i].follow : offers[record.rf - 1U].follow;
    least = std::min(least, followers - stands_for + offers[i].lead);
  }
  return least;
}

}  // namespace levelwind::planner
