// run.json: everything needed to tell what a run was and to do it again.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "awd/engine.h"
#include "cli/eval_plan.h"
#include "cli/matched_arms.h"
#include "runtime/arm.h"

namespace awd::cli {

inline constexpr const char* kRunFile = "run.json";
inline constexpr const char* kRunFormat = "awd-run-2";  // key "format" of run.json

struct EvalManifest {
  EvalPlan plan;
  EngineInfo policy;
  std::vector<MatchedArm> matched;
  int processes = 1;
  std::string started_utc;
  double wall_s = 0;
};

/// Indented JSON with every option, defaults included; ends with a newline.
std::string eval_manifest_json(const EvalManifest& manifest);

/// Key "policy" of a manifest: `source` says where the policy comes from, what it is follows.
nlohmann::ordered_json policy_json(nlohmann::ordered_json source, const EngineInfo& policy);

/// Key "arms": the name of each, and all its options.
nlohmann::ordered_json arms_json(std::span<const Arm> arms);

/// "runs/eval-20310131-235959" for the command "eval" and the time that utc_now() gave.
std::string default_out(const std::string& command, const std::string& utc);

/// The present time as 2031-01-31T23:59:59Z.
std::string utc_now();

}  // namespace awd::cli
