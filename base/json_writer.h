#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace levelwind {

/// Writes JSON text straight into one string: for answers with 100,000 rows, and for folders that
/// do not link a JSON library. The caller keeps the nesting right; commas are put by the writer.
///
///   JsonWriter json;
///   json.BeginObject().Field("id", 3).Field("rack", "r1").EndObject();
///   Send(json.Take());
///
/// Unknown is null, never zero: doubles that are not finite, and counts below zero in FieldCount.
/// Strings with invalid UTF-8 are repaired (base/json_text.h). One thread at a time.
class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  JsonWriter& Key(std::string_view key);

  JsonWriter& Value(std::string_view text);
  JsonWriter& Value(const char* text) { return Value(std::string_view(text)); }
  JsonWriter& Value(const std::string& text) { return Value(std::string_view(text)); }
  JsonWriter& Value(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Value(double value);
  template <std::integral Int>
  JsonWriter& Value(Int value) {
    return Raw(std::to_string(value));
  }
  template <class T>
  JsonWriter& Value(const std::vector<T>& values) {
    BeginArray();
    for (const T& value : values) Value(value);
    return EndArray();
  }
  /// A count of which -1 means unknown (model/measure.h).
  JsonWriter& Count(std::int64_t count) { return count < 0 ? Null() : Value(count); }
  JsonWriter& Null() { return Raw("null"); }
  /// `json` is one complete JSON value already.
  JsonWriter& Raw(std::string_view json);

  template <class T>
  JsonWriter& Field(std::string_view key, const T& value) {
    return Key(key).Value(value);
  }
  JsonWriter& FieldCount(std::string_view key, std::int64_t count) { return Key(key).Count(count); }
  /// Null where there is no text.
  JsonWriter& FieldText(std::string_view key, std::string_view text) {
    return text.empty() ? FieldNull(key) : Field(key, text);
  }
  JsonWriter& FieldNull(std::string_view key) { return Key(key).Null(); }

  std::string Take() { return std::move(out_); }
  std::size_t size() const { return out_.size(); }

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);
  void Separate();

  std::string out_;
  bool first_ = true;       // in the innermost open object or array
  bool after_key_ = false;  // a value comes next, without a comma
};

}  // namespace levelwind
