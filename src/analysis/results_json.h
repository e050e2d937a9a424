// results.json: the summaries of a run for scripts (docs/formats.md).
#pragma once

#include <span>
#include <string>

#include "analysis/summary.h"

namespace awd {

/// {"arms": [...]} indented, keys in a fixed order, NaN as null, ends with a newline.
std::string results_json(std::span<const ArmSummary> arms);

}  // namespace awd
