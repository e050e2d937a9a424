// Round trip of the logs, and the words of every complaint of the reader.
#include "io/episode_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <vector>

#include "awd/error.h"
#include "base/rng.h"
#include "base/test_folder.h"

namespace awd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kEpisodeLine =
    R"({"episode":0,"arm":"a","task":"t","scenario":"clean","trial":0,"seed":7,"success":true,)"
    R"("steps":1,"full_queries":1,"query_work":1.0,"false_recomputes":0,"reasons":{"first_step":1},"events":[],)"
    R"("policy_ms":2.5})";
constexpr const char* kStepLine =
    R"({"episode":0,"step":0,"phase":"reach","verdict":"recompute","reason":"first_step","age":0,)"
    R"("query_work":1.0,"gate_ms":0,"vision_ms":1,"prefix_ms":1,"denoise_ms":0.5,"total_ms":2.5})";

class EpisodeLogTest : public ::testing::Test {
 protected:
  void write(const char* file, const std::string& text) { std::ofstream(folder_ / file) << text << "\n"; }
  /// The message of the error that reading raises, "" if none.
  std::string read_error() {
    try {
      read_episode_log(folder_, [](const EpisodeLog&, std::span<const StepLog>) {});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  /// The same with one text in the step line replaced.
  std::string step_error(const std::string& from, const std::string& to) {
    std::string line = kStepLine;
    line.replace(line.find(from), from.size(), to);
    write(kEpisodesFile, kEpisodeLine);
    write(kStepsFile, line);
    return read_error();
  }

  TestFolder test_folder_;
  fs::path folder_ = test_folder_.path();
};

TEST_F(EpisodeLogTest, ReadsBackWhatWasWritten) {
  EpisodeLog episode{.episode = 0,
                     .arm = "awd-aligned",
                     .task = "put_red_cube",
                     .scenario = "nudge",
                     .trial = 4,
                     .seed = 0xffffffffffffffffull,
                     .success = true,
                     .steps = 2,
                     .full_queries = 1,
                     .query_work = 1.25,
                     .false_recomputes = 1,
                     .events = {{"nudge", 1, 0}, {"slip", 1, {}}},
                     .policy_ms = 3.5};
  episode.reasons[int(Reason::kReuse)] = 1;
  StepLog first{.episode = 0, .step = 0, .phase = "reach", .decision = {}, .timing = {}};
  StepLog second{.episode = 0, .step = 1, .phase = "grasp", .decision = {}, .timing = {}};
  second.decision = {.verdict = Verdict::kReuse, .reason = Reason::kReuse, .age = 1, .scores = {}};
  second.decision.scores.state_drift = 0.1;
  second.event = "nudge";
  second.action = {0.1f, -1.0070212f, 0.0f, 1e-30f, 3.4028235e38f, 16777217.0f, 1.0f / 3.0f};
  second.query_work = 0.25;
  second.decision.scores.weighted_drift_per_camera[1] = 1.0 / 3.0;
  second.timing.total_ms = 0.12345678;

  EpisodeLogWriter writer(folder_);
  writer.add(episode, std::vector<StepLog>{first, second});
  writer.close();

  int episodes = 0;
  read_episode_log(folder_, [&](const EpisodeLog& read, std::span<const StepLog> steps) {
    ++episodes;
    EXPECT_EQ(read.arm, "awd-aligned");
    EXPECT_EQ(read.scenario, "nudge");
    EXPECT_EQ(read.seed, 0xffffffffffffffffull);
    EXPECT_EQ(read.trial, 4);
    EXPECT_TRUE(read.success);
    EXPECT_EQ(read.query_work, 1.25);
    EXPECT_EQ(read.reasons, episode.reasons);
    ASSERT_EQ(read.events.size(), 2u);
    EXPECT_EQ(read.events[0].event, "nudge");
    EXPECT_EQ(read.events[0].delay, 0);
    EXPECT_FALSE(read.events[1].delay.has_value());
    EXPECT_EQ(steps[1].event, "nudge");
    EXPECT_EQ(steps[1].action, second.action);
    EXPECT_TRUE(steps[0].action.empty());
    EXPECT_EQ(steps[1].query_work, 0.25);
    ASSERT_EQ(steps.size(), 2u);
    EXPECT_TRUE(std::isnan(steps[0].decision.scores.state_drift));
    EXPECT_EQ(steps[1].phase, "grasp");
    EXPECT_EQ(steps[1].decision.verdict, Verdict::kReuse);
    EXPECT_EQ(steps[1].decision.scores.state_drift, 0.1);
    EXPECT_TRUE(std::isnan(steps[1].decision.scores.weighted_drift_per_camera[0]));
    EXPECT_EQ(steps[1].decision.scores.weighted_drift_per_camera[1], 1.0 / 3.0);
    EXPECT_EQ(steps[1].timing.total_ms, 0.1235);
  });
  EXPECT_EQ(episodes, 1);
}

TEST_F(EpisodeLogTest, ActionsReadBackToTheBitInFewDigits) {
  Rng rng(3);
  EpisodeLog episode{.episode = 0, .arm = "a", .task = "t", .scenario = "clean", .steps = 1};
  StepLog step{.episode = 0, .step = 0, .phase = "reach", .decision = {}, .timing = {}};
  for (int i = 0; i < 20000; ++i) step.action.push_back(float(rng.normal() * std::exp(10 * rng.normal())));
  EpisodeLogWriter writer(folder_);
  writer.add(episode, std::vector<StepLog>{step});
  writer.close();
  EXPECT_EQ(EpisodeLogIndex(folder_).read_steps(0)[0].action, step.action);
  EXPECT_LT(fs::file_size(folder_ / kStepsFile), 20000u * 15);
}

TEST_F(EpisodeLogTest, ComplaintsNameFileLineAndKey) {
  EXPECT_EQ(step_error("reach", "reach"), "");
  EXPECT_THAT(step_error(R"("age":0)", R"("age":"x")"),
              AllOf(HasSubstr("steps.jsonl:1]"), HasSubstr(R"(key "age": expected a whole number >= 0, got "x")")));
  EXPECT_THAT(step_error(R"("age":0)", R"("age":-1)"), HasSubstr("got -1"));
  EXPECT_THAT(step_error(R"("age":0)", R"("age":3000000000)"), HasSubstr("got 3000000000"));
  EXPECT_THAT(step_error(R"("age":0,)", ""), HasSubstr(R"(key "age": expected a value, got none)"));
  EXPECT_THAT(step_error(R"("age":0)", R"("age":0,"colour":1)"), HasSubstr(R"(total_ms, got "colour")"));
  EXPECT_THAT(step_error("first_step", "boredom"), HasSubstr(R"(key "reason": expected one of first_step, )"));
  EXPECT_THAT(step_error(R"("age":0)", R"("age":0,"cosine_per_camera":[1,2,3,4,5])"), HasSubstr("up to 4 numbers"));
  EXPECT_THAT(step_error(R"("age":0)", R"("age":0,"action":[])"), HasSubstr(R"(key "action": expected at least one)"));
  EXPECT_THAT(step_error(R"("age":0)", R"("age":0,"action":[0,null])"), HasSubstr("expected a number, got null"));
  EXPECT_THAT(step_error(R"("age":0)", R"("age":0,"action":[1e39])"), HasSubstr("expected 32-bit numbers, got 1e+39"));
  EXPECT_THAT(step_error(R"("age":0)", R"("age":0,"action":0.5)"), HasSubstr("expected an array, got 0.5"));
  EXPECT_THAT(step_error("}", ""), HasSubstr("expected one JSON object"));
  EXPECT_THAT(step_error(R"("step":0)", R"("step":1)"), HasSubstr(R"(key "step": expected 0, got 1)"));
  EXPECT_THAT(step_error(R"("episode":0)", R"("episode":1)"), HasSubstr(R"(key "episode": expected 0, got 1)"));
}

TEST_F(EpisodeLogTest, StepsMustMatchTheEpisodes) {
  EXPECT_THAT(read_error(), HasSubstr("episodes.jsonl] expected a log file"));
  write(kEpisodesFile, kEpisodeLine);
  EXPECT_THAT(read_error(), HasSubstr("steps.jsonl] expected a log file"));
  std::ofstream(folder_ / kStepsFile).close();
  EXPECT_THAT(read_error(), HasSubstr("expected 1 steps of episode 0, got the end of the file after 0"));
  write(kStepsFile, std::string(kStepLine) + "\n" + kStepLine);
  EXPECT_THAT(read_error(), HasSubstr("steps.jsonl:2] expected the end of the file"));
}

/// A run of three episodes with 1, 2 and 3 steps, numbered 4, 7 and 9 as in a shard.
void write_shard(const fs::path& folder, StepsFile steps_file) {
  EpisodeLogWriter writer(folder, steps_file);
  for (int i = 0; i < 3; ++i) {
    EpisodeLog episode{.episode = i == 0 ? 4 : i == 1 ? 7 : 9, .arm = "a", .task = "t", .scenario = "clean"};
    episode.steps = i + 1;
    std::vector<StepLog> steps;
    for (int step = 0; step <= i; ++step) {
      steps.push_back({.episode = episode.episode, .step = step, .phase = "reach", .decision = {}, .timing = {}});
    }
    writer.add(episode, steps);
  }
  writer.close();
}

TEST_F(EpisodeLogTest, IndexReadsInAnyOrder) {
  write_shard(folder_, StepsFile::kWritten);
  EpisodeLogIndex index(folder_);
  ASSERT_EQ(index.episodes().size(), 3u);
  EXPECT_EQ(index.episodes()[1].episode, 7);
  EXPECT_EQ(index.read_steps(2).size(), 3u);
  EXPECT_EQ(index.read_steps(0).size(), 1u);
  EXPECT_EQ(index.read_steps(1).back().step, 1);
}

TEST_F(EpisodeLogTest, IndexTakesARunWithoutSteps) {
  write_shard(folder_, StepsFile::kLeftOut);
  EXPECT_FALSE(fs::exists(folder_ / kStepsFile));
  EpisodeLogIndex index(folder_);
  EXPECT_EQ(index.episodes().size(), 3u);
  EXPECT_FALSE(index.has_steps());
  EXPECT_TRUE(index.read_steps(2).empty());
}

TEST_F(EpisodeLogTest, RepairKeepsFinishedEpisodesOnly) {
  write_shard(folder_, StepsFile::kWritten);
  const auto bytes = fs::file_size(folder_ / kEpisodesFile);
  fs::resize_file(folder_ / kEpisodesFile, bytes - 20);  // the third episode's line is cut
  EXPECT_THROW(EpisodeLogIndex{folder_}, Error);
  repair_episode_log(folder_);
  EXPECT_EQ(EpisodeLogIndex(folder_).episodes().size(), 2u);
  fs::resize_file(folder_ / kStepsFile, fs::file_size(folder_ / kStepsFile) - 1);  // the last of its two steps is cut
  repair_episode_log(folder_);
  EXPECT_EQ(EpisodeLogIndex(folder_).episodes().size(), 1u);
  repair_episode_log(folder_ / "absent");
}

TEST_F(EpisodeLogTest, WriterNeedsAFolder) { EXPECT_THROW(EpisodeLogWriter(folder_ / "absent"), Error); }

}  // namespace
}  // namespace awd
