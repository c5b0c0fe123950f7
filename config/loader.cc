#include "config/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <utility>

#include "base/name_filter.h"
#include "base/text.h"
#include "base/weekly_window.h"
#include "config/autoscale_groups.h"
#include "config/schema.h"

namespace levelwind::config {
namespace {

using Kind = YamlNode::Kind;

class Loader {
 public:
  explicit Loader(const LoadRequest& request) : request_(request) {}

  void TakeFile(std::string_view yaml) {
    const YamlNode root = ParseYaml(yaml, out_.problems);
    if (root.kind == Kind::kMap) {
      TakeMap(root, "");
    } else if (root.kind != Kind::kNull) {
      Complain(root.place, "the file must be a map of keys, such as 'mode: observe'");
    }
  }
  void TakeEnvironment();
  void TakeOverrides();
  void CheckWhole();
  void CheckAutoscale();
  void Complain(Place place, std::string message) {
    out_.problems.push_back({place, std::move(message)});
  }
  Loaded Finish() {
    std::ranges::stable_sort(out_.problems, [](const Problem& a, const Problem& b) {
      return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
    });
    return std::move(out_);
  }

 private:
  void TakeMap(const YamlNode& map, const std::string& prefix);
  void TakeValue(const SchemaEntry& entry, const YamlNode& node);
  void TakeList(const SchemaEntry& entry, const YamlNode& node);
  /// From a flag or the environment: lists are split at commas.
  void TakePlain(const SchemaEntry& entry, const std::string& text, const std::string& origin);
  std::optional<std::string> Resolved(const SchemaEntry& entry, const YamlNode& node);
  void ComplainUnknown(Place place, const std::string& path);
  /// Where the value of `key` came from, for checks of the whole.
  Place PlaceOf(std::string_view key) const {
    const auto it = places_.find(std::string(key));
    return it == places_.end() ? Place{} : it->second;
  }

