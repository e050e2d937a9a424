// The scores of a decision by the names that steps.jsonl has.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "awd/gate_scores.h"

namespace awd::server {

/// Those that were computed, without the ones per camera.
std::vector<std::pair<std::string_view, double>> named_scores(const Decision& decision);

}  // namespace awd::server
