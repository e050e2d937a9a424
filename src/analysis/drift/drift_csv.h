// Drift rows as lines of a CSV file.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/drift/drift_row.h"

namespace awd {

/// The header, with a column per camera and score; ends with a newline.
std::string drift_csv_header(const std::vector<std::string>& cameras);

/// One line per row; a number that is not there is left empty.
std::string drift_csv_lines(std::span<const DriftRow> rows, std::size_t cameras);

}  // namespace awd
