// How well a score tells bad from good: ROC curve and the area under it, with a bootstrap interval over clusters.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/stats.h"

namespace awd {

/// One scored case. Cases of one cluster (an episode) depend on each other and are resampled together.
struct ScoredCase {
  double score = 0;  // larger: more suspicious
  bool is_positive = false;
  int cluster = 0;  // any numbers >= 0
};

struct RocPoint {
  double threshold = 0;            // alarm for scores >= this
  double false_positive_rate = 0;  // share of the negatives with an alarm
  double true_positive_rate = 0;   // share of the positives with an alarm
};

struct Roc {
  std::int64_t cases = 0;
  std::int64_t positives = 0;
  double auroc = 0;  // chance that a positive scores above a negative, ties count half; NaN without both kinds
  Interval ci95{};   // of auroc: percentiles of the bootstrap; [0, 1] where auroc is NaN
  std::vector<RocPoint> points;  // by falling threshold, thinned to at most kRocPoints
};
inline constexpr int kRocPoints = 40;

struct BootstrapOptions {
  int resamples = 1000;
  std::uint64_t seed = 1;
};

/// The same cases and options give the same bits. Throws nothing; scores must not be NaN.
Roc roc_of(std::span<const ScoredCase> cases, const BootstrapOptions& options);

/// One case with two scores, to compare which of them tells bad from good better.
struct PairedCase {
  double score_a = 0;
  double score_b = 0;
  bool is_positive = false;
  int cluster = 0;
};

struct AurocDifference {
  double difference = 0;  // AUROC of score_a minus that of score_b; NaN without both kinds of cases
  Interval ci95{};        // percentiles of the bootstrap, both scores on the same resamples; [-1, 1] where it is NaN
};

/// The same cases and options give the same bits. Throws nothing; scores must not be NaN.
AurocDifference auroc_difference(std::span<const PairedCase> cases, const BootstrapOptions& options);

}  // namespace awd