  const LoadRequest& request_;
  Loaded out_;
  std::map<std::string, Place> places_;
  std::set<std::string, std::less<>> broken_;  // keys that were complained about already
  YamlNode groups_;                            // of autoscale.groups, read when all else is known
};

bool IsSection(const std::string& path) {
  return std::ranges::any_of(
      Schema(), [&](const SchemaEntry& entry) { return entry.key.starts_with(path + "."); });
}

void Loader::ComplainUnknown(Place place, const std::string& path) {
  if (FindEntry(path + "_file") != nullptr && FindEntry(path + "_env") != nullptr) {
    // Configuration files are copied, shown and committed; whoever wrote it here can still move it.
    return Complain(place,
                    fmt::format("{0}: a secret is not written into the configuration; write "
                                "it into a file and set {0}_file, or set {0}_env to the name "
                                "of an environment variable",
                                path));
  }
  // Candidates on the same level first ("plan.sed"), then all ("band_margin" at the top).
  std::vector<std::string> all;
  std::vector<std::string> last_words;
  const std::string last = path.substr(path.rfind('.') + 1);
  for (const SchemaEntry& entry : Schema()) {
    all.emplace_back(entry.key);
    const std::size_t dot = entry.key.find('.');
    if (dot == std::string_view::npos) continue;
    const std::string section(entry.key.substr(0, dot));
    if (all.end() == std::ranges::find(all, section)) all.push_back(section);
    if (entry.key.substr(dot + 1) == last) last_words.emplace_back(entry.key);
  }
  auto near = NearestWord(path, all);
  if (!near && !last_words.empty()) near = last_words.front();
  Complain(place, fmt::format("unknown key '{}'; {}", EscapeControl(path),
                              near ? fmt::format("did you mean '{}'?", *near)
                                   : "docs/configuration.md lists all keys"));
}

void Loader::TakeMap(const YamlNode& map, const std::string& prefix) {
  for (std::size_t i = 0; i < map.entries.size(); ++i) {
    const auto& [word, node] = map.entries[i];
    const std::string path = prefix.empty() ? word : prefix + "." + word;
    if (const SchemaEntry* entry = FindEntry(path);
        entry != nullptr && word.find('.') == std::string::npos) {
      ++out_.keys_from_file;
      TakeValue(*entry, node);
    } else if (!IsSection(path) || word.find('.') != std::string::npos) {
      ComplainUnknown(map.entry_places[i], path);
    } else if (node.kind == Kind::kMap) {
      TakeMap(node, path);
    } else if (node.kind != Kind::kNull) {
      Complain(node.place, fmt::format("{}: must be a map of keys", path));
    }
  }
}

std::optional<std::string> Loader::Resolved(const SchemaEntry& entry, const YamlNode& node) {
  auto text = Substitute(node.text, request_.environment);
  if (text.ok()) return *std::move(text);
  Complain(node.place, fmt::format("{}: {}", entry.key, text.error().message()));
  broken_.emplace(entry.key);
  return std::nullopt;
}

void Loader::TakeValue(const SchemaEntry& entry, const YamlNode& node) {
  places_[std::string(entry.key)] = node.place;
  if (entry.type == ValueType::kList) return TakeList(entry, node);
  if (entry.type == ValueType::kGroups && node.kind == Kind::kList) {
    groups_ = node;
    return;
  }
  if (node.kind != Kind::kScalar) {
    Complain(node.place,
             fmt::format("{}: {}; write a {}, for example {}", entry.key,
                         node.kind == Kind::kNull ? "has no value" : "must be a single value",
                         ValueTypeName(entry.type), entry.example));
    broken_.emplace(entry.key);
    return;
  }
  const auto text = Resolved(entry, node);
  if (!text) return;
  if (Status status = AssignText(entry, *text, out_.config); !status.ok()) {
    Complain(node.place, status.error().message());
    broken_.emplace(entry.key);
  }
}

void Loader::TakeList(const SchemaEntry& entry, const YamlNode& node) {
  std::vector<std::string> items;
  const auto add = [&](const YamlNode& item) {
    if (item.kind != Kind::kScalar) {
      Complain(item.place, fmt::format("{}: each item must be a text", entry.key));
      broken_.emplace(entry.key);
    } else if (auto text = Resolved(entry, item)) {
      items.push_back(*std::move(text));
    }
  };
  if (node.kind == Kind::kScalar) {
    // One item without brackets, or a variable with several.
    if (auto text = Resolved(entry, node)) TakePlain(entry, *text, "");
    return;
  }
  if (node.kind == Kind::kList) {
    for (const YamlNode& item : node.items) add(item);
  } else {
    Complain(node.place,
             fmt::format("{}: must be a list, for example {}", entry.key, entry.example));
    broken_.emplace(entry.key);
  }
  if (!broken_.contains(entry.key)) {
    if (Status status = AssignList(entry, std::move(items), out_.config); !status.ok()) {
      Complain(node.place, status.error().message());
    }
  }
}

void Loader::TakePlain(const SchemaEntry& entry, const std::string& text,
                       const std::string& origin) {
  Status status;
  if (entry.type == ValueType::kList) {
    std::vector<std::string> items;
    for (std::string_view item : Split(text, ',')) {
      while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
      while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
      if (!item.empty()) items.emplace_back(item);
    }
    status = AssignList(entry, std::move(items), out_.config);
  } else {
    status = AssignText(entry, text, out_.config);
  }
  if (!origin.empty()) {
    places_.erase(std::string(entry.key));
    broken_.erase(std::string(entry.key));
  }
  if (status.ok()) return;
  broken_.emplace(entry.key);
  Complain(PlaceOf(entry.key),
           origin.empty() ? status.error().message() : origin + ": " + status.error().message());
}

void Loader::TakeEnvironment() {
  for (const SchemaEntry& entry : Schema()) {
    const std::string name = EnvironmentName(entry);
    if (const auto text = request_.environment(name)) TakePlain(entry, *text, name);
  }
}

void Loader::TakeOverrides() {
  for (const Override& item : request_.overrides) {
    if (const SchemaEntry* entry = FindEntry(item.key)) {
      TakePlain(*entry, item.text, item.origin);
    } else {
      Complain({}, fmt::format("{}: there is no key '{}'", item.origin, item.key));
    }
  }
}

void Loader::CheckWhole() {
  const Config& config = out_.config;
  const auto check = [&](std::string_view key, const Status& status) {
    if (status.ok() || broken_.contains(key)) return;
    Complain(PlaceOf(key), fmt::format("{}: {}", key, status.error().message()));
  };
  for (const std::string& broker : config.kafka.bootstrap) {
    check("cluster.bootstrap", CheckHostPort(broker));
  }
  if (const auto listen = ParseListen(config.listen); !listen.ok()) {
    check("listen", Status(listen.error()));
  }
  if (config.mode == Mode::kOperate && config.state_dir.empty()) {
    check("state_dir", InvalidArgument("operate mode needs a directory for its journal; set "
                                       "state_dir or --state-dir, or use mode observe"));
  }
  const auto regex = [&](std::string_view key, const std::string& text) {
    try {
      const std::regex compiled(text, std::regex::ECMAScript);
    } catch (const std::regex_error&) {
      check(key, InvalidArgument(fmt::format(
                     "'{}' is not a regular expression in ECMAScript's syntax; write for example "
                     "orders-.*",
                     EscapeControl(text))));
    }
  };
  check("execute.quiet_hours", [&]() -> Status {
    LW_RETURN_IF_ERROR(ParseWeeklyWindows(config.execute.quiet_hours));
    return Ok();
  }());
  for (const actions::KeyProblem& problem : actions::CheckNotifyOptions(config.notify)) {
    check(problem.key, Status(problem.error));
  }
  const auto heal = [&](std::string_view key,
                        std::vector<std::string> planner::HealingOptions::*list) {
    planner::HealingOptions one;
    one.*list = config.heal.*list;
    check(key, planner::CheckHealingOptions(one));
  };
  heal("heal.modes", &planner::HealingOptions::modes);
  heal("heal.graces", &planner::HealingOptions::graces);
  heal("heal.approval", &planner::HealingOptions::approval);
  heal("heal.quiet_hours", &planner::HealingOptions::quiet_hours);
  const auto pattern = [&](std::string_view key, const std::vector<std::string>& patterns) {
    const auto filter = NameFilter::Create(patterns, {});
    if (!filter.ok()) check(key, Status(filter.error()));
  };
  pattern("metrics.allow_groups", config.metrics.allow_groups);
  pattern("metrics.deny_groups", config.metrics.deny_groups);
  pattern("metrics.allow_topics", config.metrics.allow_topics);
  pattern("metrics.deny_topics", config.metrics.deny_topics);
  regex("plan.include_topics", config.plan.include_topics);
  regex("plan.exclude_topics", config.plan.exclude_topics);
  regex("plan.min_leader_topics", config.plan.min_leader_topics);
}

void Loader::CheckAutoscale() {
  const AutoscaleConfig& autoscale = out_.config.autoscale;
  const auto check = [&](std::string_view key, const Status& status) {
    if (status.ok() || broken_.contains(key)) return;
    Complain(PlaceOf(key), fmt::format("{}: {}", key, status.error().message()));
  };
  const auto listens = [&](std::string_view key, const std::string& text) {
    if (text.empty()) return;
    if (const auto listen = ParseWideListen(text); !listen.ok()) check(key, Status(listen.error()));
  };
  listens("autoscale.keda.listen", autoscale.keda_listen);
  listens("autoscale.external_metrics.listen", autoscale.external_metrics_listen);
  check("autoscale.defaults.objective", planner::CheckAutoscaleOptions(autoscale.defaults));
  ReadAutoscaleGroups(groups_, request_.environment, out_.config, out_.problems);
}

Result<std::string> ReadFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxConfigBytes + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if ((!file && !file.eof()) || file.bad()) {
    return NotFound(fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

Loaded LoadConfigText(std::string_view yaml, const LoadRequest& request) {
  Loader loader(request);
  loader.TakeFile(yaml);
  loader.TakeEnvironment();
  loader.TakeOverrides();
  loader.CheckWhole();
  loader.CheckAutoscale();
  return loader.Finish();
}

Loaded LoadConfig(const LoadRequest& request) {
  if (request.file.empty()) return LoadConfigText("", request);
  const auto text = ReadFile(request.file);
  if (text.ok()) return LoadConfigText(*text, request);
  Loaded loaded;
  loaded.problems.push_back({{}, text.error().message()});
  return loaded;
}

std::string FormatProblems(const std::string& file, const std::vector<Problem>& problems) {
  std::string out;
  for (const Problem& problem : problems) {
    if (!out.empty()) out += '\n';
    if (problem.place.line > 0) {
      out += fmt::format("{}:{}:{}: ", file, problem.place.line, problem.place.column);
    } else if (!file.empty()) {
      out += file + ": ";
    }
    out += problem.message;
  }
  return out;
}

Result<Config> LoadOrError(const LoadRequest& request) {
  Loaded loaded = LoadConfig(request);
  if (loaded.problems.empty()) return std::move(loaded.config);
  return InvalidArgument(FormatProblems(request.file, loaded.problems));
}

}  // namespace levelwind::config
