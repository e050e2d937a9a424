// No gate allocates after its first anchor.
#include <gtest/gtest.h>

#include "awd/gate.h"
#include "base/alloc_counter.h"
#include "gate/test_pictures.h"

namespace awd {
namespace {

constexpr int kDim = 7;

/// Allocations of two steps and an anchor after a first anchor.
long allocations(const GateOptions& options) {
  const TestScene held(1, 11), changed(2, 12);
  const std::vector<float> state = {0.4f, 0, 0.3f, 0, 0, 0, 0.04f, 0.04f}, joints(7, 0.1f), actions(kDim, 0.0f);
  const std::array<std::uint8_t, kPatchCells> shares{};
  const std::array<RobotMask, 2> masks{RobotMask{shares.data()}, RobotMask{shares.data()}};
  const ImportanceMaps importance = test_importance_maps(21);
  const Frame first{.cameras = held.views, .state = state, .joints = joints, .robot_masks = masks, .action_dim = kDim};
  Frame second = first;
  second.cameras = changed.views;
  second.age = 1;
  second.executed = second.planned = actions;

  Anchor anchor;
  GateState gate_state;
  set_anchor(first, importance, options, anchor);
  const long before = allocation_count();
  reset_gate(gate_state, 1);
  observe(first, options, gate_state);
  (void)decide(second, anchor, options, gate_state);
  set_anchor(second, importance, options, anchor);
  return allocation_count() - before;
}

TEST(Allocation, NoKindAllocates) {
  for (const std::string_view word : kEnumWords<GateKind>) {
    GateOptions options;
    options.kind = GateKind(&word - kEnumWords<GateKind>);
    EXPECT_EQ(allocations(options), 0) << word;
    options.explain = true;  // every signal
    EXPECT_EQ(allocations(options), 0) << word << " with explain";
  }
}

TEST(Allocation, PercentileVotesAndTheRecommendedGateDoNotEither) {
  EXPECT_EQ(allocations(recommended_guard()), 0);
  GateOptions options = recommended_guard();
  options.rules = {.rule = LimitRule::kPercentile, .smooth = 0.5, .votes = 2, .votes_of = 3};
  EXPECT_EQ(allocations(options), 0);
}

}  // namespace
}  // namespace awd
