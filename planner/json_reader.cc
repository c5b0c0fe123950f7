#include "planner/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

#include "base/text.h"

namespace levelwind::planner {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void AppendUtf8(std::string& out, std::uint32_t code) {
  const auto push = [&](std::uint32_t byte) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
  };
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xc0 | code >> 6);
    push(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    push(0xe0 | code >> 12);
    push(0x80 | (code >> 6 & 0x3f));
    push(0x80 | (code & 0x3f));
  } else {
    push(0xf0 | code >> 18);
    push(0x80 | (code >> 12 & 0x3f));
    push(0x80 | (code >> 6 & 0x3f));
    push(0x80 | (code & 0x3f));
  }
}

/// Length of the valid UTF-8 sequence (2 to 4 bytes) at the start of `text`; 0 when invalid.
std::size_t Utf8Length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  std::uint32_t code = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fU);
  }
  const std::uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code >= least && code <= 0x10ffff && !surrogate ? length : 0;
}

}  // namespace

std::string JsonReader::Path() const {
  std::string path;
  for (const Step& step : path_) {
    if (step.index >= 0) {
      path += fmt::format("[{}]", step.index);
    } else {
      if (!path.empty()) path += ".";
      path += EscapeControl(step.key);
    }
  }
  return path.empty() ? "top level" : path;
}

Error JsonReader::Fail(std::string_view what) {
  return InvalidArgument(fmt::format("{}: {} (at byte {})", Path(), what, at_));
}

void JsonReader::SkipSpace() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    ++at_;
  }
}

bool JsonReader::Take(char c) {
  SkipSpace();
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool JsonReader::NextIsNull() {
  SkipSpace();
  return text_.substr(at_, 4) == "null";
}

bool JsonReader::NextIs(char c) {
  SkipSpace();
  return at_ < text_.size() && text_[at_] == c;
}

Status JsonReader::Enter() {
  if (path_.size() >= kMaxDepth) return Fail("nested deeper than 64 levels");
  path_.emplace_back();
  return Ok();
}

Status JsonReader::ReadKey(std::string& key) {
  LW_RETURN_IF_ERROR(String(key));
  if (!Take(':')) return Fail("expected \":\" after a key");
  return Ok();
}

Status JsonReader::Object(const std::function<Status(std::string_view key)>& field) {
  if (!Take('{')) return Fail("expected an object");
  LW_RETURN_IF_ERROR(Enter());
  const std::size_t depth = path_.size() - 1;
  if (!Take('}')) {
    do {
      LW_RETURN_IF_ERROR(ReadKey(path_[depth].key));
      // By value: deeper levels may move the path's memory.
      const std::string key = path_[depth].key;
      LW_RETURN_IF_ERROR(field(key));
    } while (Take(','));
    if (!Take('}')) return Fail("expected \",\" or \"}\"");
  }
  path_.pop_back();
  return Ok();
}

Status JsonReader::Array(const std::function<Status()>& element) {
  if (!Take('[')) return Fail("expected an array");
  LW_RETURN_IF_ERROR(Enter());
  const std::size_t depth = path_.size() - 1;
  if (!Take(']')) {
    do {
      ++path_[depth].index;
      LW_RETURN_IF_ERROR(element());
    } while (Take(','));
    if (!Take(']')) return Fail("expected \",\" or \"]\"");
  }
  path_.pop_back();
  return Ok();
}

Status JsonReader::HexUnit(std::uint32_t& unit) {
  unit = 0;
  const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, unit, 16);
  if (digits.size() != 4 || error != std::errc() || stop != end) {
    return Fail("\\u needs four hexadecimal digits");
  }
  at_ += 4;
  return Ok();
}

