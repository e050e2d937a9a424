// A queue of actions that starts full of rest.
#include "sim/scenario/latency.h"

#include <algorithm>

#include "base/check.h"

namespace awd::sim {
namespace {

constexpr Action kRest{0, 0, 0, 0, 0, 0, kGripperOpen};

}  // namespace

Latency::Latency(const Options& options, std::uint64_t /*seed*/) : waiting_(std::size_t(options.steps), kRest) {}

void Latency::edit_action(std::span<float> action, int /*step*/) {
  AWD_CHECK(action.size() == kActionDim, "action {}", action.size());
  Action newest;
  std::ranges::copy(action, newest.begin());
  waiting_.push_back(newest);
  std::ranges::copy(waiting_.front(), action.begin());
  waiting_.pop_front();
}

}  // namespace awd::sim
