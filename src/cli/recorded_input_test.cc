// Which kind of input a path is, what the filters leave, and how frames are fitted to a policy.
#include "cli/recorded_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"
#include "cli/test_run.h"
#include "sim/recorder.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<std::string> names(const Recording& recording) {
  std::vector<std::string> out;
  for (const RecordedEpisode& episode : recording.episodes()) out.push_back(episode.name);
  return out;
}

class InputTest : public ::testing::Test {
 protected:
  /// Two arms, two tasks, two episodes each: numbers 0 .. 7.
  void write_run() {
    TestRun run{.max_steps = 2};
    for (const char* arm : {"none", "awd-aligned{max_age=4,pool=8}"}) {
      for (const char* task : {"put_red_cube", "push_to_mark"}) {
        for (const std::uint64_t seed : {1u, 2u}) run.play(arm, task, "clean", seed);
      }
    }
    run.write(folder_);
  }
  std::string error_of(const InputOptions& options) {
    try {
      (void)open_input(options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  TestFolder test_folder_;
  fs::path folder_ = test_folder_.path();
  InputOptions options_{.input = folder_.string()};
};

TEST_F(InputTest, RunDirectoriesAreFilteredByArmTaskAndCount) {
  write_run();
  EXPECT_EQ(names(*open_input(options_)).size(), 8u);
  options_.arm = "awd-aligned{max_age=4,pool=8}";
  EXPECT_THAT(names(*open_input(options_)), ElementsAre("episode 4", "episode 5", "episode 6", "episode 7"));
  options_.tasks = "push_to_mark";
  EXPECT_THAT(names(*open_input(options_)), ElementsAre("episode 6", "episode 7"));
  options_.episodes = 1;
  EXPECT_THAT(names(*open_input(options_)), ElementsAre("episode 6"));
  options_.arm = "none,awd-aligned{max_age=4,pool=8}";
  options_.tasks = "all";
  EXPECT_THAT(names(*open_input(options_)), ElementsAre("episode 0", "episode 2", "episode 4", "episode 6"));

  options_.tasks = "juggle";
  EXPECT_THAT(error_of(options_), HasSubstr("task: expected one of put_red_cube, push_to_mark, got \"juggle\""));
  options_.tasks = "all";
  options_.arm = "oracle";
  EXPECT_THAT(error_of(options_), HasSubstr("arm: expected one of none, awd-aligned{max_age=4,pool=8}, got"));
}

TEST_F(InputTest, CamerasAreChosenAndOrdered) {
  TestRun run{.max_steps = 2};
  run.play("none", "put_red_cube", "clean", 1);
  run.write(folder_);
  options_.cameras = "wrist,base";
  const auto swapped = open_input(options_, WithLabels::kYes);
  options_.cameras = "";
  const auto whole = open_input(options_, WithLabels::kYes);
  EXPECT_THAT(swapped->info().cameras, ElementsAre("wrist", "base"));
  const auto a = swapped->open(0), b = whole->open(0);
  RecordedFrame frame, other;
  ASSERT_TRUE(a->next(frame) && b->next(other));
  for (const std::size_t i : {0u, 1u}) {
    const ImageView &view = frame.cameras[i], &same = other.cameras[1 - i];
    EXPECT_TRUE(std::equal(view.data, view.data + view.height * view.width * 3, same.data));
    const LabelView &labels = frame.labels[i], &same_labels = other.labels[1 - i];
    EXPECT_TRUE(std::equal(labels.data, labels.data + labels.height * labels.width, same_labels.data));
    EXPECT_TRUE(std::equal(frame.robot_masks[i].data, frame.robot_masks[i].data + kPatchGrid * kPatchGrid,
                           other.robot_masks[1 - i].data));
  }
  options_.cameras = "wrist,side";
  EXPECT_THAT(error_of(options_), HasSubstr("camera: expected one of base, wrist, got \"side\""));
  options_.cameras = "wrist,wrist";
  EXPECT_THAT(error_of(options_), HasSubstr("camera: expected each once, got \"wrist\" twice"));
}

TEST_F(InputTest, DemonstrationsOfRecordAreHdf5) {
  options_.input = test_folder_.file("demos.hdf5");
  sim::record_demonstrations({.out = options_.input, .episodes = 2, .tasks = "press_button", .size = 32}, {});
  const auto recording = open_input(options_);
  EXPECT_EQ(recording->info().format, "LIBERO HDF5");
  EXPECT_THAT(names(*recording), ElementsAre("demo_0", "demo_1"));
  EXPECT_EQ(recording->episodes()[0].task, "press_button");
  RecordedFrame frame;
  ASSERT_TRUE(recording->open(1)->next(frame));
  options_.arm = "none";
  EXPECT_THAT(error_of(options_), HasSubstr("arm: expected none, which a LIBERO HDF5 has not, got \"none\""));
}

TEST_F(InputTest, OtherPathsAreRefusedInOneLine) {
  EXPECT_THAT(error_of(options_), HasSubstr("expected a run directory (run.json), a LeRobot data set"));
  EXPECT_THAT(error_of({.input = test_folder_.file("absent")}), HasSubstr("expected a file or folder, got none"));
  std::ofstream(folder_ / "notes.txt") << "x";
  EXPECT_THAT(error_of({.input = test_folder_.file("notes.txt")}), HasSubstr("expected a file ending in .hdf5"));
  EXPECT_THAT(error_of({.input = folder_.string(), .image_order = StoredOrder::kBottomUp}),
              HasSubstr("expected auto for anything but HDF5, got bottom_up"));
  std::ofstream(folder_ / kEpisodesFile) << "{}\n";
  EXPECT_THAT(error_of(options_), HasSubstr("run.json] expected a readable file"));
}

TEST_F(InputTest, CommandLineFillsEveryField) {
  CLI::App app;
  InputOptions options;
  add_input_options(app, options);
  app.parse("demos.hdf5 --tasks stack --episodes 3 --cameras a,b --image-order rotated_180 --arm none");
  EXPECT_EQ(options.input, "demos.hdf5");
  EXPECT_EQ(options.tasks, "stack");
  EXPECT_EQ(options.episodes, 3);
  EXPECT_EQ(options.cameras, "a,b");
  EXPECT_EQ(options.image_order, StoredOrder::kRotated180);
  EXPECT_EQ(options.arm, "none");
  EXPECT_THROW(app.parse("--episodes 3"), CLI::RequiredError);
}

/// A policy with cameras base and wrist of 8 x 8 pixels, and two state numbers.
EngineInfo small_policy() {
  EngineInfo policy;
  policy.name = "small";
  policy.cameras = {"base", "wrist"};
  policy.image_size = 8;
  policy.state_dim = 2;
  return policy;
}

RecordingInfo recording_of(std::vector<std::string> cameras, int state_dim = 2) {
  return {.path = "file", .format = "test", .cameras = std::move(cameras), .state_dim = state_dim};
}

TEST(PolicyViewTest, CamerasMatchByNameElseByPosition) {
  const EngineInfo policy = small_policy();
  EXPECT_THAT(PolicyView(recording_of({"side", "wrist", "base"}), policy).cameras(), ElementsAre(2, 1));
  EXPECT_THAT(PolicyView(recording_of({"agentview", "eye_in_hand", "side"}), policy).cameras(), ElementsAre(0, 1));
  EXPECT_THAT(PolicyView(recording_of({"wrist", "front"}), policy).cameras(), ElementsAre(0, 1));
  EXPECT_THAT(PolicyView(recording_of({"wrist", "base"}), policy, {.cameras = "wrist,base"}).cameras(),
              ElementsAre(0, 1));
}

TEST(PolicyViewTest, MisfitsNameExpectedAndGot) {
  EXPECT_THAT(
      [] { PolicyView(recording_of({"agentview"}), small_policy()); },
      ThrowsMessage<Error>(HasSubstr("[file] cameras: expected 2 for policy small (base, wrist), got 1 (agent")));
  EXPECT_THAT(
      [] {
        PolicyView(recording_of({"a", "b"}, 9), small_policy());
      },
      ThrowsMessage<Error>(HasSubstr("[file] state: expected 2 numbers for policy small, got 9")));
}

TEST(PolicyViewTest, PicturesAreFittedAndTheRestIsHandedOn) {
  PolicyView view(recording_of({"base", "wrist"}), small_policy());
  const std::vector<std::uint8_t> square(8 * 8 * 3, 7), wide(8 * 16 * 3, 200), cells(kPatchGrid * kPatchGrid, 1);
  const std::array cameras{ImageView{square.data(), 8, 8}, ImageView{wide.data(), 8, 16}};
  const std::array masks{RobotMask{cells.data()}, RobotMask{cells.data()}};
  const std::array<float, 2> state{1, 2};
  RecordedFrame frame;
  frame.cameras = cameras;
  frame.state = state;
  frame.event = "nudge";
  frame.robot_masks = masks;
  const Observation seen = view.observe(frame, "do it");
  ASSERT_EQ(seen.cameras.size(), 2u);
  EXPECT_EQ(seen.cameras[0].data, square.data());  // of the right size: not copied
  const ImageView& fitted = seen.cameras[1];
  ASSERT_TRUE(fitted.height == 8 && fitted.width == 8);
  const auto at = [&](int row) { return int(fitted.data[row * 8 * 3]); };
  EXPECT_EQ(at(0), 0);  // two black rows above and below
  EXPECT_EQ(at(2), 200);
  EXPECT_EQ(at(5), 200);
  EXPECT_EQ(at(6), 0);
  EXPECT_EQ(seen.state.data(), state.data());
  EXPECT_EQ(seen.prompt, "do it");
  EXPECT_EQ(seen.event, "nudge");
  EXPECT_TRUE(seen.robot_masks.empty());  // the wide picture's cells are not those of the fitted one
}

}  // namespace
}  // namespace awd::cli
