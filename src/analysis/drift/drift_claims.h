// The study's three expectations of drift, each as a number with an interval over episodes: state drift peaks at large
// motions, weighted drift separates better than raw drift, and the wrist camera's jitter is filtered.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/drift/drift_row.h"
#include "analysis/signals/roc.h"
#include "analysis/stats.h"

namespace awd {

/// Spearman's rank correlation.
struct RankCorrelation {
  std::int64_t n = 0;
  double rho = 0;   // NaN with fewer than 3 frames, or where one side is constant
  Interval ci95{};  // percentiles of the bootstrap over episodes (ranks of the whole sample); [-1, 1] where rho is NaN
};

/// What importance does to one camera's drift in a group of frames.
struct EffectiveWeight {
  std::int64_t frames = 0;
  double weight = 0;             // sum of weighted drift / sum of raw drift; NaN where nothing changed
  double against_mean = 0;       // the same over the mean weight: 1 if importance did not care where changes are,
                                 // less if changes are where the policy does not look
  Interval against_mean_ci95{};  // percentiles of the bootstrap; [0, 0] where it is NaN
};

struct CameraFiltering {
  std::string camera;
  EffectiveWeight all, key, steady;
};

struct ConventionClaims {
  RankCorrelation state_and_action;  // state drift, commanded motion
  RankCorrelation state_and_joints;  // state drift, joint speed
  AurocDifference weighted_minus_raw;
  std::vector<CameraFiltering> cameras;
};

struct DriftClaims {
  std::array<ConventionClaims, kDriftConventionCount> in;  // by DriftConvention
};

DriftClaims claims_of(std::span<const DriftRow> rows, const std::vector<std::string>& cameras,
                      const BootstrapOptions& options);

/// One pair of numbers of one frame.
struct RankPair {
  double x = 0, y = 0;
  int cluster = 0;
};
RankCorrelation rank_correlation(std::span<const RankPair> pairs, const BootstrapOptions& options);

}  // namespace awd
