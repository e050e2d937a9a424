// plan.json: the options that decide what a run's jobs do, written by the coordinating process and read by its workers.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "awd/engine.h"
#include "cli/build_info.h"
#include "cli/options_cli.h"

namespace awd::cli {

/// Which policy runs, and how.
struct PlannedPolicy {
  EngineOptions engine{};
  std::string folder{};
  std::string fingerprint{};  // of its files
};

/// The policy in `folder` ("" is the shipped one), one compute thread a session: the jobs fill the cores. An address
/// (ws://, wss://) stands for a policy server, which has no fingerprint. Throws awd::Error naming a file that is
/// missing.
PlannedPolicy plan_policy(const std::string& folder, const EngineOptions& engine);

/// Where results go, and how many processes make them, changes no job.
inline constexpr const char* kPlanIgnores[] = {"out", "json", "processes", "resume"};

template <class Options>
std::string plan_text(const std::string& command, const Options& options, const PlannedPolicy& policy) {
  nlohmann::ordered_json given = options_json(options);
  for (const char* key : kPlanIgnores) given.erase(key);
  const nlohmann::ordered_json json{{"format", "awd-plan-1"},
                                    {"command", command},
                                    {"commit", build_commit()},
                                    {"options", given},
                                    {"engine", options_json(policy.engine)},
                                    {"policy", {{"folder", policy.folder}, {"fingerprint", policy.fingerprint}}}};
  return json.dump(2) + "\n";
}

/// Reads back what plan_text() gave. Throws awd::Error where this program or the policy is not that of the plan.
template <class Options>
void read_plan_text(const std::filesystem::path& file, const std::string& command, Options& options,
                    PlannedPolicy& policy) {
  std::ifstream stream(file, std::ios::binary);
  const auto json = nlohmann::ordered_json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("command", "") != command) {
    throw Error(file.string(), "expected the plan of awd " + command + ", got something else");
  }
  nlohmann::ordered_json all = options_json(options);
  all.update(json.at("options"));
  options_from_json(all, options, file.string());
  EngineOptions engine;
  options_from_json(json.at("engine"), engine, file.string());
  policy = plan_policy(json.at("policy").at("folder"), engine);
  if (nlohmann::ordered_json::parse(plan_text(command, options, policy)) != json) {
    throw Error(file.string(), "expected the program and the policy that the run began with, got others");
  }
}

}  // namespace awd::cli
