// Which steps branches start from.
#include "cli/branch_rollouts.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace awd::cli {
namespace {

/// Steps 1 .. 60 with ages 1 .. 20 in turn; `near` of them, from step 30 on, follow an event.
std::vector<BranchPoint> points(int near) {
  std::vector<BranchPoint> out;
  for (int step = 1; step <= 60; ++step) out.push_back({step, 1 + step % 20, step >= 30 && step < 30 + near});
  return out;
}

TEST(BranchPoints, HalfNearEventsTheRestOverAges) {
  const auto chosen = choose_branch_points(points(10), 12, 5);
  ASSERT_EQ(chosen.size(), 12u);
  EXPECT_GE(std::ranges::count(chosen, true, &BranchPoint::is_near_event), 6);
  EXPECT_TRUE(std::ranges::is_sorted(chosen, {}, &BranchPoint::step));
  EXPECT_EQ(std::ranges::adjacent_find(chosen, {}, &BranchPoint::step), chosen.end());
}

TEST(BranchPoints, WithoutEventsAllAgesHaveTheirShare) {
  const auto chosen = choose_branch_points(points(0), 9, 5);
  int young = 0, old = 0;
  for (const BranchPoint& point : chosen) {
    young += point.age <= 7 ? 1 : 0;
    old += point.age > 14 ? 1 : 0;
  }
  EXPECT_EQ(young, 3);
  EXPECT_EQ(old, 3);
}

TEST(BranchPoints, TheSameSeedChoosesTheSame) {
  const auto steps = [](const std::vector<BranchPoint>& chosen) {
    std::vector<int> out;
    for (const BranchPoint& point : chosen) out.push_back(point.step);
    return out;
  };
  EXPECT_EQ(steps(choose_branch_points(points(5), 8, 1)), steps(choose_branch_points(points(5), 8, 1)));
  EXPECT_NE(steps(choose_branch_points(points(5), 8, 1)), steps(choose_branch_points(points(5), 8, 2)));
}

TEST(BranchPoints, FewPointsAreAllTaken) {
  EXPECT_EQ(choose_branch_points({{4, 1, false}, {9, 3, true}}, 6, 1).size(), 2u);
  EXPECT_TRUE(choose_branch_points({}, 6, 1).empty());
}

}  // namespace
}  // namespace awd::cli
