// Writes run.json. Its key order is the order of reading: what, when, where, with which options.
#include "cli/run_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <iterator>

#include "awd/types.h"
#include "cli/build_info.h"
#include "cli/machine_json.h"
#include "cli/options_cli.h"
#include "sim/scenario/scenario.h"

namespace awd::cli {
namespace {

using Json = nlohmann::ordered_json;

Json scenarios_json(const std::vector<std::string>& scenarios) {
  Json list = Json::array();
  for (const std::string& scenario : scenarios) {
    list.push_back({{"name", scenario}, {"resolved", sim::resolve_scenario(scenario)}});
  }
  return list;
}

Json matched_json(const std::vector<MatchedArm>& matched) {
  Json list = Json::array();
  for (const MatchedArm& arm : matched) {
    list.push_back({{"arm", arm.arm},
                    {"scenario", arm.scenario},
                    {"to", arm.to},
                    {"full_queries_per_step", arm.full_queries_per_step},
                    {"probability", arm.probability}});
  }
  return list;
}

}  // namespace

Json policy_json(Json source, const EngineInfo& policy) {
  source.update(Json{{"name", policy.name},
                     {"variant", policy.pi05 ? "pi05" : "pi0"},
                     {"cameras", policy.cameras},
                     {"image_size", policy.image_size},
                     {"horizon", policy.horizon},
                     {"flow_steps", policy.flow_steps},
                     {"dtype", std::string(word_of(policy.dtype))},
                     {"weight_bytes", policy.weight_bytes}});
  return source;
}

Json arms_json(std::span<const Arm> arms) {
  Json list = Json::array();
  for (const Arm& arm : arms) {
    list.push_back({{"name", arm.name}, {"gate", options_json(arm.gate)}, {"reuse", options_json(arm.reuse)}});
  }
  return list;
}

std::string eval_manifest_json(const EvalManifest& manifest) {
  const Json json{{"format", kRunFormat},
                  {"command", "eval"},
                  {"version", kVersion},
                  {"commit", build_commit()},
                  {"started_utc", manifest.started_utc},
                  {"wall_s", manifest.wall_s},
                  {"machine", machine_json()},
                  {"processes", manifest.processes},
                  {"seed", manifest.plan.options.seed},
                  {"options", options_json(manifest.plan.options)},
                  {"engine", options_json(manifest.plan.policy.engine)},
                  {"policy", policy_json({{"folder", manifest.plan.policy.folder},
                                          {"fingerprint", manifest.plan.policy.fingerprint}},
                                         manifest.policy)},
                  {"tasks", manifest.plan.tasks},
                  {"scenarios", scenarios_json(manifest.plan.scenarios)},
                  {"arms", arms_json(manifest.plan.arms)},
                  {"matched", matched_json(manifest.matched)}};
  return json.dump(2) + "\n";
}

std::string default_out(const std::string& command, const std::string& utc) {
  std::string digits;
  std::copy_if(utc.begin(), utc.end(), std::back_inserter(digits), [](unsigned char c) { return std::isdigit(c); });
  return fmt::format("runs/{}-{}-{}", command, digits.substr(0, 8), digits.substr(8));
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
