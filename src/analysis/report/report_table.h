// Tables of a report: every number is formatted here once, and the same text is shown in HTML and in Markdown.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "analysis/stats.h"

namespace awd::report {

struct Cell {
  static constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

  std::string text;
  double number = kNoNumber;      // what the cell is sorted by; NaN: by its text
  std::string interval{};         // "[low, high]", small beside the text; "" for none
  std::optional<Interval> bar{};  // the interval, drawn on the scale of the column
};

struct Column {
  std::string title;
  std::string help;                  // what the number is, for a tooltip
  bool is_text = false;              // left-aligned words
  double bar_low = 0, bar_high = 0;  // scale of bars; equal: no bars
};

struct Table {
  std::string id;  // of the HTML element
  std::string caption;
  std::vector<Column> columns{};
  std::vector<std::vector<Cell>> rows{};  // each as long as `columns`
  int name_column = 0;                    // names the row
  bool has_tall_rows = false;             // many numbers: intervals go below them
};

/// Words, sorted as such.
Cell word_cell(std::string text);
/// A whole number.
Cell count_cell(std::int64_t count);
/// `value` with that many decimals; "–" for NaN: nothing was measured.
Cell number_cell(double value, int decimals);
/// number_cell() with its interval; an end that is not known is "–".
Cell interval_cell(double value, const Interval& ci95, int decimals);
/// 100 * share with one decimal, its interval, and the interval as a bar.
Cell percent_cell(double share, const Interval& ci95);

}  // namespace awd::report
