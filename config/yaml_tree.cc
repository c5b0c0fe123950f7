#include "config/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <istream>
#include <sstream>

#include "base/text.h"

namespace levelwind::config {
namespace {

constexpr std::size_t kMaxDepth = 8;

Place At(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

/// Ends the parse from inside yaml-cpp's callbacks; caught in ParseYaml.
struct Refused : std::exception {};

/// Builds the tree from yaml-cpp's events rather than from its nodes, which lose duplicate keys and
/// places and follow aliases.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::vector<Problem>& problems) : problems_(problems) {}

  YamlNode Take() { return std::move(root_); }
  bool done() const { return done_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (done_) Stop(mark, "only one YAML document is expected; remove the '---' and what follows");
  }
  void OnDocumentEnd() override { done_ = true; }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    CheckPlain(mark, "", anchor);
    Add({YamlNode::Kind::kNull, At(mark), {}, {}, {}, {}});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Stop(mark, "aliases (*name) are not supported; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckPlain(mark, tag, anchor);
    Add({YamlNode::Kind::kScalar, At(mark), value, {}, {}, {}});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Level {
    YamlNode node;
    bool has_key = false;
    bool drop_value = false;  // of a duplicate key
    std::string key;
    Place key_place;
  };

  [[noreturn]] void Stop(const YAML::Mark& mark, std::string message) {
    problems_.push_back({At(mark), std::move(message)});
    throw Refused();
  }

  void CheckPlain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) Stop(mark, "anchors (&name) are not supported; write the value out");
    if (!tag.empty() && tag != "?" && tag != "!") {
      Stop(mark, fmt::format("tags ({}) are not supported; remove it", EscapeControl(tag)));
    }
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    CheckPlain(mark, tag, anchor);
    if (levels_.size() >= kMaxDepth) Stop(mark, "nested too deeply");
    if (!levels_.empty() && AwaitsKey()) Stop(mark, "a key must be a plain word");
    Level level;
    level.node.kind = kind;
    level.node.place = At(mark);
    levels_.push_back(std::move(level));
  }

  void Close() {
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    Add(std::move(node));
  }

  bool AwaitsKey() const {
    return levels_.back().node.kind == YamlNode::Kind::kMap && !levels_.back().has_key;
  }

  void Add(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node.kind == YamlNode::Kind::kList) {
      level.node.items.push_back(std::move(node));
    } else if (level.has_key) {
      level.has_key = false;
      if (level.drop_value) return;
      // yaml-cpp places a value that is not there at the next token.
      if (node.kind == YamlNode::Kind::kNull) node.place = level.key_place;
      level.node.entries.push_back({std::move(level.key), std::move(node)});
      level.node.entry_places.push_back(level.key_place);
    } else {
      TakeKey(level, node);
    }
  }

  void TakeKey(Level& level, const YamlNode& node) {
    level.has_key = true;
    level.key = node.kind == YamlNode::Kind::kScalar ? node.text : "null";
    level.key_place = node.place;
    const auto& entries = level.node.entries;
    const auto twin = std::ranges::find(entries, level.key, &YamlEntry::key);
    level.drop_value = twin != entries.end();
    if (level.drop_value) {
      const Place first = level.node.entry_places[static_cast<std::size_t>(twin - entries.begin())];
      problems_.push_back(
          {node.place, fmt::format("duplicate key '{}'; it is already in line {}, remove one",
                                   EscapeControl(level.key), first.line)});
    }
  }

  std::vector<Problem>& problems_;
  std::vector<Level> levels_;
  YamlNode root_;
  bool done_ = false;
};

}  // namespace

YamlNode ParseYaml(std::string_view text, std::vector<Problem>& problems) {
  if (text.size() > kMaxConfigBytes) {
    problems.push_back(
        {{}, "the file is larger than 1 MiB; this is not a Levelwind configuration"});
    return {};
  }
  TreeBuilder builder(problems);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused&) {
    return {};  // the problem is noted
  } catch (const YAML::Exception& problem) {
    problems.push_back({At(problem.mark), "not valid YAML: " + problem.msg});
    return {};
  } catch (const std::exception& problem) {
    problems.push_back({{}, std::string("not valid YAML: ") + problem.what()});
    return {};
  }
  return builder.Take();
}

}  // namespace levelwind::config
