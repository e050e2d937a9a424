// Aligned columns of plain text.
#pragma once

#include <string>
#include <vector>

namespace awd {

struct TextTable {
  struct Column {
    std::string header;
    bool is_left_aligned = false;
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as `columns`; ASCII

  /// Header, rule and rows; two spaces between columns, no trailing spaces, every line ends with a newline.
  std::string render() const;
};

}  // namespace awd
