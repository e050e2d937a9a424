// A decision as Python sees it: words instead of enums, scores by name.
#pragma once

#include <nanobind/nanobind.h>

#include "awd/gate_scores.h"

namespace awd::python {

/// Decision with the number of cameras that its per-camera scores are of.
struct DecisionObject {
  Decision decision{};
  int cameras = 0;

  bool is_reuse() const { return decision.verdict == Verdict::kReuse; }
};

/// {signal: score} of the signals that were computed; what `awd serve` sends, too.
nanobind::dict signal_dict(const DecisionObject& decision);
/// {name: score} of every score that was computed; per-camera ones are lists, NaN for a missing camera.
nanobind::dict score_dict(const DecisionObject& decision);

}  // namespace awd::python
