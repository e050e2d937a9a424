// Replays against what the policy of the run saw, byte by byte, and against logs that were tampered with.
#include "cli/run_recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "awd/error.h"
#include "base/parallel.h"
#include "base/test_folder.h"
#include "cli/test_run.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kDisturbed = "nudge+flicker";

class RunRecordingTest : public ::testing::Test {
 protected:
  std::unique_ptr<Recording> write_and_open(const TestRun& run, WithLabels labels = WithLabels::kNo) {
    run.write(folder_);
    return open_run_recording(folder_, labels);
  }
  /// The message of the error that reading a whole run raises, "" if none.
  std::string read_error() {
    try {
      const auto recording = open_run_recording(folder_);
      RecordedFrame frame;
      for (std::size_t i = 0; i < recording->episodes().size(); ++i) {
        const auto reader = recording->open(i);
        while (reader->next(frame)) {
        }
      }
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  std::string text_of(const char* file) {
    std::ifstream stream(folder_ / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void replace(const char* file, const std::string& text) { write_file_atomically(folder_ / file, text); }

  TestFolder test_folder_;
  fs::path folder_ = test_folder_.path();
};

/// All frames of an episode.
std::vector<SeenStep> read_all(const Recording& recording, std::size_t index) {
  std::vector<SeenStep> seen;
  const auto reader = recording.open(index);
  RecordedFrame frame;
  while (reader->next(frame)) seen.push_back(seen_step(frame.cameras, frame.state, frame.joints, frame.robot_masks));
  EXPECT_FALSE(reader->next(frame));
  return seen;
}

void expect_equal(const std::vector<SeenStep>& replayed, const std::vector<SeenStep>& seen) {
  ASSERT_EQ(replayed.size(), seen.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_TRUE(replayed[i].pictures == seen[i].pictures) << "step " << i;
    EXPECT_TRUE(replayed[i].robot_masks == seen[i].robot_masks) << "step " << i;
    EXPECT_EQ(replayed[i].state, seen[i].state) << "step " << i;
    EXPECT_EQ(replayed[i].joints, seen[i].joints) << "step " << i;
  }
}

TEST_F(RunRecordingTest, GivesTheBytesThatThePolicySaw) {
  TestRun run;
  run.play("none", "put_red_cube", kDisturbed, 3);
  run.play("none", "push_to_mark", "latency+camera_shake", 4);
  run.play("none", "pick_turntable", "clean", 5);
  run.play("awd-guarded", "press_button", "intruder", 6);
  const auto recording = write_and_open(run);
  ASSERT_EQ(recording->episodes().size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) expect_equal(read_all(*recording, i), run.episodes[i].seen);
}

TEST_F(RunRecordingTest, FramesCarryTheLog) {
  TestRun run;
  run.play("none", "put_red_cube", kDisturbed, 3);
  const auto recording = write_and_open(run);
  const RecordedEpisode& episode = recording->episodes()[0];
  EXPECT_EQ(episode.name, "episode 0");
  EXPECT_EQ(episode.prompt, "put the red cube in the bin");
  EXPECT_EQ(episode.scenario, kDisturbed);
  EXPECT_EQ(episode.arm, "none");
  EXPECT_EQ(episode.success, run.episodes[0].log.success);
  EXPECT_EQ(recording->info().cameras, (std::vector<std::string>{"base", "wrist"}));

  const auto reader = recording->open(0);
  RecordedFrame frame;
  bool has_event = false;
  for (const StepLog& step : run.episodes[0].steps) {
    ASSERT_TRUE(reader->next(frame));
    EXPECT_EQ(frame.step, step.step);
    EXPECT_EQ(frame.phase, step.phase);
    EXPECT_EQ(frame.event, step.event);
    EXPECT_TRUE(std::ranges::equal(frame.action, step.action));
    EXPECT_TRUE(frame.labels.empty());
    has_event = has_event || !frame.event.empty();
  }
  EXPECT_TRUE(has_event);
  EXPECT_FALSE(reader->next(frame));
}

TEST_F(RunRecordingTest, LabelsAreDrawnOnRequestAndChangeNothing) {
  TestRun run{.max_steps = 4};
  run.play("none", "put_red_cube", "flicker", 3);
  const auto recording = write_and_open(run, WithLabels::kYes);
  expect_equal(read_all(*recording, 0), run.episodes[0].seen);
  const auto reader = recording->open(0);
  RecordedFrame frame;
  ASSERT_TRUE(reader->next(frame));
  ASSERT_EQ(frame.labels.size(), 2u);
  const LabelView& base = frame.labels[0];
  EXPECT_EQ(base.height, TestRun::kImageSize);
  const auto pixels = std::count(base.data, base.data + base.height * base.width, SceneLabel::kTarget);
  EXPECT_TRUE(pixels >= 5 && pixels < 100) << pixels;
}

TEST_F(RunRecordingTest, ReadersMayRunSideBySide) {
  TestRun run{.max_steps = 12};
  run.play("none", "put_red_cube", kDisturbed, 3);
  run.play("none", "stack_red_on_blue", kDisturbed, 4);
  const auto recording = write_and_open(run);
  std::array<std::vector<SeenStep>, 4> seen;
  parallel_jobs(4, 2, [&](int job, int) { seen[job] = read_all(*recording, std::size_t(job % 2)); });
  for (int job = 0; job < 4; ++job) expect_equal(seen[job], run.episodes[job % 2].seen);

  const auto first = recording->open(0), second = recording->open(1);
  RecordedFrame frame;
  for (int step = 0; step < 5; ++step) {
    for (const auto* reader : {&first, &second}) {
      ASSERT_TRUE((*reader)->next(frame));
      const SeenStep now = seen_step(frame.cameras, frame.state, frame.joints, frame.robot_masks);
      EXPECT_TRUE(now.pictures == run.episodes[reader == &second].seen[step].pictures) << "step " << step;
    }
  }
}

TEST_F(RunRecordingTest, ReplaysThatLeaveTheLogAreErrors) {
  TestRun run;
  run.play("none", "put_red_cube", "clean", 3);
  run.play("none", "put_red_cube", "clean", 4);
  PlayedEpisode& second = run.episodes[1];
  ASSERT_TRUE(second.log.success);
  run.write(folder_);
  EXPECT_EQ(read_error(), "");

  const PlayedEpisode original = second;
  second.steps[2].phase = "lift";
  run.write(folder_);
  EXPECT_THAT(read_error(),
              AllOf(HasSubstr("episode 1, step 2] replay: expected phase \"lift\""), HasSubstr("got \"reach\"")));
  second = original;
  second.log.success = false;
  run.write(folder_);
  EXPECT_THAT(read_error(), HasSubstr("expected success \"false\" as logged, got \"true\""));
  second = original;
  second.steps.pop_back();
  --second.log.steps;
  run.write(folder_);
  EXPECT_THAT(read_error(), HasSubstr("expected an episode that is \"over\" as logged, got \"not over\""));
  second = original;
  for (StepLog& step : second.steps) step.action[0] = -1;
  run.write(folder_);
  EXPECT_THAT(read_error(), HasSubstr("episode 1, step"));
}

TEST_F(RunRecordingTest, OlderLogsAndBrokenFilesAreNamed) {
  EXPECT_THAT(read_error(), HasSubstr("run.json] expected a readable file"));
  TestRun run{.max_steps = 3};
  run.play("none", "put_red_cube", "clean", 3);
  run.write(folder_);
  const std::string manifest = text_of(kRunFile), steps = text_of(kStepsFile), episodes = text_of(kEpisodesFile);

  replace(kRunFile, manifest.substr(0, manifest.size() / 2));
  EXPECT_THAT(read_error(), HasSubstr("run.json] expected a JSON object, got garbled text"));
  std::string other = manifest;
  replace(kRunFile, other.replace(other.find("awd-run-2"), 9, "awd-run-1"));
  EXPECT_THAT(read_error(), HasSubstr("field format: expected awd-run-2, got awd-run-1"));
  other = manifest;
  replace(kRunFile, other.replace(other.find("\"image_size\""), 12, "\"picture_side\""));
  EXPECT_THAT(read_error(), HasSubstr("policy.image_size: expected a value, got none (the run is of an earlier"));
  other = manifest;
  replace(kRunFile, other.replace(other.find("\"resolved\""), 10, "\"text\""));
  EXPECT_THAT(read_error(), HasSubstr("scenarios.resolved: expected a value, got none"));
  replace(kRunFile, manifest);

  replace(kEpisodesFile, episodes.substr(0, episodes.size() / 2));
  EXPECT_THAT(read_error(), HasSubstr("episodes.jsonl:1] expected one JSON object"));
  replace(kEpisodesFile, "");
  replace(kStepsFile, "");
  EXPECT_THAT(read_error(), HasSubstr("episodes.jsonl] expected episodes, got none"));
  replace(kEpisodesFile, episodes);
  replace(kStepsFile, steps.substr(0, steps.find('\n') + 1));
  EXPECT_THAT(read_error(), HasSubstr("steps.jsonl] expected the steps of 1 episodes, got 1 lines"));
  fs::remove(folder_ / kStepsFile);
  EXPECT_THAT(read_error(), HasSubstr("steps.jsonl] expected a log of steps, got none"));

  run.episodes[0].steps[0].action.clear();
  run.write(folder_);
  EXPECT_THAT(read_error(), HasSubstr("episode 0, step 0] key \"action\": expected 7 numbers, got 0 (the run is of an "
                                      "earlier version: make it again with awd eval)"));
  fs::create_directory(folder_ / "shards");
  EXPECT_THAT(read_error(), HasSubstr("expected a finished run, got one that is being made"));
}

}  // namespace
}  // namespace awd::cli
