// The table that `awd eval` prints.
#pragma once

#include <span>
#include <string>

#include "analysis/summary.h"

namespace awd {

/// Two blocks with one row per arm: success with its interval, reuse, rates and median latencies; then the difference
/// to the reference arm and the reasons of the queries.
std::string summary_table(std::span<const ArmSummary> arms);

}  // namespace awd
