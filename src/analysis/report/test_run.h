// Test support: a run directory made of made-up episodes, consistent to the last digit.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/results_json.h"
#include "analysis/summary.h"
#include "analysis/test_logs.h"
#include "io/run_directory.h"

namespace awd::testing {

inline constexpr const char* kTestFormat = "awd-run-test";

struct TestRun {
  std::vector<std::string> arms{"none", "gated"};
  std::vector<LoggedEpisode> episodes{
      logged_episode("none", "lift", 1, true, "FVVV"), logged_episode("none", "lift", 2, false, "FVVVVV"),
      logged_episode("gated", "lift", 1, true, "FrrrV"), logged_episode("gated", "lift", 2, true, "FrrSrr")};

  /// run.json: the second and later arms have the study's gate.
  nlohmann::ordered_json manifest() const {
    nlohmann::ordered_json json{{"format", kTestFormat}, {"command", "eval"}, {"version", "1.2.3"}, {"commit", "abc"}};
    json["policy"] = {{"name", "toy"}, {"variant", "pi0"}, {"cameras", {"base", "wrist"}}, {"horizon", 20}};
    json["scenarios"] = {{{"name", "clean"}, {"resolved", "clean"}}};
    for (std::size_t i = 0; i < arms.size(); ++i) {
      json["arms"].push_back(
          {{"name", arms[i]},
           {"gate", {{"gate", i == 0 ? "always" : "awd"}, {"state_threshold", 0.05}, {"drift_threshold", 0.5}}},
           {"reuse", {{"mode", "aligned"}}}});
    }
    return json;
  }

  /// Writes the four files into an existing folder.
  void write(const std::filesystem::path& folder, StepsFile steps = StepsFile::kWritten) const {
    std::vector<ArmInfo> rows;
    for (const std::string& arm : arms) {
      rows.push_back({.name = arm,
                      .policy = "toy",
                      .gate = arm == arms.front() ? "always" : "awd",
                      .mode = "aligned",
                      .scenario = "clean"});
    }
    RunSummary summary(rows);
    EpisodeLogWriter log(folder, steps);
    int number = 0;
    for (LoggedEpisode logged : episodes) {
      logged.episode.episode = number;
      for (StepLog& step : logged.steps) step.episode = number;
      ++number;
      log.add(logged.episode, logged.steps);
      summary.add(logged.episode, steps == StepsFile::kWritten ? logged.steps : std::vector<StepLog>{});
    }
    log.close();
    write_file_atomically(folder / "results.json", results_json(summary.arms()));
    write_file_atomically(folder / "run.json", manifest().dump());
  }
};

}  // namespace awd::testing
