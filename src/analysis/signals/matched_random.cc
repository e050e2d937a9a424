// Queries at random form a renewal process: the chance of a query at step t is the sum over the ages of the last one.
#include "analysis/signals/matched_random.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"

namespace awd {

double random_query_rate(double probability, const MatchTarget& target) {
  AWD_CHECK(target.steps > 0 && target.longest > 0, "{} steps, horizon {}", target.steps, target.longest);
  // at_age[k]: chance that the last query was k + 1 steps before the present step.
  std::vector<double> at_age(std::size_t(target.longest), 0.0);
  at_age[0] = 1;
  double queries = 1;
  for (int step = 1; step < target.steps; ++step) {
    double query = at_age.back();
    for (std::size_t k = 0; k + 1 < at_age.size(); ++k) query += probability * at_age[k];
    for (std::size_t k = at_age.size() - 1; k > 0; --k) at_age[k] = (1 - probability) * at_age[k - 1];
    at_age[0] = query;
    queries += query;
  }
  return queries / target.steps;
}

double matched_probability(const MatchTarget& target) {
  constexpr int kHalvings = 60;
  if (random_query_rate(0, target) >= target.full_queries_per_step) return 0;
  if (random_query_rate(1, target) <= target.full_queries_per_step) return 1;
  double low = 0, high = 1;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (random_query_rate(middle, target) < target.full_queries_per_step ? low : high) = middle;
  }
  return std::round(1e6 * high) / 1e6;  // a number that a manifest can show
}

}  // namespace awd
