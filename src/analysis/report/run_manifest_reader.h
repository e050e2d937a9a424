// What a report needs of run.json, and the check that results.json says what the logs add up to.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "analysis/summary.h"

namespace awd::report {

using Json = nlohmann::ordered_json;

/// run.json of a finished run.
struct RunManifest {
  Json json;
  std::vector<std::string> scenarios{};  // names, in order
  std::vector<std::string> cameras{};
  std::vector<ArmInfo> arms{};  // without a scenario
  /// Per arm: signal -> the limit that its gate puts on the score; signals without one are absent.
  std::map<std::string, std::map<std::string, double>> limits{};
};

/// Reads `folder`/run.json. Throws awd::Error naming the file where it is missing, of another format, or incomplete.
RunManifest read_run_manifest(const std::filesystem::path& folder, const std::string& expected_format);

/// Throws awd::Error naming the first key at which `folder`/results.json is not `arms`. Without a step log latencies
/// cannot be recomputed and are not compared.
void expect_same_results(const std::filesystem::path& folder, std::span<const ArmSummary> arms, bool has_steps);

}  // namespace awd::report
