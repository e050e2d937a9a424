// Records a small file and reads it back with the HDF5 library itself.
#include "sim/recorder.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>
#include <stdexcept>
#include <vector>

#include "awd/error.h"
#include "base/test_folder.h"
#include "io/recording.h"
#include "sim/phase.h"

namespace awd::sim {
namespace {

/// Opens a file for reading; what is absent fails the test.
class Reader {
 public:
  explicit Reader(const std::string& path) : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
    EXPECT_GE(file_, 0);
  }
  ~Reader() { H5Fclose(file_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  std::vector<hsize_t> shape(const std::string& name) const {
    const hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
    EXPECT_GE(dataset, 0) << name;
    const hid_t space = H5Dget_space(dataset);
    std::vector<hsize_t> extent(std::size_t(H5Sget_simple_extent_ndims(space)));
    H5Sget_simple_extent_dims(space, extent.data(), nullptr);
    H5Sclose(space);
    H5Dclose(dataset);
    return extent;
  }
  template <class T>
  std::vector<T> read(const std::string& name, hid_t type) const {
    std::size_t count = 1;
    for (const hsize_t side : shape(name)) count *= side;
    std::vector<T> values(count);
    const hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
    EXPECT_GE(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
    H5Dclose(dataset);
    return values;
  }
  std::uint64_t number(const std::string& group, const std::string& name) const {
    std::uint64_t value = 0;
    const hid_t attribute = H5Aopen_by_name(file_, group.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Aread(attribute, H5T_NATIVE_UINT64, &value), 0) << name;
    H5Aclose(attribute);
    return value;
  }
  std::string text(const std::string& group, const std::string& name) const {
    const hid_t attribute = H5Aopen_by_name(file_, group.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = H5Aget_type(attribute);
    std::vector<char> value(H5Tget_size(type));
    EXPECT_GE(H5Aread(attribute, type, value.data()), 0) << name;
    H5Tclose(type);
    H5Aclose(attribute);
    return value.data();
  }

 private:
  hid_t file_;
};

class Demonstrations : public ::testing::Test {
 protected:
  TestFolder folder_;
  std::string path_ = folder_.file("demos.hdf5");
};

TEST_F(Demonstrations, FileHoldsWhatTheLayoutPromises) {
  RecordOptions options{.out = path_, .episodes = 3, .seed = 3, .perturb = 1, .size = 16, .compress = 1};
  std::vector<int> demos;
  const RecordProgress done = record_demonstrations(
      options, {.on_demo = [&](const RecordProgress& progress) { demos.push_back(progress.demos); }});
  EXPECT_EQ(demos, (std::vector<int>{1, 2, 3}));

  const Reader file(path_);
  EXPECT_EQ(file.number("data", "num_demos"), 3u);
  EXPECT_EQ(file.number("data", "total"), std::uint64_t(done.frames));
  EXPECT_EQ(file.text("data", "macros_image_convention"), "opencv");
  EXPECT_EQ(file.text("data/demo_1", "task"), "put_green_cylinder");
  EXPECT_EQ(file.text("data/demo_2", "language_instruction"), "put the blue box in the bin");

  std::uint64_t frames = 0;
  for (int i = 0; i < 3; ++i) {
    const std::string demo = "data/demo_" + std::to_string(i);
    const hsize_t length = file.number(demo, "num_samples");
    frames += length;
    using Shape = std::vector<hsize_t>;
    EXPECT_EQ(file.shape(demo + "/obs/agentview_rgb"), (Shape{length, 16, 16, 3}));
    EXPECT_EQ(file.shape(demo + "/obs/eye_in_hand_rgb"), (Shape{length, 16, 16, 3}));
    EXPECT_EQ(file.shape(demo + "/obs/ee_states"), (Shape{length, 6}));
    EXPECT_EQ(file.shape(demo + "/obs/ee_pos"), (Shape{length, 3}));
    EXPECT_EQ(file.shape(demo + "/obs/ee_ori"), (Shape{length, 3}));
    EXPECT_EQ(file.shape(demo + "/obs/gripper_states"), (Shape{length, 2}));
    EXPECT_EQ(file.shape(demo + "/obs/joint_states"), (Shape{length, 7}));
    EXPECT_EQ(file.shape(demo + "/actions"), (Shape{length, 7}));
    EXPECT_EQ(file.shape(demo + "/states"), (Shape{length, 61}));
    EXPECT_EQ(file.shape(demo + "/robot_states"), (Shape{length, 9}));
    EXPECT_EQ(file.shape(demo + "/awd/object_poses"), (Shape{length, 3, 4}));
    EXPECT_EQ(file.shape(demo + "/awd/focus"), (Shape{length, 4}));
    EXPECT_EQ(file.shape(demo + "/awd/goal"), (Shape{length, 4}));
    EXPECT_EQ(file.text(demo, "scenario"), "clean");
    EXPECT_EQ(file.read<std::int32_t>(demo + "/awd/target", H5T_NATIVE_INT32), std::vector<std::int32_t>(length, i));
    EXPECT_EQ(file.read<std::uint8_t>(demo + "/rewards", H5T_NATIVE_UINT8).back(), 1);
    EXPECT_EQ(file.read<std::uint8_t>(demo + "/dones", H5T_NATIVE_UINT8).back(), 1);

    const auto ends = file.read<std::int32_t>(demo + "/awd/segment_end", H5T_NATIVE_INT32);
    EXPECT_EQ(ends.back(), std::int32_t(length));
    for (std::size_t t = 0; t < length; ++t) {
      EXPECT_GT(ends[t], std::int32_t(t));
      EXPECT_GE(ends[t], ends[t > 0 ? t - 1 : 0]);
    }
  }
  EXPECT_EQ(frames, std::uint64_t(done.frames));
}

TEST_F(Demonstrations, LabelsAndPhasesSayWhatFramesShow) {
  record_demonstrations({.out = path_, .episodes = 1, .seed = 6, .tasks = "put_red_cube", .perturb = 0, .size = 32},
                        {});
  const Reader file(path_);
  const std::size_t length = file.number("data/demo_0", "num_samples");
  EXPECT_EQ(file.shape("data/demo_0/awd/labels/agentview"), (std::vector<hsize_t>{length, 32, 32}));
  EXPECT_EQ(file.text("data/demo_0", "phases"), "reach,grasp,lift,move,place");
  const auto phases = file.read<std::uint8_t>("data/demo_0/awd/phase", H5T_NATIVE_UINT8);
  EXPECT_EQ(phases.size(), length);
  EXPECT_EQ(phases.front(), std::uint8_t(Phase::kReach));
  EXPECT_EQ(phases.back(), std::uint8_t(Phase::kPlace));

  // Red pixels of the first base picture are those labelled target: as many, give or take its edge.
  const auto labels = file.read<std::uint8_t>("data/demo_0/awd/labels/agentview", H5T_NATIVE_UINT8);
  const auto pictures = file.read<std::uint8_t>("data/demo_0/obs/agentview_rgb", H5T_NATIVE_UINT8);
  int targets = 0, red_targets = 0;
  for (std::size_t i = 0; i < 32 * 32; ++i) {
    const std::uint8_t* rgb = pictures.data() + 3 * i;
    const bool is_target = labels[i] == std::uint8_t(SceneLabel::kTarget);
    targets += is_target;
    red_targets += is_target && rgb[0] > 2 * std::max(rgb[1], rgb[2]);
  }
  EXPECT_GE(targets, 2);
  EXPECT_EQ(red_targets, targets);
}

TEST_F(Demonstrations, LabelsCanBeLeftOut) {
  record_demonstrations({.out = path_, .episodes = 1, .seed = 6, .size = 16, .labels = false}, {});
  const hid_t file = H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  EXPECT_EQ(H5Lexists(file, "data/demo_0/awd/labels", H5P_DEFAULT), 0);
  EXPECT_GT(H5Lexists(file, "data/demo_0/awd/phase", H5P_DEFAULT), 0);
  H5Fclose(file);
}

TEST_F(Demonstrations, UndisturbedLabelsLeadFromFrameToFrame) {
  record_demonstrations({.out = path_, .episodes = 1, .seed = 1, .perturb = 0, .size = 16}, {});
  const Reader file(path_);
  const auto length = std::int32_t(file.number("data/demo_0", "num_samples"));
  EXPECT_EQ(file.read<std::int32_t>("data/demo_0/awd/segment_end", H5T_NATIVE_INT32),
            std::vector<std::int32_t>(length, length));
  const auto actions = file.read<float>("data/demo_0/actions", H5T_NATIVE_FLOAT);
  const auto positions = file.read<float>("data/demo_0/obs/ee_pos", H5T_NATIVE_FLOAT);
  for (int t = 0; t + 1 < length; ++t) {
    for (int i = 0; i < 3; ++i) {
      EXPECT_NEAR(positions[3 * t + 3 + i] - positions[3 * t + i], 0.05f * actions[7 * t + i], 0.01f) << "frame " << t;
    }
  }
}

TEST_F(Demonstrations, FocusAndGoalAreWhatTheTaskIsAbout) {
  record_demonstrations({.out = path_, .episodes = 1, .seed = 2, .tasks = "stack_red_on_blue", .size = 16}, {});
  const Reader file(path_);
  const auto objects = file.read<float>("data/demo_0/awd/object_poses", H5T_NATIVE_FLOAT);
  const auto focus = file.read<float>("data/demo_0/awd/focus", H5T_NATIVE_FLOAT);
  const auto goal = file.read<float>("data/demo_0/awd/goal", H5T_NATIVE_FLOAT);
  for (std::size_t t = 0; 4 * t < focus.size(); ++t) {
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(focus[4 * t + i], objects[12 * t + i]);
      EXPECT_EQ(goal[4 * t + i], objects[12 * t + 8 + i]);
    }
  }
}

TEST_F(Demonstrations, EventsOfAScenarioEndSegments) {
  const RecordOptions options{
      .out = path_, .episodes = 6, .seed = 4, .tasks = "put_red_cube", .scenarios = "nudge", .perturb = 0, .size = 16};
  record_demonstrations(options, {});
  const Reader file(path_);
  int nudged = 0;
  for (int i = 0; i < options.episodes; ++i) {
    const std::string demo = "data/demo_" + std::to_string(i);
    const bool is_nudged = file.text(demo, "scenario") == "nudge";
    nudged += is_nudged;
    const auto ends = file.read<std::int32_t>(demo + "/awd/segment_end", H5T_NATIVE_INT32);
    EXPECT_EQ(ends.front() != ends.back(), is_nudged) << demo;
  }
  EXPECT_TRUE(nudged > 0 && nudged < options.episodes) << nudged;
}

TEST_F(Demonstrations, ScenariosThatDoNotSuitATaskAreNotDrawn) {
  record_demonstrations({.out = path_, .episodes = 4, .tasks = "push_to_mark", .scenarios = "slip", .size = 16}, {});
  const Reader file(path_);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(file.text("data/demo_" + std::to_string(i), "scenario"), "clean");
}

TEST_F(Demonstrations, SameSeedSameFrames) {
  const RecordOptions options{.out = path_, .episodes = 1, .seed = 9, .perturb = 1, .size = 16};
  std::array<std::vector<std::uint8_t>, 2> pictures;
  for (auto& run : pictures) {
    record_demonstrations(options, {});
    run = Reader(path_).read<std::uint8_t>("data/demo_0/obs/agentview_rgb", H5T_NATIVE_UINT8);
  }
  EXPECT_EQ(pictures[0], pictures[1]);
}

TEST_F(Demonstrations, BadOptionsLeaveNothingBehind) {
  EXPECT_THROW(record_demonstrations({.out = path_, .tasks = "juggle"}, {}), Error);
  EXPECT_THROW(record_demonstrations({.out = path_, .scenarios = "clean,earthquake"}, {}), Error);
  EXPECT_THROW(record_demonstrations({.out = path_ + "/no/such/folder.hdf5", .size = 16}, {}), Error);
  EXPECT_THROW(record_demonstrations({}, {}), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(Demonstrations, InterruptedRecordingLeavesNothingBehind) {
  int steps = 0;
  const RecordCallbacks interrupt{.on_step = [&] {
    if (++steps == 3) throw std::runtime_error("interrupted");
  }};
  EXPECT_THROW(record_demonstrations({.out = path_, .size = 16}, interrupt), std::runtime_error);
  EXPECT_EQ(steps, 3);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace awd::sim
