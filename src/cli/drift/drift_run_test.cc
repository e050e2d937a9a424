// Three frames on paper, from an HDF5 file through the whole command: drifts, key actions, quantiles, thresholds and
// their open-loop rates; and what is left behind after bad input.
#include "cli/drift/drift_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "awd/error.h"
#include "base/test_folder.h"
#include "io/recordings/test_demos.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSide = 224, kWindow = 8, kFrames = 3;
constexpr double kCells = 28 * 28, kPatches = 256;

/// Pictures of one camera, [3, 224, 224, 3].
class Pictures {
 public:
  Pictures() : pixels(kFrames * kSide * kSide * 3, 0) {}
  void fill(std::size_t frame, std::uint8_t grey) {
    std::fill_n(pixels.begin() + std::ptrdiff_t(frame * kSide * kSide * 3), kSide * kSide * 3, grey);
  }
  /// One window of the pooled grid.
  void fill_cell(std::size_t frame, std::size_t row, std::size_t col, std::uint8_t grey) {
    for (std::size_t y = 0; y < kWindow; ++y) {
      const std::size_t first = ((frame * kSide + row * kWindow + y) * kSide + col * kWindow) * 3;
      std::fill_n(pixels.begin() + std::ptrdiff_t(first), kWindow * 3, grey);
    }
  }
  std::vector<std::uint8_t> pixels;
};

/// Base: a white window appears, then a second one. Wrist: everything by 51 of 255 levels and back. The arm goes 0.1
/// and comes back by 0.04; the gripper closes at the last frame.
void write_three_frames(const std::string& path) {
  Pictures base, wrist;
  base.fill_cell(1, 0, 0, 255);
  base.fill_cell(2, 0, 0, 255);
  base.fill_cell(2, 20, 20, 255);
  wrist.fill(1, 51);
  TestDemos what{.demos = 1, .frames = kFrames, .convention = "opencv"};
  what.without = {"agentview_rgb", "eye_in_hand_rgb", "ee_states", "gripper_states", "joint_states", "actions"};
  what.edit = [&](int, const Hdf5Group& group, const Hdf5Group& obs) {
    obs.write("agentview_rgb", {kFrames, kSide, kSide, 3}, base.pixels);
    obs.write("eye_in_hand_rgb", {kFrames, kSide, kSide, 3}, wrist.pixels);
    std::vector<double> poses(kFrames * 6, 0), joints(kFrames * 7, 0), actions(kFrames * 7, 0);
    poses[6] = 0.1;
    poses[12] = 0.06;
    joints[7] = 0.02;  // rad, by frame 1
    joints[14] = 0.02;
    actions[0] = 0.6;  // at frame 0: it leads to frame 1
    actions[1] = 0.8;
    for (std::size_t t = 0; t < kFrames; ++t) actions[7 * t + 6] = t < 2 ? -1 : 1;
    obs.write("ee_states", {kFrames, 6}, poses);
    obs.write("gripper_states", {kFrames, 2}, std::vector<double>(kFrames * 2, 0.04));
    obs.write("joint_states", {kFrames, 7}, joints);
    group.write("actions", {kFrames, 7}, actions);
  };
  write_test_demos(path, what);
}

DriftResult run(const TestFolder& folder, const std::string& input) {
  InputOptions where;
  where.input = input;
  DriftOptions options;
  options.anchor_every = 2;
  options.key_window = 0;
  options.walk.resamples = 20;
  options.output.out = folder.file("out");
  EngineOptions engine;
  engine.importance = ImportanceSource::kUniform;
  return run_drift(where, options, engine);
}

const SignalDrift& signal(const DriftReport& report, DriftConvention convention, const std::string& name) {
  const auto found = std::ranges::find_if(report.signals, [&](const SignalDrift& drift) {
    return drift.signal.convention == convention && drift.name == name;
  });
  EXPECT_NE(found, report.signals.end()) << name;
  return *found;
}

TEST(DriftRun, ThreeFramesByHand) {
  const TestFolder folder;
  write_three_frames(folder.file("demo.hdf5"));
  const DriftReport report = run(folder, folder.file("demo.hdf5")).report;
  constexpr auto kFrame = DriftConvention::kFrameToFrame, kAnchor = DriftConvention::kAnchor;
  EXPECT_EQ(report.frames, 3);
  EXPECT_EQ(report.key_frames, 1);
  EXPECT_EQ(report.importance, "uniform");
  EXPECT_EQ(report.queries, 0);

  // Frame to frame: 0.1, then 0.04. Against frame 0: 0.1, then 0.06.
  EXPECT_NEAR(signal(report, kFrame, "state").all.mean, 0.07, 1e-7);
  EXPECT_NEAR(signal(report, kFrame, "state").key.p50, 0.04, 1e-7);
  EXPECT_NEAR(signal(report, kAnchor, "state").all.mean, 0.08, 1e-7);
  EXPECT_NEAR(signal(report, kAnchor, "state").all.std, 0.02, 1e-7);
  // One window by the whole range is 1; the whole wrist picture by 51 / 255 is 784 * 0.2.
  const double wrist = kCells * 0.2;
  EXPECT_NEAR(signal(report, kFrame, "raw agentview").all.max, 1, 1e-5);
  EXPECT_NEAR(signal(report, kAnchor, "raw agentview").all.max, 2, 1e-5);
  EXPECT_NEAR(signal(report, kFrame, "raw eye_in_hand").all.mean, wrist, 1e-3);
  EXPECT_NEAR(signal(report, kAnchor, "raw eye_in_hand").all.mean, wrist / 2, 1e-3);  // back to what it was
  // Over the cameras the mean; uniform importance weighs every cell 1 / 256.
  EXPECT_NEAR(signal(report, kFrame, "raw").all.max, (1 + wrist) / 2, 1e-3);
  EXPECT_NEAR(signal(report, kAnchor, "raw").key.max, 1, 1e-5);
  EXPECT_NEAR(signal(report, kAnchor, "weighted").key.max, 1 / kPatches, 1e-7);
  EXPECT_NEAR(report.claims.in[int(kAnchor)].cameras[1].all.weight, 1 / kPatches, 1e-7);
  EXPECT_NEAR(report.claims.in[int(kAnchor)].cameras[1].all.against_mean, 1, 1e-5);
}

