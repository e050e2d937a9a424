// A whole run directory into a report, and one clear line for every way in which it can be wrong.
#include "analysis/report/run_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "analysis/report/test_run.h"
#include "awd/error.h"
#include "base/test_folder.h"

namespace awd::report {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TestRun;

const ReadOptions kOptions{.format = testing::kTestFormat};

std::string read_text(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// What reading `folder` complains about; "" for nothing.
std::string complaint(const std::string& folder) {
  try {
    (void)read_run_report(folder, kOptions);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(RunReport, ReadsAllOfARun) {
  const TestFolder folder;
  TestRun{}.write(folder.path());
  const RunReport report = read_run_report(folder.path(), kOptions);
  EXPECT_TRUE(report.has_steps);
  EXPECT_EQ(report.episodes, 4);
  EXPECT_EQ(report.steps, 21);
  EXPECT_THAT(report.tasks, ElementsAre("lift"));
  ASSERT_EQ(report.arms.size(), 2u);
  EXPECT_EQ(report.arms[1].arm.name, "gated");
  EXPECT_EQ(report.arms[1].full_queries, 4);
  EXPECT_EQ(report.played.size(), 4u);
  EXPECT_EQ(report.played[2].at("arm"), 1);
  EXPECT_EQ(report.manifest.limits.at("gated").at("weighted_drift"), 0.5);
  EXPECT_TRUE(report.manifest.limits.at("none").empty());
}

TEST(RunReport, KeepsTheFirstTrialsForThePlayer) {
  const TestFolder folder;
  TestRun{}.write(folder.path());
  const RunReport report = read_run_report(folder.path(), {.format = testing::kTestFormat, .played_trials = 1});
  ASSERT_EQ(report.played.size(), 2u);
  EXPECT_EQ(report.played[0].at("episode"), 0);
  EXPECT_EQ(report.played[1].at("episode"), 2);
}

TEST(RunReport, DoesWithoutSteps) {
  const TestFolder folder;
  TestRun{}.write(folder.path(), StepsFile::kLeftOut);
  const RunReport report = read_run_report(folder.path(), kOptions);
  EXPECT_FALSE(report.has_steps);
  EXPECT_TRUE(report.played.empty());
  EXPECT_EQ(report.arms[0].successes, 1);
}

TEST(RunReport, StepsRemovedAfterwardsLeaveLatenciesOut) {
  const TestFolder folder;
  TestRun{}.write(folder.path());
  std::filesystem::remove(folder.file("steps.jsonl"));
  EXPECT_EQ(complaint(folder.path()), "");
}

TEST(RunReport, RefusesWhatIsNoFinishedRun) {
  const TestFolder folder;
  EXPECT_THAT(complaint(folder.path()),
              HasSubstr("run.json] expected the manifest of a finished run, got no such file"));
  const TestRun run;
  run.write(folder.path());
  std::filesystem::remove(folder.file("results.json"));
  EXPECT_THAT(complaint(folder.path()), HasSubstr("results.json] expected the results of a finished run, got no such"));
  run.write(folder.path());
  std::filesystem::remove(folder.file("episodes.jsonl"));
  EXPECT_THAT(complaint(folder.path()), HasSubstr("episodes.jsonl] expected a log file, got none"));
  run.write(folder.path());
  std::ofstream(folder.file("episodes.jsonl")) << "";
  std::ofstream(folder.file("steps.jsonl")) << "";
  EXPECT_THAT(complaint(folder.path()), HasSubstr("expected at least one episode, got none"));
}

TEST(RunReport, RefusesTruncatedLogs) {
  const TestFolder folder;
  const TestRun run;
  for (const char* name : {"episodes.jsonl", "steps.jsonl"}) {
    run.write(folder.path());
    const std::string file = folder.file(name), text = read_text(file);
    for (const std::size_t left : {text.size() - 20, text.find('\n') + 1}) {
      std::filesystem::resize_file(file, left);
      EXPECT_THAT(complaint(folder.path()), AllOf(HasSubstr(".jsonl"), HasSubstr("expected"))) << name << " " << left;
    }
  }
}

TEST(RunReport, RefusesResultsThatTheLogsDoNotGive) {
  const TestFolder folder;
  TestRun{}.write(folder.path());
  std::string text = read_text(folder.file("results.json"));
  const std::string honest = "\"successes\": 1,";
  text.replace(text.find(honest), honest.size(), "\"successes\": 2,");
  write_file_atomically(folder.file("results.json"), text);
  EXPECT_THAT(complaint(folder.path()),
              HasSubstr("results.json] expected what the logs add up to, arms[0].successes = 1, got 2"));
}

TEST(RunReport, RefusesAManifestOfAnotherKind) {
  const TestFolder folder;
  TestRun run;
  run.write(folder.path());
  auto json = run.manifest();
  json["format"] = "awd-run-0";
  write_file_atomically(folder.file("run.json"), json.dump());
  EXPECT_THAT(complaint(folder.path()), HasSubstr("key \"format\": expected awd-run-test, got \"awd-run-0\""));
  json = run.manifest();
  json["arms"][0].erase("reuse");
  write_file_atomically(folder.file("run.json"), json.dump());
  EXPECT_THAT(complaint(folder.path()), AllOf(HasSubstr("run.json"), HasSubstr("'reuse' not found")));
  json = run.manifest();
  json["arms"].erase(1);
  write_file_atomically(folder.file("run.json"), json.dump());
  EXPECT_THAT(complaint(folder.path()), HasSubstr("expected arms and scenarios of run.json, got arm \"gated\""));
}

}  // namespace
}  // namespace awd::report
