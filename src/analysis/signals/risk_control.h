// Choosing options with a guarantee: Learn-then-Test on a finite list of configurations, and conformal thresholds.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "awd/options.h"

namespace awd {

/// How often something bad happened in `n` independent episodes.
struct RiskCount {
  std::int64_t bad = 0;
  std::int64_t n = 0;
};

/// P(Binomial(n, p) <= k).
double binomial_cdf(std::int64_t k, std::int64_t n, double p);

/// p-value of "the risk is above `limit`": P(Binomial(n, limit) <= bad), exact for losses of 0 and 1. 1 for n = 0.
double exact_risk_p(const RiskCount& count, double limit);

/// The Hoeffding-Bentkus p-value, valid for any loss in [0, 1] (Bates et al. 2021, J. ACM 68:43): the smaller of
/// exp(-n KL(risk, limit)) and e P(Binomial(n, limit) <= bad). Never below the exact one by more than rounding.
double hoeffding_bentkus_p(const RiskCount& count, double limit);

/// Upper end of the one-sided interval of the risk at this confidence (Clopper and Pearson 1934). 1 for n = 0.
double risk_upper_bound(const RiskCount& count, double confidence);

enum class RiskTest { kExact, kHoeffdingBentkus };
enum class Correction {
  kBonferroni,     // every p-value against delta / number of configurations
  kFixedSequence,  // p-values against delta in the order given, until the first that is above
};
template <>
inline constexpr std::string_view kEnumWords<RiskTest>[] = {"exact", "hoeffding_bentkus"};
template <>
inline constexpr std::string_view kEnumWords<Correction>[] = {"bonferroni", "fixed_sequence"};

struct RiskControl {
  double limit = 0.05;  // alpha: the risk that must not be exceeded
  double error = 0.1;   // delta: chance that a configuration with more risk is called safe
  RiskTest test = RiskTest::kExact;
  Correction correction = Correction::kBonferroni;
};

struct TestedRisk {
  RiskCount count;
  double p = 1;
  bool is_safe = false;
};

/// Learn-then-Test (Angelopoulos et al. 2021): with probability 1 - error over the episodes, every configuration that
/// is called safe has a risk of at most `limit`, whatever is chosen among them afterwards.
std::vector<TestedRisk> learn_then_test(std::span<const RiskCount> counts, const RiskControl& control);

/// Split-conformal threshold: the ceil((n + 1)(1 - rate))-th smallest of `maxima`, so that an exchangeable episode's
/// maximum exceeds it with probability at most `rate`. Nothing where n is too small for that rate.
std::optional<double> conformal_threshold(std::vector<double> maxima, double rate);

}  // namespace awd
