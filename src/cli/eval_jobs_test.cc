// The driver with made-up runners: order, independence of the number of threads, failure leaves nothing.
#include "cli/eval_jobs.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "analysis/results_json.h"
#include "analysis/summary.h"
#include "base/rng.h"
#include "base/test_folder.h"
#include "io/run_directory.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

/// Episodes whose length and outcome depend on arm, task and seed only; short ones overtake long ones.
class FakeRunner final : public EpisodeRunner {
 public:
  EpisodeRecord run(const EpisodeJob& job) override {
    EXPECT_EQ(std::this_thread::get_id(), thread_);
    Rng rng(mix_seed(job.seed, std::uint64_t(10 * job.arm + job.task)));
    EpisodeRecord record;
    record.episode = {.episode = job.episode,
                      .arm = job.arm == 0 ? "none" : "gated",
                      .task = job.task == 0 ? "a" : "b",
                      .scenario = "clean",
                      .trial = job.trial,
                      .seed = job.seed,
                      .success = rng.uniform() < 0.5};
    record.episode.steps = 1 + rng.index(40);
    for (int i = 0; i < record.episode.steps; ++i) {
      record.steps.push_back({.episode = job.episode, .step = i, .phase = "reach", .decision = {}, .timing = {}});
      record.steps.back().decision.scores.state_drift = rng.normal();
      record.episode.full_queries += 1;
    }
    return record;
  }
  ~FakeRunner() override { EXPECT_EQ(std::this_thread::get_id(), thread_); }

 private:
  std::thread::id thread_ = std::this_thread::get_id();
};

class EvalJobsTest : public ::testing::Test {
 protected:
  /// Both logs and results.json of a whole run as one text.
  std::string run_text(int workers) {
    EpisodeLogWriter log(folder_);
    RunSummary summary({{.name = "none"}, {.name = "gated"}});
    run_jobs(
        plan_jobs(2, 2, 20, 7), workers, [] { return std::make_unique<FakeRunner>(); },
        [&](const EpisodeRecord& record) {
          log.add(record.episode, record.steps);
          summary.add(record.episode, record.steps);
        });
    log.close();
    std::ostringstream text;
    text << std::ifstream(folder_ / kEpisodesFile).rdbuf() << std::ifstream(folder_ / kStepsFile).rdbuf();
    text << results_json(summary.arms());
    return text.str();
  }

  TestFolder test_folder_;
  fs::path folder_ = test_folder_.path();
};

TEST_F(EvalJobsTest, ArmsMeetTheSameSeeds) {
  const auto jobs = plan_jobs(2, 3, 4, 100);
  ASSERT_EQ(jobs.size(), 24u);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(jobs[i].episode, i);
    EXPECT_EQ(jobs[i].arm, 0);
    EXPECT_EQ(jobs[i + 12].arm, 1);
    EXPECT_EQ(jobs[i].task, jobs[i + 12].task);
    EXPECT_EQ(jobs[i].seed, jobs[i + 12].seed);
    EXPECT_EQ(jobs[i].seed, 100u + jobs[i].trial);
  }
}

TEST_F(EvalJobsTest, LogsAndResultsDoNotDependOnTheNumberOfThreads) {
  const std::string one = run_text(1);
  EXPECT_GT(one.size(), 10000u);
  EXPECT_EQ(one, run_text(2));
  EXPECT_EQ(one, run_text(7));
}

TEST_F(EvalJobsTest, MoreThreadsThanJobsIsFine) {
  int records = 0;
  run_jobs(
      plan_jobs(1, 1, 2, 0), 5, [] { return std::make_unique<FakeRunner>(); },
      [&](const EpisodeRecord&) { ++records; });
  EXPECT_EQ(records, 2);
}

TEST_F(EvalJobsTest, ThrowingJobEndsTheRunAndLeavesNoFolder) {
  class ThrowingRunner final : public EpisodeRunner {
   public:
    EpisodeRecord run(const EpisodeJob& job) override {
      if (job.episode == 5) throw std::runtime_error("job 5");
      return FakeRunner().run(job);
    }
  };
  const auto attempt = [&] {
    RunDirectory directory(folder_ / "out");
    EpisodeLogWriter log(directory.path());
    run_jobs(
        plan_jobs(2, 2, 20, 7), 2, [] { return std::make_unique<ThrowingRunner>(); },
        [&](const EpisodeRecord& record) { log.add(record.episode, record.steps); });
    directory.commit();
  };
  EXPECT_THROW(attempt(), std::runtime_error);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(EvalJobsTest, RunnerThatCannotBeMadeIsReported) {
  const auto refuse = []() -> std::unique_ptr<EpisodeRunner> { throw std::runtime_error("no OpenGL"); };
  EXPECT_THROW(run_jobs(plan_jobs(1, 1, 3, 0), 2, refuse, [](const EpisodeRecord&) {}), std::runtime_error);
}

}  // namespace
}  // namespace awd::cli
