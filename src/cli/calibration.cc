// The two calibrations. Both run the arms they judge (on-policy), choose, and run the choice again on other seeds.
#include "cli/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "awd/error.h"
#include "base/named_text.h"
#include "cli/calibration_runs.h"
#include "cli/evaluation.h"
#include "cli/run_manifest.h"
#include "runtime/arm.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxConfigurations = 16;

/// Runs `arms` below `options.output.out` as run directory `name`, or reuses it where it is complete already.
fs::path run_arms(const CalibrateOptions& options, const EngineOptions& engine, const std::string& name,
                  const std::string& arms, bool is_check) {
  fs::path folder = fs::path(options.output.out) / name;
  if (options.run.resume && fs::exists(folder / "results.json")) return folder;
  EvalOptions eval;
  eval.arms = arms;
  eval.run = options.run;
  eval.scenario = options.scenario;
  eval.trials = is_check ? options.check_trials : options.trials;
  eval.seed = options.seed + (is_check ? std::uint64_t(options.trials) : 0);
  eval.steps_log = options.method == CalibrationMethod::kConformal && !is_check;
  eval.video = false;
  eval.output.out = folder.string();
  run_evaluation(eval, engine);
  return folder;
}

/// All configurations of the grid, or of a run directory that is there already.
std::vector<Configuration> run_grid(const CalibrateOptions& options, const EngineOptions& engine) {
  std::map<std::string, std::string> texts;  // by name
  std::string arms = "none";
  if (options.runs.empty()) {
    int number = 0;
    for (const std::string& assignment : expand_grid(options.grid)) {
      const std::string text = configured_arm(options.arm, assignment, ++number);
      texts[parse_arm(text).name] = text;
      arms += "," + text;
    }
  } else {
    texts = read_arm_texts(options.runs);
  }
  const fs::path run =
      options.runs.empty() ? run_arms(options, engine, "calibration", arms, false) : fs::path(options.runs);
  std::vector<Configuration> configurations;
  for (const ArmLoss& loss : read_losses(run)) {
    configurations.push_back({.arm = texts.at(loss.arm),
                              .risk = {.count = loss.lost},
                              .full_queries_per_step = double(loss.full_queries) / double(loss.steps)});
  }
  return configurations;
}

void learn(Calibration& result, const EngineOptions& engine) {
  const CalibrateOptions& options = result.options;
  result.configurations = run_grid(options, engine);
  std::vector<RiskCount> counts;
  for (const Configuration& configuration : result.configurations) counts.push_back(configuration.risk.count);
  const std::vector<TestedRisk> tested = learn_then_test(
      counts, {.limit = options.limit, .error = options.error, .test = options.test, .correction = options.correction});
  const Configuration* cheapest = nullptr;
  for (std::size_t i = 0; i < tested.size(); ++i) {
    Configuration& configuration = result.configurations[i];
    configuration.risk = tested[i];
    const bool is_cheaper =
        cheapest == nullptr || configuration.full_queries_per_step < cheapest->full_queries_per_step;
    if (tested[i].is_safe && is_cheaper) cheapest = &configuration;
  }
  if (cheapest != nullptr) result.chosen = cheapest->arm;
  result.guarantee = fmt::format(
      "with probability {:g} over the calibration episodes, every configuration called safe loses at most {:g} % of "
      "the episodes that none wins, for the mixture of these scenarios and tasks",
      1 - options.error, 100 * options.limit);
  if (result.chosen.empty() || options.check_trials == 0) return;
  const fs::path check = run_arms(options, engine, "check", "none," + result.chosen, true);
  const ArmLoss loss = read_losses(check).at(0);
  result.check = {.arm = result.chosen,
                  .risk = {.count = loss.lost},
                  .full_queries_per_step = double(loss.full_queries) / double(loss.steps)};
}

void conform(Calibration& result, const EngineOptions& engine) {
  const CalibrateOptions& options = result.options;
  const std::string option = fmt::format("max_{}", word_of(options.signal));
  const std::string watched = configured_arm(options.arm, "explain=true," + option + "=0", 1);
  const fs::path run = run_arms(options, engine, "calibration", watched, false);
  result.guarantee = fmt::format(
      "the chance that {} exceeds its limit anywhere in an undisturbed, successful episode is at most {:g} %, for "
      "episodes exchangeable with those of the calibration",
      word_of(options.signal), 100 * options.limit);
  result.threshold = conformal_threshold(read_maxima(run, options.signal), options.limit);
  if (!result.threshold) return;
  // Four digits are enough for a person; rounding up keeps the guarantee.
  const double unit = *result.threshold > 0 ? std::pow(10, std::floor(std::log10(*result.threshold)) - 3) : 1;
  result.threshold = std::ceil(*result.threshold / unit) * unit;
  result.chosen = configured_arm(options.arm, fmt::format("{}={:g}", option, *result.threshold), 1);
  if (options.check_trials == 0) return;
  const fs::path check = run_arms(options, engine, "check", result.chosen, true);
  result.check = {.arm = result.chosen, .risk = {.count = read_false_alarms(check)}};
}

}  // namespace

std::vector<std::string> expand_grid(const std::string& grid) {
  std::vector<std::string> combinations{""};
  if (grid.empty()) return combinations;
  for (const std::string& axis : split_outside_braces(grid, ';')) {
    const std::size_t equals = axis.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error("option grid", fmt::format("expected option=value,...;option=value,..., got \"{}\"", grid));
    }
    std::vector<std::string> longer;
    for (const std::string& combination : combinations) {
      for (const std::string& value : split_outside_braces(axis.substr(equals + 1), ',')) {
        const char* comma = combination.empty() ? "" : ",";
        longer.push_back(fmt::format("{}{}{}{}", combination, comma, axis.substr(0, equals + 1), value));
      }
    }
    combinations = std::move(longer);
  }
  if (combinations.size() > kMaxConfigurations) {
    throw Error("option grid",
                fmt::format("expected at most {} combinations, got {}", kMaxConfigurations, combinations.size()));
  }
  return combinations;
}

std::string configured_arm(const std::string& arm, const std::string& options, int number) {
  const NamedText parts = split_name(arm, "option arm");
  const bool has_own_name = parse_arm(arm).name == parts.name && !parts.body.empty();
  const std::string separator = parts.body.empty() || options.empty() ? "" : ",";
  const std::string body = parts.body + separator + options;
  const std::string name = has_own_name ? fmt::format("{}-{}", parts.name, number) : parts.name;
  return body.empty() ? name : fmt::format("{}{{{}}}", name, body);
}

Calibration calibrate(const CalibrateOptions& options, const EngineOptions& engine) {
  Calibration result;
  result.options = options;
  if (result.options.output.out.empty()) result.options.output.out = default_out("calibrate", utc_now());
  if (parse_arm(options.arm).matched_to) throw Error("option arm", "expected a gate, got a control");
  if (options.method == CalibrationMethod::kLearnThenTest) {
    learn(result, engine);
  } else {
    conform(result, engine);
  }
  return result;
}

}  // namespace awd::cli