TEST(DriftRun, ThresholdsAndTheirOpenLoopRates) {
  const TestFolder folder;
  write_three_frames(folder.file("demo.hdf5"));
  const DriftReport report = run(folder, folder.file("demo.hdf5")).report;
  ASSERT_EQ(report.thresholds.size(), 3u);
  const ThresholdPair& own = report.thresholds[1];
  EXPECT_EQ(own.source, "anchor");
  EXPECT_NEAR(own.state, 0.06 + 0.9 * 0.04, 1e-7);  // P90 of 0.06 and 0.1
  const double first = (1 + kCells * 0.2) / 2 / kPatches, second = 1 / kPatches;
  EXPECT_NEAR(own.drift, second + 0.75 * (first - second), 1e-6);
  // Frame 1 is 0.1 away: recompute; frame 2 then is 0.04 and, by the wrist, `first` away from it: recompute.
  EXPECT_EQ(own.open_loop[0].full_queries, 3);
  EXPECT_EQ(own.open_loop[0].reuse_rate(), 0);
  EXPECT_EQ(own.open_loop[0].reasons[std::size_t(Reason::kStateGuard)], 1);
  EXPECT_EQ(own.open_loop[0].reasons[std::size_t(Reason::kVisionDrift)], 1);
  // The study's 0.23 and 1.0 are never reached.
  EXPECT_EQ(report.thresholds[2].open_loop[0].full_queries, 1);
  EXPECT_EQ(report.thresholds[2].open_loop[0].reuse_rate(), 1);
  EXPECT_NE(report.closed_loop.find("not measured"), std::string::npos);
}

TEST(DriftRun, FolderHoldsRowsJsonAndFigures) {
  const TestFolder folder;
  write_three_frames(folder.file("demo.hdf5"));
  const DriftResult result = run(folder, folder.file("demo.hdf5"));
  std::ifstream csv(folder.file("out/drift.csv"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(csv, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_TRUE(lines[0].starts_with("episode,step,age,phase,key,anchor,query,commanded_motion,joint_speed_rad_s,"));
  EXPECT_TRUE(lines[2].starts_with("0,1,1,open,0,0,0,1,0.4,0.1,")) << lines[2];  // 0.02 rad in 1/20 s
  EXPECT_TRUE(lines[3].starts_with("0,2,2,closed,1,1,0,0,0,0.04,")) << lines[3];

  std::ifstream file(folder.file("out/drift.json"));
  const auto json = nlohmann::json::parse(file);
  EXPECT_EQ(json["frames"], 3);
  EXPECT_EQ(json["signals"].size(), 14u);
  EXPECT_TRUE(json["thresholds"][0]["closed_loop"].empty());
  EXPECT_FALSE(drift_text(result.report).empty());
  for (const char* name : {"figures/episode_0000.png", "figures/distributions.png"}) {
    EXPECT_TRUE(fs::exists(fs::path(folder.file("out")) / name)) << name;
  }
  EXPECT_FALSE(fs::exists(folder.file("out/pooled")));
}

TEST(DriftRun, NothingStaysAfterBadInput) {
  const TestFolder folder;
  TestDemos broken{.demos = 1, .frames = 3, .height = 8, .width = 8, .without = {"ee_states"}};
  broken.edit = [](int, const Hdf5Group&, const Hdf5Group& obs) {
    std::vector<double> poses(kFrames * 6, 0);
    poses.back() = std::nan("");  // found when frames have been walked already
    obs.write("ee_states", {kFrames, 6}, poses);
  };
  write_test_demos(folder.file("demo.hdf5"), broken);
  EXPECT_THROW((void)run(folder, folder.file("demo.hdf5")), Error);
  EXPECT_THROW((void)run(folder, folder.file("absent.hdf5")), Error);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator{}), 1);
}

TEST(DriftRun, ClosedLoopNeedsOurTasks) {
  const TestFolder folder;
  write_three_frames(folder.file("demo.hdf5"));
  InputOptions where;
  where.input = folder.file("demo.hdf5");
  DriftOptions options;
  options.closed_loop = 1;
  options.walk.resamples = 20;
  options.output.out = folder.file("out");
  EngineOptions engine;
  engine.importance = ImportanceSource::kUniform;
  EXPECT_THROW((void)run_drift(where, options, engine), Error);
  EXPECT_FALSE(fs::exists(folder.file("out")));
}

}  // namespace
}  // namespace awd::cli
