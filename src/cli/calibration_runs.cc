// Reads episodes and steps of run directories for calibration.
#include "cli/calibration_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <tuple>

#include "awd/error.h"
#include "cli/run_manifest.h"
#include "io/episode_log.h"

namespace awd::cli {
namespace {

using Json = nlohmann::ordered_json;
using EpisodeKey = std::tuple<std::string, std::string, std::uint64_t>;  // scenario, task, seed

EpisodeKey key_of(const EpisodeLog& episode) { return {episode.scenario, episode.task, episode.seed}; }

}  // namespace

std::vector<ArmLoss> read_losses(const std::filesystem::path& run) {
  const EpisodeLogIndex log(run);
  std::map<EpisodeKey, bool> won_by_none;
  for (const EpisodeLog& episode : log.episodes()) {
    if (episode.arm == "none") won_by_none[key_of(episode)] = episode.success;
  }
  if (won_by_none.empty()) throw Error(run.string(), "expected episodes of the arm none, got none of them");
  std::vector<ArmLoss> losses;
  for (const EpisodeLog& episode : log.episodes()) {
    if (episode.arm == "none") continue;
    auto arm = std::ranges::find(losses, episode.arm, &ArmLoss::arm);
    if (arm == losses.end()) arm = losses.insert(arm, {.arm = episode.arm, .lost = {}});
    arm->steps += episode.steps;
    arm->full_queries += episode.full_queries;
    const auto reference = won_by_none.find(key_of(episode));
    if (reference == won_by_none.end() || !reference->second) continue;
    arm->lost.n += 1;
    arm->lost.bad += episode.success ? 0 : 1;
  }
  return losses;
}

std::map<std::string, std::string> read_arm_texts(const std::filesystem::path& run) {
  std::ifstream stream(run / kRunFile, std::ios::binary);
  const Json json = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) throw Error((run / kRunFile).string(), "expected the manifest of a finished run, got none");
  std::map<std::string, std::string> texts;
  for (const Json& arm : json.at("arms")) {
    const std::string name = arm.at("name");
    std::string options;
    for (const char* part : {"gate", "reuse"}) {
      for (const auto& [key, value] : arm.at(part).items()) {
        options += fmt::format("{}{}={}", options.empty() ? "" : ",", key,
                               value.is_string() ? value.get<std::string>() : value.dump());
      }
    }
    texts[name] = name.find('{') == std::string::npos ? fmt::format("{}{{{}}}", name, options) : name;
  }
  return texts;
}

std::vector<double> read_maxima(const std::filesystem::path& run, GateSignal signal) {
  EpisodeLogIndex log(run);
  if (!log.has_steps()) throw Error(run.string(), "expected a run with steps.jsonl, got one without");
  std::vector<double> maxima;
  for (std::size_t i = 0; i < log.episodes().size(); ++i) {
    if (!log.episodes()[i].success) continue;
    double maximum = 0;
    for (const StepLog& step : log.read_steps(i)) {
      const double score = step.decision.scores.of(signal);
      if (!std::isnan(score)) maximum = std::max(maximum, score);
    }
    maxima.push_back(maximum);
  }
  return maxima;
}

RiskCount read_false_alarms(const std::filesystem::path& run) {
  const EpisodeLogIndex log(run);
  RiskCount count;
  for (const EpisodeLog& episode : log.episodes()) {
    if (!episode.success) continue;
    count.n += 1;
    count.bad += episode.false_recomputes > 0 ? 1 : 0;
  }
  return count;
}

}  // namespace awd::cli
