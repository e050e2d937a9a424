// Three frames of an episode, each number by hand: a target of one patch that moves one patch at a time, and maps that
// look where it was.
#include "analysis/attention/attention_tracker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace awd {
namespace {

constexpr int kSide = 16;  // of the gate's grid here: one cell is one patch

/// Labels of a 16 x 16 picture whose patch `target` shows the target; the two right columns show the robot.
std::vector<SceneLabel> scene(int target) {
  std::vector<SceneLabel> labels(kMapCells, SceneLabel::kBackground);
  for (std::size_t row = 0; row < kSide; ++row) {
    labels[row * kSide + 14] = labels[row * kSide + 15] = SceneLabel::kRobot;
  }
  if (target >= 0) labels[std::size_t(target)] = SceneLabel::kTarget;
  return labels;
}

/// One camera that gives 1/2 to patch `hot` and shares the other half evenly over the other 255.
AttentionMaps looking_at(int hot) {
  AttentionMaps maps;
  maps.image_share = 0.6;
  maps.cameras.resize(1);
  maps.cameras[0].fill(0.5f / 255);
  maps.cameras[0][std::size_t(hot)] = 0.5f;
  return maps;
}

/// The map itself, and the map dilated by one patch to either side.
GateMap gate_map(const AttentionMaps& maps, int hot) {
  GateMap map{{maps.cameras[0].begin(), maps.cameras[0].end()}, {maps.cameras[0].begin(), maps.cameras[0].end()}};
  for (const int first : {hot - kSide - 1, hot - 1, hot + kSide - 1}) {
    std::fill_n(map.dilated.begin() + first, 3, 0.5f);
  }
  return map;
}

/// Target and gaze of frame t: patch 100 + t, except that it stands still up to frame 1 and is hidden at frame 7.
int target_at(int step) { return step == 7 ? -1 : step < 2 ? 100 : 99 + step; }

std::vector<AttentionRow> track(int frames, const std::vector<int>& looked_at, bool has_labels = true) {
  AttentionTracker tracker(3, kSide);
  for (int step = 0; step < frames; ++step) {
    const std::vector<SceneLabel> labels = scene(target_at(step));
    const LabelView view{labels.data(), kSide, kSide};
    tracker.see(step, has_labels ? std::span(&view, 1) : std::span<const LabelView>{});
    if (std::ranges::find(looked_at, step) == looked_at.end()) continue;
    const AttentionMaps maps = looking_at(99 + std::max(step, 1));
    const GateMap map = gate_map(maps, 99 + std::max(step, 1));
    tracker.look({"reach", maps, {&map, 1}});
  }
  return tracker.finish();
}

double covered(const AttentionRow& row, AttendedRegion region, TargetPart part, std::size_t ahead) {
  return row.cameras[0].regions[std::size_t(region)].covered[std::size_t(part)][ahead];
}

TEST(AttentionTracker, ThreeFramesByHand) {
  const std::vector<AttentionRow> rows = track(12, {0, 2, 6});
  ASSERT_EQ(rows.size(), 3u);
  for (const AttentionRow& row : rows) {
    const CameraAttention& camera = row.cameras.at(0);
    EXPECT_EQ(row.episode, 3);
    EXPECT_EQ(row.phase, "reach");
    EXPECT_DOUBLE_EQ(row.image_share, 0.6);
    EXPECT_NEAR(camera.share, 1, 1e-6);
    EXPECT_NEAR(camera.focus.max_over_mean, 128, 1e-3);
    // Half of the attention is on the target's patch, and of the other half 32 of 255 parts are on the robot.
    ASSERT_TRUE(camera.labels);
    EXPECT_NEAR(camera.labels->attention[std::size_t(SceneLabel::kTarget)], 0.5, 1e-6);
    EXPECT_NEAR(camera.labels->area[std::size_t(SceneLabel::kTarget)], 1.0 / 256, 1e-9);
    EXPECT_NEAR(camera.labels->attention[std::size_t(SceneLabel::kRobot)], 0.5 * 32 / 255, 1e-6);
    EXPECT_NEAR(camera.labels->area[std::size_t(SceneLabel::kRobot)], 32.0 / 256, 1e-9);
    EXPECT_NEAR(camera.regions[0].area, 1.0 / 256, 1e-9);
    EXPECT_NEAR(camera.regions[1].area, 9.0 / 256, 1e-9);
    EXPECT_NEAR(camera.regions[2].area, 9.0 / 256, 1e-9);
  }
  // Frame 0: at frame 1 the target has not moved, at frame 5 it is 4 patches away, at frame 10 further.
  EXPECT_EQ(covered(rows[0], AttendedRegion::kRaw, TargetPart::kAll, 0), 1);
  EXPECT_TRUE(std::isnan(covered(rows[0], AttendedRegion::kRaw, TargetPart::kNew, 0)));
  EXPECT_EQ(covered(rows[0], AttendedRegion::kDilated, TargetPart::kAll, 1), 0);
  EXPECT_EQ(covered(rows[0], AttendedRegion::kDilated, TargetPart::kAll, 2), 0);
  EXPECT_TRUE(std::isnan(covered(rows[0], AttendedRegion::kRaw, TargetPart::kAll, 3))) << "behind the end";
  // Frame 2: one patch further at frame 3, which only the dilated regions hold; hidden at frame 7.
  EXPECT_EQ(covered(rows[1], AttendedRegion::kRaw, TargetPart::kAll, 0), 0);
  EXPECT_EQ(covered(rows[1], AttendedRegion::kDilated, TargetPart::kAll, 0), 1);
  EXPECT_EQ(covered(rows[1], AttendedRegion::kGrown, TargetPart::kNew, 0), 1);
  EXPECT_TRUE(std::isnan(covered(rows[1], AttendedRegion::kDilated, TargetPart::kAll, 1)));
  // Frame 6: hidden at frame 7, five patches away at frame 11.
  EXPECT_TRUE(std::isnan(covered(rows[2], AttendedRegion::kRaw, TargetPart::kAll, 0)));
  EXPECT_EQ(covered(rows[2], AttendedRegion::kDilated, TargetPart::kAll, 1), 0);
}

TEST(AttentionTracker, WithoutLabelsOnlyTheMapIsKnown) {
  const std::vector<AttentionRow> rows = track(3, {0}, false);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_FALSE(rows[0].cameras[0].labels);
  EXPECT_NEAR(rows[0].cameras[0].regions[1].area, 9.0 / 256, 1e-9);
  EXPECT_TRUE(std::isnan(covered(rows[0], AttendedRegion::kRaw, TargetPart::kAll, 0)));
}

TEST(AttentionTracker, MapsPerCameraHaveNoShares) {
  AttentionTracker tracker(0, kSide);
  tracker.see(0, {});
  ImportanceMaps importance;
  importance.n_cameras = 1;
  importance.map[0].fill(1.f / kMapCells);
  const AttentionMaps maps = from_importance(importance, 1);
  const GateMap map{{maps.cameras[0].begin(), maps.cameras[0].end()}, {maps.cameras[0].begin(), maps.cameras[0].end()}};
  tracker.look({"", maps, {&map, 1}});
  EXPECT_TRUE(std::isnan(tracker.finish().at(0).cameras[0].share));
}

}  // namespace
}  // namespace awd
