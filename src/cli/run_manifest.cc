// Writes run.json. Its key order is the order of reading: what, when, where, with which options.
#include "cli/run_manifest.h"

#include <array>
#include <ctime>

#include "awd/version.h"
#include "cli/build_info.h"
#include "cli/options_cli.h"
#include "io/machine_info.h"

namespace awd::cli {
namespace {

using Json = nlohmann::ordered_json;

Json machine_json() {
  const MachineInfo machine = machine_info();
  return {{"cpu", machine.cpu},
          {"cores", machine.cores},
          {"memory_bytes", machine.memory_bytes},
          {"os", machine.os},
          {"kernel", machine.kernel}};
}

Json policy_json(const EvalManifest& manifest) {
  const EngineInfo& policy = manifest.policy;
  return {{"folder", manifest.policy_folder},
          {"name", policy.name},
          {"variant", policy.pi05 ? "pi05" : "pi0"},
          {"cameras", policy.cameras},
          {"horizon", policy.horizon},
          {"flow_steps", policy.flow_steps},
          {"dtype", std::string(word_of(policy.dtype))},
          {"weight_bytes", policy.weight_bytes}};
}

Json arms_json(const std::vector<Arm>& arms) {
  Json list = Json::array();
  for (const Arm& arm : arms) {
    list.push_back({{"name", arm.name}, {"gate", options_json(arm.gate)}, {"reuse", options_json(arm.reuse)}});
  }
  return list;
}

}  // namespace

std::string eval_manifest_json(const EvalManifest& manifest) {
  const Json json{{"format", "awd-run-1"},
                  {"command", "eval"},
                  {"version", kVersion},
                  {"commit", build_commit()},
                  {"started_utc", manifest.started_utc},
                  {"wall_s", manifest.wall_s},
                  {"machine", machine_json()},
                  {"workers", manifest.workers},
                  {"seed", manifest.options.seed},
                  {"options", options_json(manifest.options)},
                  {"engine", options_json(manifest.engine_options)},
                  {"policy", policy_json(manifest)},
                  {"tasks", manifest.tasks},
                  {"arms", arms_json(manifest.arms)}};
  return json.dump(2) + "\n";
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace awd::cli
