// Words about a run from its manifest and its counts.
#include "analysis/report/run_facts.h"

#include <fmt/format.h>

#include <algorithm>

namespace awd::report {
namespace {

/// Fewer episodes than this per arm leave success open by more than about 20 points.
constexpr std::int64_t kFewEpisodes = 30;

/// A value of run.json as text; "" where it is absent.
std::string text_at(const Json& json, const char* pointer) {
  const Json value = json.value(Json::json_pointer(pointer), Json());
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// "20 (5 arms, 2 tasks, 4 per arm and scenario)"
std::string episodes_text(const RunReport& report) {
  const auto [least, most] = std::ranges::minmax_element(report.arms, {}, &ArmSummary::episodes);
  const std::string each = least->episodes == most->episodes ? fmt::format("{}", least->episodes)
                                                             : fmt::format("{} to {}", least->episodes, most->episodes);
  return fmt::format("{} in {} control steps; {} per arm and scenario", report.episodes, report.steps, each);
}

}  // namespace

std::vector<Fact> run_facts(const RunReport& report) {
  const Json& run = report.manifest.json;
  std::vector<std::string> arms;
  for (const ArmInfo& arm : report.manifest.arms) arms.push_back(arm.name);
  std::vector<Fact> facts{
      {"Episodes", episodes_text(report)},
      {"Arms", joined(arms)},
      {"Tasks", joined(report.tasks)},
      {"Scenarios", joined(report.manifest.scenarios)},
      {"Policy", fmt::format("{} ({}, {}), horizon {}", text_at(run, "/policy/name"), text_at(run, "/policy/variant"),
                             text_at(run, "/policy/dtype"), text_at(run, "/policy/horizon"))},
      {"Made by", fmt::format("awd {} {}, commit {}", text_at(run, "/command"), text_at(run, "/version"),
                              text_at(run, "/commit"))},
      {"Started", text_at(run, "/started_utc")}};
  if (run.contains("machine")) {
    facts.push_back({"Machine", fmt::format("{}, {} cores, {}", text_at(run, "/machine/cpu"),
                                            text_at(run, "/machine/cores"), text_at(run, "/machine/os"))});
  }
  return facts;
}

std::vector<std::string> run_remarks(const RunReport& report) {
  std::vector<std::string> remarks{
      fmt::format("Checked: every number was computed again from the logs and agrees with results.json{}.",
                  report.has_steps ? "" : ", but for latencies, which need steps.jsonl"),
      "Arms met the same task and seed, so differences between them are paired. Brackets are 95 % intervals."};
  const std::int64_t fewest = std::ranges::min(report.arms, {}, &ArmSummary::episodes).episodes;
  if (fewest < kFewEpisodes) {
    const Interval half = wilson_interval((fewest + 1) / 2, fewest);
    remarks.push_back(
        fmt::format("Few episodes: with n = {} per arm an observed success of one half leaves anything between {:.0f} "
                    "and {:.0f} % open. Read the intervals, not the points.",
                    fewest, 100 * half.low, 100 * half.high));
  }
  if (!report.has_steps) {
    remarks.push_back("This run keeps no steps.jsonl: latencies, timelines and the episode player are not available.");
  }
  return remarks;
}

}  // namespace awd::report
