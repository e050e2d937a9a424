// What the drifts of a recording say: how they are distributed, and whether they tell key actions from steady motion.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/drift/drift_row.h"
#include "analysis/signals/roc.h"

namespace awd {

/// NaN without samples. Quantiles interpolate linearly; `std` divides by n, as numpy does.
struct Distribution {
  std::int64_t n = 0;
  double mean = 0, std = 0;
  double p50 = 0, p75 = 0, p90 = 0, p95 = 0, p99 = 0, max = 0;
};
Distribution distribution_of(const std::vector<double>& samples);

enum class DriftKind { kState, kRaw, kWeighted };
template <>
inline constexpr std::string_view kEnumWords<DriftKind>[] = {"state", "raw", "weighted"};
inline constexpr int kDriftKindCount = 3;

/// One number of a row: a drift of all cameras, or of one.
struct DriftSignal {
  DriftConvention convention = DriftConvention::kAnchor;
  DriftKind kind = DriftKind::kWeighted;
  int camera = -1;  // -1: over the cameras, and for the state

  /// NaN where the row has none.
  double of(const DriftRow& row) const;
};

/// One phase of the task against all other frames.
struct PhaseSeparation {
  std::string phase;
  std::int64_t frames = 0;
  double p50 = 0;  // of the signal in the phase
  Roc roc;         // positive: frames of the phase
};

struct SignalDrift {
  DriftSignal signal;
  std::string name;  // "state", "raw", "weighted", "raw agentview", ...
  Distribution all, key, steady;
  Roc roc;                              // positive: key frames
  std::vector<PhaseSeparation> phases;  // in order of appearance; only for signals over all cameras
};

struct DriftSummaryOptions {
  std::vector<std::string> cameras;
  BootstrapOptions bootstrap{};
  int threads = 1;
};

/// First frame-to-frame, then against the anchor: state, raw and weighted drift, then those of each camera. Intervals
/// are over episodes.
std::vector<SignalDrift> summarise_drift(std::span<const DriftRow> rows, const DriftSummaryOptions& options);

/// The phases of the rows in order of appearance, "" left out.
std::vector<std::string> phases_of(std::span<const DriftRow> rows);

}  // namespace awd
