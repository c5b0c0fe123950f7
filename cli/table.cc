#include "cli/table.h"

#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "base/text.h"

namespace levelwind::cli {

std::size_t DisplayWidth(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

void Table::Add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = EscapeControl(RepairUtf8(cell));
  rows_.push_back(std::move(cells));
}

std::string Table::Render(bool headers) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(headers ? column.title.size() : 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  std::string out;
  const auto line = [&](const auto& cell_of) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = cell_of(i);
      const std::string pad(widths[i] - DisplayWidth(cell), ' ');
      if (i > 0) text += "  ";
      text += columns_[i].align == Align::kRight ? pad + cell : cell + pad;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + '\n';
  };
  if (headers) line([&](std::size_t i) -> const std::string& { return columns_[i].title; });
  for (const auto& row : rows_) line([&](std::size_t i) -> const std::string& { return row[i]; });
  return out;
}

}  // namespace levelwind::cli
