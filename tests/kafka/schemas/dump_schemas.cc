// Prints the message tables of kafka/protocol as JSON, for scripts/check-schemas:
//   [{"name", "api", "min", "max", "flexible", "fields": [{"name", "type", "array", "since",
//   "until",
//     "nullable", "tag", "default", "fields"}]}]
// "until", "nullable", "tag" and "flexible" are null where the table says never.

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>

#include "base/json_text.h"
#include "base/uuid.h"
#include "kafka/protocol/all_messages.h"

namespace levelwind::kafka {
namespace {

std::string Version(std::int16_t version) {
  return version == kNever ? "null" : std::to_string(version);
}

template <class T>
std::string ScalarName() {
  if constexpr (std::is_same_v<T, bool>) return "bool";
  if constexpr (std::is_same_v<T, std::int8_t>) return "int8";
  if constexpr (std::is_same_v<T, std::int16_t>) return "int16";
  if constexpr (std::is_same_v<T, std::int32_t>) return "int32";
  if constexpr (std::is_same_v<T, std::int64_t>) return "int64";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "uint16";
  if constexpr (std::is_same_v<T, double>) return "float64";
  if constexpr (std::is_same_v<T, Uuid>) return "uuid";
  if constexpr (std::is_same_v<T, std::string>) return "string";
  if constexpr (std::is_same_v<T, Bytes>) return "bytes";
  return "struct";
}

/// What the field is without its optional and its array.
template <class T>
struct Bare {
  using Type = T;
  static constexpr bool kArray = false;
};
template <class T>
struct Bare<std::optional<T>> : Bare<T> {};
template <class T>
struct Bare<std::vector<T>> {
  using Type = T;
  static constexpr bool kArray = true;
};

template <class T>
std::string Default(const T& value) {
  if constexpr (kIsOptional<T>) {
    return value ? Default(*value) : "null";
  } else if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, double>) {
    return fmt::format("{:g}", value);
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else {
    return "\"\"";  // texts, byte strings, ids, arrays and structs start empty
  }
}

template <class S>
std::string Fields();

template <class S, class T>
std::string OneField(const Field<S, T>& field) {
  using Kind = Bare<T>;
  using Type = typename Kind::Type;
  std::string inner = "null";
  if constexpr (FieldStruct<Type>) inner = Fields<Type>();
  const std::string tag = field.tagged() ? std::to_string(field.options.tag) : "null";
  return fmt::format(
      R"({{"name":{},"type":"{}","array":{},"since":{},"until":{},"nullable":{},"tag":{},)"
      R"("default":{},"fields":{}}})",
      JsonQuoted(field.name), ScalarName<Type>(), Kind::kArray, field.options.since,
      Version(field.options.until), Version(field.options.nullable), tag,
      Default(S{}.*(field.member)), inner);
}

template <class S>
std::string Fields() {
  std::string text;
  const auto add = [&](const auto& field) { text += (text.empty() ? "" : ",") + OneField(field); };
  std::apply([&](const auto&... field) { (add(field), ...); }, S::kFields);
  return "[" + text + "]";
}

template <class Message>
std::string OneMessage() {
  const MessageInfo& info = Message::kInfo;
  return fmt::format(R"({{"name":{},"api":{},"min":{},"max":{},"flexible":{},"fields":{}}})",
                     JsonQuoted(info.name), static_cast<int>(info.api), info.min, info.max,
                     Version(info.flexible), Fields<Message>());
}

}  // namespace
}  // namespace levelwind::kafka

int main() {
  std::string text;
  levelwind::kafka::ForEachMessage([&]<class Message>(levelwind::kafka::TypeTag<Message>) {
    text += (text.empty() ? "" : ",\n") + levelwind::kafka::OneMessage<Message>();
  });
  fmt::print("[{}]\n", text);
  return 0;
}
