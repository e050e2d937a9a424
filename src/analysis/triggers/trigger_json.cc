// Turns a trigger report into triggers.json. A number without any sample is null.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/triggers/trigger_report.h"

namespace awd {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json groups_json(const std::array<std::int64_t, kReasonGroupCount>& counts, bool with_reuse) {
  Json groups = Json::object();
  for (int i = 0; i < kReasonGroupCount; ++i) {
    if (!with_reuse && ReasonGroup(i) == ReasonGroup::kReuse) continue;
    groups[std::string(word_of(ReasonGroup(i)))] = counts[std::size_t(i)];
  }
  return groups;
}

/// Counts of the parts of the steps that `counts` is about; reasons with 0 are left out.
Json to_json(const ReasonCounts& counts) {
  Json reasons = Json::object();
  for (int i = 0; i < kReasonCount; ++i) {
    if (counts.steps[std::size_t(i)] > 0) reasons[std::string(word_of(Reason(i)))] = counts.steps[std::size_t(i)];
  }
  std::array<std::int64_t, kReasonGroupCount> groups{};
  for (int i = 0; i < kReasonGroupCount; ++i) groups[std::size_t(i)] = counts.of(ReasonGroup(i));
  return {{"steps", counts.total()},
          {"recomputes", counts.recomputes()},
          {"recomputes_per_step", number(counts.share(counts.recomputes()))},
          {"groups", groups_json(groups, true)},
          {"reasons", reasons}};
}

Json to_json(const std::vector<NamedCounts>& list, const char* key) {
  Json rows = Json::array();
  for (const NamedCounts& row : list) {
    Json entry{{key, row.name}};
    entry.update(to_json(row.counts));
    rows.push_back(entry);
  }
  return rows;
}

template <class List>
Json bins_json(const List& bins) {
  Json rows = Json::array();
  for (const ReasonCounts& bin : bins) rows.push_back(to_json(bin));
  return rows;
}

Json to_json(const Concentration& guard) {
  return {{"answer", word_of(fires_in_key_phases(guard))},
          {"episodes", guard.episodes},
          {"steps", guard.steps},
          {"key_steps", guard.key_steps},
          {"triggers", guard.triggers},
          {"key_triggers", guard.key_triggers},
          {"key_share", number(guard.key_share)},
          {"trigger_share", number(guard.trigger_share)},
          {"ratio", number(guard.ratio)},
          {"ratio_ci95", {number(guard.ci95.low), number(guard.ci95.high)}}};
}

Json to_json(const StepQuantiles& steps) {
  return {{"n", steps.n},
          {"mean", number(steps.mean)},
          {"p10", number(steps.p10)},
          {"p50", number(steps.p50)},
          {"p90", number(steps.p90)},
          {"max", number(steps.max)}};
}

Json to_json(const SignalScores& scores, double target_rate) {
  return {{"signal", word_of(scores.signal)},
          {"scored_steps", scores.n},
          {"fired", scores.fired},
          {"p50", number(scores.p50)},
          {"p90", number(scores.p90)},
          {"p99", number(scores.p99)},
          {"target_rate_per_step", target_rate},
          {"open_loop_limit", number(scores.target_limit)}};
}

Json vision_json(const TriggerSummary& arm, const TriggerReport& report) {
  const std::int64_t triggers = arm.all.of(ReasonGroup::kVision);
  const double rate = arm.all.share(triggers);
  const auto false_ones = double(arm.false_triggers[std::size_t(ReasonGroup::kVision)]);
  return {{"answer", word_of(is_too_frequent(arm, report.options.target_rate))},
          {"triggers", triggers},
          {"triggers_per_step", number(rate)},
          {"triggers_per_s", number(rate * report.control_hz)},
          {"share_of_recomputes", number(double(triggers) / double(arm.all.recomputes()))},
          {"share_while_nothing_happened", arm.events_known ? number(false_ones / double(triggers)) : Json(nullptr)}};
}

Json to_json(const TriggerSummary& arm, const TriggerReport& report) {
  Json entry{{"arm", arm.arm}, {"scenario", arm.scenario}, {"episodes", arm.episodes}};
  entry.update(to_json(arm.all));
  entry["state_guard_in_key_phases"] = to_json(arm.state);
  entry["vision_guard_in_key_phases"] = to_json(arm.vision);
  entry["vision_guard_frequency"] = vision_json(arm, report);
  entry["false_triggers"] = arm.events_known ? groups_json(arm.false_triggers, false) : Json(nullptr);
  entry["age_at_recompute_steps"] = to_json(arm.ages);
  entry["events"] = arm.events;
  entry["event_to_recompute_steps"] = to_json(arm.delays);
  entry["first_recompute_after_event"] = groups_json(arm.first_after_event, false);
  entry["tasks"] = to_json(arm.tasks, "task");
  entry["phases"] = to_json(arm.phases, "phase");
  entry["over_episode"] = bins_json(arm.over_episode);
  entry["over_steps"] = {{"steps_per_bin", kStepBin}, {"bins", bins_json(arm.over_steps)}};
  Json& signals = entry["signals"] = Json::array();
  for (const SignalScores& scores : arm.scores) signals.push_back(to_json(scores, report.options.target_rate));
  return entry;
}

}  // namespace

std::string triggers_json(const TriggerReport& report) {
  ReasonCounts overall;
  Json arms = Json::array();
  for (const TriggerSummary& arm : report.arms) {
    overall += arm.all;
    arms.push_back(to_json(arm, report));
  }
  Json options = Json::object();
  for (const OptionText& option : report.made_by.options) options[option.name] = option.value;
  const Json root{{"format", "awd-triggers-1"},
                  {"input", report.input},
                  {"recording", report.format},
                  {"open_loop", report.open_loop},
                  {"gate", report.gate.empty() ? Json(nullptr) : Json(report.gate)},
                  {"importance", report.importance.empty() ? Json(nullptr) : Json(report.importance)},
                  {"control_hz", report.control_hz},
                  {"key_window_steps", report.options.key_window},
                  {"target_rate_per_step", report.options.target_rate},
                  {"overall", to_json(overall)},
                  {"arms", arms},
                  {"commit", report.made_by.commit},
                  {"options", options}};
  return root.dump(2) + "\n";
}

}  // namespace awd
