#include "daemon/fact_keeper.h"

namespace levelwind::daemon {

void FactKeeper::Apply(ClusterSnapshot& snapshot) {
  const auto maintenance = maintenance_source_ == nullptr ? nullptr : maintenance_source_->Get();
  const auto keys = keys_source_ == nullptr ? nullptr : keys_source_->Get();
  if (maintenance_source_ == nullptr && keys == nullptr) return;
  const bool same =
      merged_ != nullptr && base_ == snapshot.facts && maintenance_ == maintenance && keys_ == keys;
  if (!same) {
    auto merged = snapshot.facts == nullptr ? std::make_shared<ClusterFacts>()
                                            : std::make_shared<ClusterFacts>(*snapshot.facts);
    if (maintenance_source_ != nullptr && maintenance == nullptr) {
      // What was carried out before a restart must not look as if it had been taken back.
      merged->maintenance_problem = "the maintenance topic was not read yet";
    }
    if (maintenance != nullptr) {
      merged->maintenance = maintenance->events;
      merged->maintenance_problem = maintenance->problem;
    }
    if (keys != nullptr) merged->keys = *keys;
    base_ = snapshot.facts;
    maintenance_ = maintenance;
    keys_ = keys;
    merged_ = std::move(merged);
  }
  snapshot.facts = merged_;
}

}  // namespace levelwind::daemon
