#include "config/autoscale_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/name_filter.h"
#include "base/text.h"
#include "config/schema.h"

namespace levelwind::config {
namespace {

constexpr std::string_view kDefaults = "autoscale.defaults.";

/// One item of the list. A key is one of its own two, or one of autoscale.defaults.
class ItemReader {
 public:
  ItemReader(std::size_t index, const Environment& environment, const Config& config,
             std::vector<Problem>& problems)
      : name_(fmt::format("autoscale.groups[{}]", index)),
        environment_(environment),
        scratch_(config),
        problems_(problems) {}

  AutoscaleGroup Read(const YamlNode& item) {
    AutoscaleGroup group;
    for (std::size_t i = 0; i < item.entries.size(); ++i) {
      Take(item.entries[i], item.entry_places[i], group);
    }
    group.options = scratch_.autoscale.defaults;
    if (group.group.empty()) {
      Complain(item.place, "has no group; write {group: orders, target: deployment/shop/orders}");
    }
    if (const Status fits = planner::CheckAutoscaleOptions(group.options); !fits.ok()) {
      Complain(item.place, fits.error().message());
    }
    return group;
  }

 private:
  void Complain(Place place, std::string_view message) {
    problems_.push_back({place, fmt::format("{}: {}", name_, message)});
  }

  void Take(const YamlEntry& entry, Place key_place, AutoscaleGroup& group) {
    if (entry.node.kind != YamlNode::Kind::kScalar) {
      return Complain(entry.node.place, fmt::format("{} must be a single value", entry.key));
    }
    auto text = Substitute(entry.node.text, environment_);
    if (!text.ok()) return Complain(entry.node.place, text.error().message());
    if (entry.key == "group") {
      TakeGroup(*std::move(text), entry.node.place, group);
    } else if (entry.key == "target") {
      TakeTarget(*std::move(text), entry.node.place, group);
    } else if (const SchemaEntry* known = FindEntry(std::string(kDefaults) + entry.key)) {
      if (const Status set = AssignText(*known, *text, scratch_); !set.ok()) {
        Complain(entry.node.place, set.error().message());
      }
    } else {
      ComplainUnknown(entry.key, key_place);
    }
  }

  void TakeGroup(std::string text, Place place, AutoscaleGroup& group) {
    if (const auto filter = NameFilter::Create({text}, {}); !filter.ok()) {
      Complain(place, filter.error().message());
    }
    group.group = std::move(text);
  }

  void TakeTarget(std::string text, Place place, AutoscaleGroup& group) {
    if (const auto target = ParseScalingTarget(text); !target.ok()) {
      Complain(place, target.error().message());
    }
    group.target = std::move(text);
  }

  void ComplainUnknown(const std::string& key, Place place) {
    std::vector<std::string> words{"group", "target"};
    for (const SchemaEntry& entry : Schema()) {
      if (entry.key.starts_with(kDefaults)) words.emplace_back(entry.key.substr(kDefaults.size()));
    }
    const auto near = NearestWord(key, words);
    Complain(place, fmt::format("unknown key '{}'; {}", EscapeControl(key),
                                near ? fmt::format("did you mean '{}'?", *near)
                                     : "docs/configuration.md lists those of autoscale.defaults"));
  }

  const std::string name_;
  const Environment& environment_;
  Config scratch_;
  std::vector<Problem>& problems_;
};

}  // namespace

void ReadAutoscaleGroups(const YamlNode& list, const Environment& environment, Config& config,
                         std::vector<Problem>& problems) {
  config.autoscale.groups.clear();
  for (const YamlNode& item : list.items) {
    const std::size_t index = config.autoscale.groups.size();
    if (item.kind != YamlNode::Kind::kMap) {
      problems.push_back({item.place, fmt::format("autoscale.groups[{}]: must be a map such as "
                                                  "{{group: orders, objective: 30s}}",
                                                  index)});
      continue;
    }
    config.autoscale.groups.push_back(ItemReader(index, environment, config, problems).Read(item));
  }
}

}  // namespace levelwind::config
