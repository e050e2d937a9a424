// Columns by name, rows by number.
#include "io/recordings/frames_states.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "awd/error.h"

namespace awd {
namespace {

/// Indices of the columns PREFIX0, PREFIX1, ... in that order, as far as there are any without a gap.
std::vector<std::size_t> numbered_columns(const std::vector<std::string>& names, char prefix) {
  std::vector<std::size_t> columns;
  while (true) {
    const auto found = std::find(names.begin(), names.end(), fmt::format("{}{}", prefix, columns.size()));
    if (found == names.end()) return columns;
    columns.push_back(std::size_t(found - names.begin()));
  }
}

std::optional<std::size_t> find_column(const std::vector<std::string>& names, std::string_view wanted) {
  const auto found = std::find(names.begin(), names.end(), wanted);
  return found == names.end() ? std::nullopt : std::optional(std::size_t(found - names.begin()));
}

}  // namespace

FramesStates::FramesStates(const std::filesystem::path& file) : csv_(file) {
  const std::vector<std::string>& names = csv_.columns();
  state_columns_ = numbered_columns(names, 's');
  action_columns_ = numbered_columns(names, 'a');
  joint_columns_ = numbered_columns(names, 'j');
  step_column_ = find_column(names, "step");
  phase_column_ = find_column(names, "phase");
  if (state_columns_.empty()) {
    throw Error(csv_.where(), fmt::format("expected columns s0, s1, ..., got {}", fmt::join(names, ",")));
  }
  std::vector<bool> is_known(names.size(), false);
  for (const auto* columns : {&state_columns_, &action_columns_, &joint_columns_}) {
    for (const std::size_t column : *columns) is_known[column] = true;
  }
  for (const auto column : {step_column_, phase_column_}) {
    if (column) is_known[*column] = true;
  }
  const auto unknown = std::find(is_known.begin(), is_known.end(), false);
  if (unknown != is_known.end()) {
    throw Error(csv_.where(),
                fmt::format("expected columns step, s0, s1, ..., a0, ..., j0, ... (without gaps), phase, got \"{}\"",
                            names[std::size_t(unknown - is_known.begin())]));
  }
}

bool FramesStates::next() {
  if (!csv_.next()) return false;
  if (step_column_) {
    const double value = csv_.number(*step_column_);
    const bool is_count = value >= 0 && value < std::numeric_limits<int>::max() && value == double(int(value));
    if (!is_count || (has_row_ && int(value) != step_ + 1)) {
      throw Error(csv_.where(), fmt::format("column step: expected {}, got {}",
                                            has_row_ ? std::to_string(step_ + 1) : "a whole number from 0 on", value));
    }
    step_ = int(value);
  } else if (has_row_) {
    ++step_;
  }
  has_row_ = true;
  read(state_columns_, state_);
  read(action_columns_, action_);
  read(joint_columns_, joints_);
  return true;
}

void FramesStates::read(const std::vector<std::size_t>& columns, std::vector<float>& values) const {
  values.clear();
  for (const std::size_t column : columns) {
    const auto value = float(csv_.number(column));
    if (!std::isfinite(value)) {
      throw Error(csv_.where(), fmt::format("column {}: expected a 32-bit float, got \"{}\"", csv_.columns()[column],
                                            csv_.text(column)));
    }
    values.push_back(value);
  }
}

}  // namespace awd
