#include "planner/explain/asked_for.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace levelwind::planner {
namespace {

/// Collects the parts of the sentence.
class Words {
 public:
  void Brokers(std::string_view what, const std::vector<BrokerId>& ids) {
    if (ids.empty()) return;
    Say(fmt::format("{}{} {}", what, ids.size() == 1 ? "" : "s", fmt::join(ids, ", ")));
  }
  void Texts(std::string_view what, const std::vector<std::string>& texts) {
    if (!texts.empty()) Say(fmt::format("{} {}", what, Join(texts, ", ")));
  }
  void Text(std::string_view what, const std::string& text) {
    if (!text.empty()) Say(fmt::format("{} {}", what, text));
  }
  void When(bool asked, std::string text) {
    if (asked) Say(std::move(text));
  }
  std::string Take() const { return parts_.empty() ? "level the cluster" : Join(parts_, "; "); }

 private:
  void Say(std::string part) { parts_.push_back(std::move(part)); }

  std::vector<std::string> parts_;
};

}  // namespace

std::string AskedFor(const PlannerOptions& o) {
  Words words;
  words.Brokers("empty broker", o.leaving_brokers);
  words.Brokers("keep empty broker", o.retiring_brokers);
  words.Brokers("fill broker", o.new_brokers);
  words.Brokers("take the leads from broker", o.demoted_brokers);
  words.Brokers("relieve broker", o.relieved_brokers);
  words.When(o.only_offline_replicas, "only what is offline");
  words.When(o.leadership_only, "only leaders");
  words.Texts("replication factor", o.replication_factors);
  words.Text("only topics", o.include_topics);
  words.Text("not topics", o.exclude_topics);
  words.Brokers("only to broker", o.destination_brokers);
  words.Brokers("not to broker", o.excluded_destinations);
  words.Texts("goals", o.goals);
  words.Texts("hard goals", o.hard_goals);
  words.When(o.max_bytes >= 0, "at most " + HumanBytes(static_cast<double>(o.max_bytes)));
  words.When(o.max_replica_moves >= 0, fmt::format("at most {} moves", o.max_replica_moves));
  words.When(o.max_duration_s >= 0, "at most " + HumanDuration(o.max_duration_s));
  words.When(!o.earlier_plan.empty(), "go on with an earlier plan");
  return words.Take();
}

}  // namespace levelwind::planner
