// Sums over reasons.
#include "analysis/triggers/trigger_summary.h"

#include <limits>
#include <numeric>

namespace awd {

ReasonCounts& ReasonCounts::operator+=(const ReasonCounts& other) {
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] += other.steps[i];
  return *this;
}

std::int64_t ReasonCounts::of(ReasonGroup group) const {
  std::int64_t sum = 0;
  for (int i = 0; i < kReasonCount; ++i) {
    if (group_of(Reason(i)) == group) sum += steps[std::size_t(i)];
  }
  return sum;
}

std::int64_t ReasonCounts::total() const { return std::accumulate(steps.begin(), steps.end(), std::int64_t{0}); }

double ReasonCounts::share(std::int64_t count) const {
  const std::int64_t all = total();
  return all > 0 ? double(count) / double(all) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace awd
