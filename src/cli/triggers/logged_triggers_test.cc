// A small run directory, written here: what the filters leave, and what is complained about.
#include "cli/triggers/logged_triggers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"
#include "cli/shard_folder.h"
#include "cli/triggers/triggers_run.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// Two arms x two tasks x two episodes of four steps; arm "awd" triggers by vision at its third step.
void write_run(const std::string& folder, StepsFile steps_file = StepsFile::kWritten) {
  EpisodeLogWriter writer(folder, steps_file);
  int number = 0;
  for (const std::string arm : {"none", "awd"}) {
    for (const std::string task : {"cup", "box"}) {
      for (int trial = 0; trial < 2; ++trial) {
        EpisodeLog episode{.episode = number, .arm = arm, .task = task, .scenario = "clean", .trial = trial};
        std::vector<StepLog> steps;
        for (int i = 0; i < 4; ++i) {
          StepLog step{.episode = number, .step = i, .phase = "reach", .decision = {}, .timing = {}};
          const bool is_vision = arm == "awd" && i == 2;
          step.decision.reason = i == 0 ? Reason::kFirstStep : is_vision ? Reason::kVisionDrift : Reason::kReuse;
          step.decision.verdict = i == 0 || is_vision ? Verdict::kRecompute : Verdict::kReuse;
          step.decision.age = i;
          steps.push_back(step);
        }
        episode.steps = 4;
        writer.add(episode, steps);
        ++number;
      }
    }
  }
  writer.close();
}

std::vector<TriggerSummary> count(const InputOptions& input) {
  TriggerTally tally({});
  add_logged_triggers(input, tally);
  return tally.summaries();
}

std::string complaint_about(const InputOptions& input) {
  try {
    (void)count(input);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

TEST(LoggedTriggers, AllEpisodes) {
  const TestFolder folder;
  write_run(folder.path());
  EXPECT_TRUE(is_run_directory(folder.path()));
  const auto arms = count({.input = folder.path()});
  ASSERT_EQ(arms.size(), 2u);
  EXPECT_EQ(arms[0].arm, "none");
  EXPECT_EQ(arms[1].episodes, 4);
  EXPECT_EQ(arms[1].all.of(Reason::kVisionDrift), 4);
}

TEST(LoggedTriggers, Filters) {
  const TestFolder folder;
  write_run(folder.path());
  const auto arms = count({.input = folder.path(), .arm = "awd", .tasks = "box", .episodes = 1});
  ASSERT_EQ(arms.size(), 1u);
  EXPECT_EQ(arms[0].episodes, 1);
  ASSERT_EQ(arms[0].tasks.size(), 1u);
  EXPECT_EQ(arms[0].tasks[0].name, "box");
}

TEST(LoggedTriggers, BadFilters) {
  const TestFolder folder;
  write_run(folder.path());
  EXPECT_THAT(complaint_about({.input = folder.path(), .arm = "banana"}),
              HasSubstr("[option arm] expected one of none, awd, got \"banana\""));
  EXPECT_THAT(complaint_about({.input = folder.path(), .tasks = "banana"}),
              HasSubstr("[option tasks] expected one of cup, box, got \"banana\""));
}

TEST(LoggedTriggers, BadFolders) {
  const TestFolder folder;
  const std::string no_steps = folder.file("no_steps"), empty = folder.file("empty"), running = folder.file("running");
  for (const std::string& name : {no_steps, empty, running}) fs::create_directories(name);
  write_run(no_steps, StepsFile::kLeftOut);
  EXPECT_THAT(complaint_about({.input = no_steps}), HasSubstr("steps.jsonl] expected the log of steps, got none"));
  for (const char* name : {kEpisodesFile, kStepsFile}) {
    const std::ofstream nothing(fs::path(empty) / name);
    ASSERT_TRUE(nothing.is_open());
  }
  EXPECT_THAT(complaint_about({.input = empty}), HasSubstr("episodes.jsonl] expected episodes, got none"));
  fs::create_directories(fs::path(running) / kShardsFolder);
  EXPECT_THAT(complaint_about({.input = running}), HasSubstr("expected a finished run"));
  EXPECT_FALSE(is_run_directory(folder.file("absent")));
}

TEST(RunTriggers, WritesJsonAndFiguresOrNothing) {
  const TestFolder folder;
  const std::string run = folder.file("run"), out = folder.file("out"), bad = folder.file("bad");
  fs::create_directories(run);
  write_run(run);
  TriggersOptions options;
  options.output.out = out;
  const TriggersResult result = run_triggers({.input = run}, options, {});
  EXPECT_FALSE(result.report.open_loop);
  EXPECT_EQ(result.report.arms.size(), 2u);
  for (const char* name : {"triggers.json", "figures/none.png", "figures/awd.svg"}) {
    EXPECT_TRUE(fs::exists(fs::path(out) / name)) << name;
  }
  options.output.out = bad;
  EXPECT_THROW(run_triggers({.input = run, .arm = "banana"}, options, {}), Error);
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("bad")) << entry.path();
  }
}

}  // namespace
}  // namespace awd::cli
