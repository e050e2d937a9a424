// Distributions against hand-computed numbers; which rows count for a signal, a phase and the key actions.
#include "analysis/drift/drift_summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace awd {
namespace {

DriftRow row(int episode, int step, const char* phase, bool is_key, float weighted) {
  DriftRow r{.episode = episode, .step = step, .phase = phase, .is_key = is_key};
  FrameDrift& drift = r.drift[std::size_t(DriftConvention::kAnchor)];
  drift.weighted = weighted;
  drift.raw_per_camera[1] = 10 * weighted;
  return r;
}

const SignalDrift& find(const std::vector<SignalDrift>& list, const std::string& name, DriftConvention convention) {
  for (const SignalDrift& drift : list) {
    if (drift.name == name && drift.signal.convention == convention) return drift;
  }
  ADD_FAILURE() << "no signal " << name;
  return list.front();
}

TEST(Distribution, ByHand) {
  const Distribution d = distribution_of({4, 1, 3, 2, 5});
  EXPECT_EQ(d.n, 5);
  EXPECT_DOUBLE_EQ(d.mean, 3);
  EXPECT_DOUBLE_EQ(d.std, std::sqrt(2.0));  // divided by n
  EXPECT_DOUBLE_EQ(d.p50, 3);
  EXPECT_DOUBLE_EQ(d.p75, 4);
  EXPECT_DOUBLE_EQ(d.p90, 4.6);
  EXPECT_DOUBLE_EQ(d.p99, 4.96);
  EXPECT_DOUBLE_EQ(d.max, 5);
}

TEST(Distribution, NothingIsNaN) {
  const Distribution d = distribution_of({});
  EXPECT_EQ(d.n, 0);
  EXPECT_TRUE(std::isnan(d.mean));
  EXPECT_TRUE(std::isnan(d.max));
}

TEST(SummariseDrift, KeyPhasesAndCameras) {
  const std::vector<DriftRow> rows{row(0, 0, "reach", false, kNoDrift), row(0, 1, "reach", false, 1),
                                   row(0, 2, "grasp", true, 4), row(1, 0, "reach", false, 2),
                                   row(1, 1, "grasp", true, 3)};
  const auto list = summarise_drift(rows, {.cameras = {"base", "wrist"}, .bootstrap = {.resamples = 50}, .threads = 2});
  ASSERT_EQ(list.size(), 14u);

  const SignalDrift& weighted = find(list, "weighted", DriftConvention::kAnchor);
  EXPECT_EQ(weighted.all.n, 4);  // the first row has no drift
  EXPECT_DOUBLE_EQ(weighted.key.p50, 3.5);
  EXPECT_DOUBLE_EQ(weighted.steady.p50, 1.5);
  EXPECT_DOUBLE_EQ(weighted.roc.auroc, 1);
  ASSERT_EQ(weighted.phases.size(), 2u);
  EXPECT_EQ(weighted.phases[0].phase, "reach");
  EXPECT_EQ(weighted.phases[0].frames, 2);
  EXPECT_DOUBLE_EQ(weighted.phases[0].roc.auroc, 0);
  EXPECT_DOUBLE_EQ(weighted.phases[1].roc.auroc, 1);

  EXPECT_DOUBLE_EQ(find(list, "raw wrist", DriftConvention::kAnchor).all.max, 40);
  EXPECT_EQ(find(list, "raw base", DriftConvention::kAnchor).all.n, 0);
  EXPECT_EQ(find(list, "weighted", DriftConvention::kFrameToFrame).all.n, 0);
}

}  // namespace
}  // namespace awd
