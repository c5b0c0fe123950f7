#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace levelwind::cli {

/// Text in columns, two blanks apart, no lines. Control characters in cells are escaped, so that a
/// hostile topic name cannot drive the terminal; widths count characters, not bytes.
class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// As many cells as there are columns.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// One line per row, each ending in a newline and without trailing blanks.
  std::string Render(bool headers) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Characters of UTF-8 text (invalid bytes count one each).
std::size_t DisplayWidth(std::string_view text);

}  // namespace levelwind::cli
