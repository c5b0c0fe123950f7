#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace levelwind::planner {

/// A pull reader for large JSON texts: no tree is built, so that a snapshot of 333,000 partitions
/// is read at the speed of memory and needs none of its own. Strict (RFC 8259, UTF-8 checked),
/// depth limited, never throws. Keeps the path of where it is for error messages.
///
/// The first error sticks: every later call returns it. One thread.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  /// Calls `field(key)` for each member; `field` must read (or Skip) the value.
  Status Object(const std::function<Status(std::string_view key)>& field);
  /// Calls `element()` for each element; `element` must read (or Skip) it.
  Status Array(const std::function<Status()>& element);
  Status String(std::string& value);
  Status Number(double& value);
  Status Integer(std::int64_t& value, std::int64_t low, std::int64_t high);
  Status Bool(bool& value);
  Status Skip();  ///< Any value.
  bool NextIsNull();
  bool NextIs(char c);  ///< Whether the next value begins with it; '"' for a text.
  Status End();         ///< Nothing but white space is left.

  /// An InvalidArgument error at the present place: "topics[3].name: what".
  Error Fail(std::string_view what);
  std::string Path() const;

 private:
  struct Step {
    std::string key;
    std::int64_t index = -1;  ///< >= 0: in an array.
  };
  void SkipSpace();
  bool Take(char c);
  Status TakeWord(std::string_view word);
  Status NumberText(std::string_view& digits);
  Status Escape(std::string& value);
  Status HexUnit(std::uint32_t& unit);
  Status PlainByte(std::string& value);
  Status Enter();
  Status ReadKey(std::string& key);

  static constexpr std::size_t kMaxDepth = 64;

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Step> path_;
};

}  // namespace levelwind::planner
