// Shards with made-up episodes: order, independence of how the work was shared, resuming after a crash.
#include "cli/eval_jobs.h"

#include <gtest/gtest.h>

#include <fstream>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "analysis/episode_tally.h"
#include "analysis/results_json.h"
#include "analysis/summary.h"
#include "awd/error.h"
#include "base/rng.h"
#include "base/test_folder.h"
#include "cli/shard_folder.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

/// Two scenarios, the second without task 1; two arms; 20 trials.
const JobSpace kSpace{.tasks = {{0, 1}, {0}}, .arms = 2, .trials = 20, .seed = 7};

/// Episodes whose length and outcome depend on scenario, arm, task and seed only.
class FakeRunner final : public EpisodeRunner {
 public:
  explicit FakeRunner(int crash_after = -1) : left_(crash_after) {}

  EpisodeRecord run(const EpisodeJob& job) override {
    if (left_-- == 0) throw std::runtime_error("crash");
    Rng rng(mix_seed(job.seed, std::uint64_t(100 * job.scenario + 10 * job.arm + job.task)));
    EpisodeRecord record;
    record.episode = {.episode = job.episode,
                      .arm = job.arm == 0 ? "none" : "gated",
                      .task = job.task == 0 ? "a" : "b",
                      .scenario = job.scenario == 0 ? "clean" : "nudge",
                      .trial = job.trial,
                      .seed = job.seed,
                      .success = rng.uniform() < 0.5};
    const int steps = 1 + rng.index(40);
    for (int i = 0; i < steps; ++i) {
      record.steps.push_back({.episode = job.episode, .step = i, .phase = "reach", .decision = {}, .timing = {}});
      record.steps.back().decision.scores.state_drift = rng.normal();
    }
    tally_steps(record.steps, record.episode);
    return record;
  }

 private:
  int left_;  // episodes until a crash; negative: none
};

class EvalJobsTest : public ::testing::Test {
 protected:
  EvalJobsTest() { fs::create_directories(shards_); }

  /// Runs the unfinished jobs with as many runners as there are entries; each has a shard of its own and crashes after
  /// that many episodes (-1: never). The runners take turns.
  void run(const std::vector<int>& crash_after, StepsFile steps = StepsFile::kWritten) {
    const auto finished = finished_episodes(shards_, int(jobs_.size()));
    std::vector<int> open;
    for (const EpisodeJob& job : jobs_) {
      if (!finished[std::size_t(job.episode)]) open.push_back(job.episode);
    }
    for (const int crash : crash_after) {
      JobQueue::create(shards_ / kQueueFile, open);
      JobQueue queue(shards_ / kQueueFile);
      EpisodeLogWriter log(new_shard(shards_), steps);
      FakeRunner runner(crash);
      try {
        run_shard(jobs_, queue, runner, log, [] {});
      } catch (const std::runtime_error&) {
      }
      log.close();
      open.erase(open.begin(), open.begin() + queue.finished());
    }
  }

  /// Both logs and results.json of the merged run as one text.
  std::string merged(StepsFile steps_file = StepsFile::kWritten) {
    const std::string out = folder_.file("merged");
    fs::create_directories(out);
    EpisodeLogWriter log(out, steps_file);
    std::vector<ArmInfo> rows;
    for (const char* scenario : {"clean", "nudge"}) {
      for (const char* arm : {"none", "gated"}) rows.push_back({.name = arm, .scenario = scenario});
    }
    RunSummary summary(rows);
    merge_shards(shards_, int(jobs_.size()), [&](const EpisodeLog& episode, const std::vector<StepLog>& steps) {
      log.add(episode, steps);
      summary.add(episode, steps);
    });
    log.close();
    std::ostringstream text;
    text << std::ifstream(fs::path(out) / kEpisodesFile).rdbuf();
    if (steps_file == StepsFile::kWritten) text << std::ifstream(fs::path(out) / kStepsFile).rdbuf();
    text << results_json(summary.arms());
    fs::remove_all(shards_);
    fs::create_directories(shards_);
    return text.str();
  }

  TestFolder folder_;
  fs::path shards_ = folder_.file("shards");
  std::vector<EpisodeJob> jobs_ = plan_jobs(kSpace);
};

TEST_F(EvalJobsTest, ArmsMeetTheSameSeedsOnSupportedTasks) {
  ASSERT_EQ(jobs_.size(), 2u * 2 * 20 + 2u * 20);
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    EXPECT_EQ(jobs_[i].episode, int(i));
    EXPECT_EQ(jobs_[i].seed, 7u + std::uint64_t(jobs_[i].trial));
    if (jobs_[i].scenario == 1) {
      EXPECT_EQ(jobs_[i].task, 0);
    }
  }
  EXPECT_EQ(jobs_[0].arm, 0);
  EXPECT_EQ(jobs_[40].arm, 1);
  EXPECT_EQ(jobs_[80].scenario, 1);
}

TEST_F(EvalJobsTest, LogsDoNotDependOnHowTheWorkWasShared) {
  run({-1});
  const std::string one = merged();
  EXPECT_GT(one.size(), 10000u);
  run({30, 5, 20, -1});  // four workers, each going as far as it gets
  EXPECT_EQ(merged(), one);
}

TEST_F(EvalJobsTest, AnInterruptedRunGoesOnAndEndsTheSame) {
  run({-1});
  const std::string one = merged();
  run({13});
  const fs::path episodes = list_shards(shards_).back() / kEpisodesFile;
  fs::resize_file(episodes, fs::file_size(episodes) - 7);  // the crash cut the last line
  const auto finished = finished_episodes(shards_, int(jobs_.size()));
  EXPECT_EQ(std::accumulate(finished.begin(), finished.end(), 0), 12);
  EXPECT_THROW(merged(), Error);
  run({-1});
  EXPECT_EQ(merged(), one);
}

TEST_F(EvalJobsTest, WithoutStepsTheCountsAreTheSame) {
  run({-1});
  const std::string with_steps = merged();
  run({7, -1}, StepsFile::kLeftOut);
  const std::string without = merged(StepsFile::kLeftOut);
  const auto first_line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
  EXPECT_EQ(first_line(without), first_line(with_steps));
  EXPECT_EQ(without.find("reach"), std::string::npos);
}

TEST_F(EvalJobsTest, AnEpisodeLoggedTwiceIsRefused) {
  run({-1});
  fs::copy(list_shards(shards_).front(), shards_ / "001", fs::copy_options::recursive);
  EXPECT_THROW(merged(), Error);
}

}  // namespace
}  // namespace awd::cli
