// Pads every cell to the longest of its column; numbers right, words left.
#include "analysis/text_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace awd {

std::string TextTable::render() const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns) widths.push_back(column.header.size());
  for (const auto& row : rows) {
    AWD_CHECK(row.size() == columns.size(), "{} cells, {} columns", row.size(), columns.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }

  std::string text;
  const auto add_line = [&](const auto& cell) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line += "  ";
      line += columns[i].is_left_aligned ? fmt::format("{:<{}}", cell(i), widths[i])
                                         : fmt::format("{:>{}}", cell(i), widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add_line([&](std::size_t i) { return columns[i].header; });
  add_line([&](std::size_t i) { return std::string(widths[i], '-'); });
  for (const auto& row : rows) add_line([&](std::size_t i) { return row[i]; });
  return text;
}

}  // namespace awd
