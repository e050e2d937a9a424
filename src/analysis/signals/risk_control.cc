// Binomial tails by the logarithm of each term, the two p-values, and the selection rules.
#include "analysis/signals/risk_control.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace awd {
namespace {

double log_choose(std::int64_t n, std::int64_t k) {
  return std::lgamma(double(n + 1)) - std::lgamma(double(k + 1)) - std::lgamma(double(n - k + 1));
}

/// Kullback-Leibler divergence of two coins, with 0 log 0 = 0.
double divergence(double a, double b) {
  const auto term = [](double x, double y) { return x > 0 ? x * std::log(x / y) : 0; };
  return term(a, b) + term(1 - a, 1 - b);
}

double p_value(const RiskCount& count, const RiskControl& control) {
  return control.test == RiskTest::kExact ? exact_risk_p(count, control.limit)
                                          : hoeffding_bentkus_p(count, control.limit);
}

}  // namespace

double binomial_cdf(std::int64_t k, std::int64_t n, double p) {
  AWD_CHECK(n >= 0 && p >= 0 && p <= 1, "n = {}, p = {}", n, p);
  if (k < 0) return 0;
  if (k >= n || p == 0) return 1;
  if (p == 1) return 0;
  double sum = 0;
  for (std::int64_t i = 0; i <= k; ++i) {
    sum += std::exp(log_choose(n, i) + double(i) * std::log(p) + double(n - i) * std::log1p(-p));
  }
  return std::min(1.0, sum);
}

double exact_risk_p(const RiskCount& count, double limit) {
  return count.n == 0 ? 1 : binomial_cdf(count.bad, count.n, limit);
}

double hoeffding_bentkus_p(const RiskCount& count, double limit) {
  if (count.n == 0) return 1;
  const double risk = double(count.bad) / double(count.n);
  const double hoeffding = std::exp(-double(count.n) * divergence(std::min(risk, limit), limit));
  const double bentkus = std::numbers::e * binomial_cdf(count.bad, count.n, limit);
  return std::min({1.0, hoeffding, bentkus});
}

double risk_upper_bound(const RiskCount& count, double confidence) {
  if (count.n == 0 || count.bad == count.n) return 1;
  double low = 0, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (binomial_cdf(count.bad, count.n, middle) > 1 - confidence ? low : high) = middle;
  }
  return high;
}

std::vector<TestedRisk> learn_then_test(std::span<const RiskCount> counts, const RiskControl& control) {
  std::vector<TestedRisk> tested;
  bool goes_on = true;  // fixed sequence: nothing has failed so far
  for (const RiskCount& count : counts) {
    TestedRisk result{.count = count, .p = p_value(count, control)};
    const double level =
        control.correction == Correction::kBonferroni ? control.error / double(counts.size()) : control.error;
    goes_on = goes_on && result.p <= level;
    result.is_safe = control.correction == Correction::kBonferroni ? result.p <= level : goes_on;
    tested.push_back(result);
  }
  return tested;
}

std::optional<double> conformal_threshold(std::vector<double> maxima, double rate) {
  const double rank = std::ceil(double(maxima.size() + 1) * (1 - rate) - 1e-9);  // rounding must not add a rank
  if (rank < 1 || rank > double(maxima.size())) return std::nullopt;
  std::ranges::sort(maxima);
  return maxima[std::size_t(rank) - 1];
}

}  // namespace awd