Status JsonReader::Escape(std::string& value) {
  if (at_ >= text_.size()) return Fail("string without an end");
  const char c = text_[at_++];
  constexpr std::string_view kFrom = "\"\\/bfnrt";
  constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
  if (const std::size_t i = kFrom.find(c); i != std::string_view::npos) {
    value.push_back(kTo[i]);
    return Ok();
  }
  if (c != 'u') return Fail("unknown escape in a string");
  std::uint32_t unit = 0;
  LW_RETURN_IF_ERROR(HexUnit(unit));
  if (unit >= 0xdc00 && unit <= 0xdfff) return Fail("surrogate without its first half");
  if (unit >= 0xd800 && unit <= 0xdbff) {
    std::uint32_t low = 0;
    if (text_.substr(at_, 2) != "\\u") return Fail("surrogate without its second half");
    at_ += 2;
    LW_RETURN_IF_ERROR(HexUnit(low));
    if (low < 0xdc00 || low > 0xdfff) return Fail("surrogate without its second half");
    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  }
  AppendUtf8(value, unit);
  return Ok();
}

Status JsonReader::PlainByte(std::string& value) {
  const auto byte = static_cast<unsigned char>(text_[at_]);
  if (byte < 0x20) return Fail("control character in a string");
  std::size_t length = 1;
  if (byte >= 0x80) length = Utf8Length(text_.substr(at_));
  if (length == 0) return Fail("string is not valid UTF-8");
  value.append(text_.substr(at_, length));
  at_ += length;
  return Ok();
}

Status JsonReader::String(std::string& value) {
  if (!Take('"')) return Fail("expected a string");
  value.clear();
  while (at_ < text_.size()) {
    if (text_[at_] == '"') {
      ++at_;
      return Ok();
    }
    if (text_[at_] == '\\') {
      ++at_;
      LW_RETURN_IF_ERROR(Escape(value));
    } else {
      LW_RETURN_IF_ERROR(PlainByte(value));
    }
  }
  return Fail("string without an end");
}

/// The text of a number, by JSON's grammar (from_chars takes more, for example "inf" and "01").
Status JsonReader::NumberText(std::string_view& digits) {
  SkipSpace();
  const std::size_t begin = at_;
  const auto peek = [&] { return at_ < text_.size() ? text_[at_] : '\0'; };
  const auto run = [&] {
    const std::size_t from = at_;
    while (IsDigit(peek())) ++at_;
    return at_ > from;
  };
  if (peek() == '-') ++at_;
  const bool zero = peek() == '0';
  if (!run()) return Fail("expected a number");
  const std::size_t integer = at_ - begin - (text_[begin] == '-' ? 1 : 0);
  if (zero && integer > 1) return Fail("number with a leading zero");
  if (peek() == '.') {
    ++at_;
    if (!run()) return Fail("number without digits after its point");
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!run()) return Fail("number without digits in its exponent");
  }
  digits = text_.substr(begin, at_ - begin);
  return Ok();
}

Status JsonReader::Number(double& value) {
  std::string_view digits;
  LW_RETURN_IF_ERROR(NumberText(digits));
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec != std::errc() || !std::isfinite(value)) return Fail("number out of range");
  return Ok();
}

Status JsonReader::Integer(std::int64_t& value, std::int64_t low, std::int64_t high) {
  std::string_view digits;
  LW_RETURN_IF_ERROR(NumberText(digits));
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || stop != end || value < low || value > high) {
    return Fail(fmt::format("{} is not a whole number from {} to {}", digits, low, high));
  }
  return Ok();
}

Status JsonReader::TakeWord(std::string_view word) {
  SkipSpace();
  if (text_.substr(at_, word.size()) != word) return Fail(fmt::format("expected {}", word));
  at_ += word.size();
  return Ok();
}

Status JsonReader::Bool(bool& value) {
  SkipSpace();
  value = at_ < text_.size() && text_[at_] == 't';
  return TakeWord(value ? "true" : "false");
}

Status JsonReader::Skip() {
  SkipSpace();
  if (at_ >= text_.size()) return Fail("the text ends where a value is expected");
  switch (text_[at_]) {
    case '{':
      return Object([this](std::string_view) { return Skip(); });
    case '[':
      return Array([this] { return Skip(); });
    case '"': {
      std::string ignored;
      return String(ignored);
    }
    case 't':
      return TakeWord("true");
    case 'f':
      return TakeWord("false");
    case 'n':
      return TakeWord("null");
    default: {
      double ignored = 0;
      return Number(ignored);
    }
  }
}

Status JsonReader::End() {
  SkipSpace();
  if (at_ != text_.size()) return Fail("more text after the end");
  return Ok();
}

}  // namespace levelwind::planner
