// Formats the cells of tables.
#include "analysis/report/report_table.h"

#include <fmt/format.h>

#include <cmath>

namespace awd::report {
namespace {

constexpr const char* kNotKnown = "–";

std::string number_text(double value, int decimals) {
  return std::isnan(value) ? kNotKnown : fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

Cell word_cell(std::string text) { return {.text = std::move(text)}; }

Cell count_cell(std::int64_t count) { return {.text = fmt::format("{}", count), .number = double(count)}; }

Cell number_cell(double value, int decimals) { return {.text = number_text(value, decimals), .number = value}; }

Cell interval_cell(double value, const Interval& ci95, int decimals) {
  Cell cell = number_cell(value, decimals);
  if (!std::isnan(value)) {
    cell.interval = fmt::format("[{}, {}]", number_text(ci95.low, decimals), number_text(ci95.high, decimals));
  }
  return cell;
}

Cell percent_cell(double share, const Interval& ci95) {
  const Interval percent{100 * ci95.low, 100 * ci95.high};
  Cell cell = interval_cell(100 * share, percent, 1);
  if (!std::isnan(share)) cell.bar = percent;
  return cell;
}

}  // namespace awd::report
