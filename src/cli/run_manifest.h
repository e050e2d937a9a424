// run.json: everything needed to tell what a run was and to do it again.
#pragma once

#include <string>
#include <vector>

#include "awd/engine.h"
#include "cli/eval_options.h"
#include "runtime/arm.h"

namespace awd::cli {

struct EvalManifest {
  EvalOptions options;
  EngineOptions engine_options;
  EngineInfo policy;
  std::string policy_folder;
  std::vector<Arm> arms;
  std::vector<std::string> tasks;
  int workers = 1;
  std::string started_utc;
  double wall_s = 0;
};

/// Indented JSON with every option, defaults included; ends with a newline.
std::string eval_manifest_json(const EvalManifest& manifest);

/// The present time as 2031-01-31T23:59:59Z.
std::string utc_now();

}  // namespace awd::cli
