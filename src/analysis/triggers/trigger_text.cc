// The tables and answers of `awd triggers`. Every rate stands beside the number of steps it is of.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/text_table.h"
#include "analysis/triggers/trigger_report.h"

namespace awd {
namespace {

/// `value` with that many decimals, or "-" where nothing was measured.
std::string number(double value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : "-";
}

std::string percent(double share) { return number(100 * share, 1); }

/// Without the scenario's parameters, which are in triggers.json.
std::string title_of(const TriggerSummary& arm) {
  const std::string scenario = arm.scenario.substr(0, arm.scenario.find('{'));
  return scenario.empty() ? arm.arm : fmt::format("{}, {}", arm.arm, scenario);
}

/// Shares of the steps per group, then the reasons behind the recomputes, most frequent first.
std::vector<std::string> counts_cells(const ReasonCounts& counts) {
  std::vector<std::string> cells{fmt::format("{}", counts.total()), number(counts.share(counts.recomputes()), 3)};
  for (int i = 0; i < int(ReasonGroup::kReuse); ++i) cells.push_back(percent(counts.share(counts.of(ReasonGroup(i)))));
  std::vector<std::pair<std::int64_t, Reason>> reasons;
  for (int i = 0; i < int(Reason::kReuse); ++i) {
    if (counts.of(Reason(i)) > 0) reasons.emplace_back(counts.of(Reason(i)), Reason(i));
  }
  std::ranges::stable_sort(reasons, std::greater{}, [](const auto& pair) { return pair.first; });
  std::string text;
  for (const auto& [count, reason] : reasons) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", word_of(reason), count);
  }
  cells.push_back(text.empty() ? "-" : text);
  return cells;
}

/// Every line two blanks further to the right.
std::string indented(const std::string& lines) {
  std::string text;
  bool begins = true;
  for (const char c : lines) {
    if (begins) text += "  ";
    begins = c == '\n';
    text += c;
  }
  return text;
}

TextTable counts_table(const std::string& first_column) {
  TextTable table;
  table.columns = {
      {first_column, true},  {"steps", false},   {"recomputes/step", false}, {"runtime %", false},
      {"schedule %", false}, {"state %", false}, {"vision %", false},        {"recomputes by reason", true}};
  return table;
}

void add_row(std::string name, const ReasonCounts& counts, TextTable& table) {
  std::vector<std::string> row{std::move(name)};
  std::ranges::move(counts_cells(counts), std::back_inserter(row));
  table.rows.push_back(std::move(row));
}

std::string key_answer(const char* guard, const Concentration& keys, int window) {
  const Answer answer = fires_in_key_phases(keys);
  const std::string question = fmt::format("  {} guard in key phases?   {}", guard, word_of(answer));
  if (keys.episodes == 0) return question + ": no gripper switch in the log\n";
  if (keys.triggers == 0) return question + ": it never fired\n";
  return fmt::format(
      "{}: {} % of its {} triggers lie within +-{} steps of a gripper switch, where {} % of the steps are; ratio {} "
      "[{}, {}], {} episodes\n",
      question, percent(keys.trigger_share), keys.triggers, window, percent(keys.key_share), number(keys.ratio, 2),
      number(keys.ci95.low, 2), number(keys.ci95.high, 2), keys.episodes);
}

std::string vision_answer(const TriggerSummary& arm, const TriggerReport& report) {
  const std::int64_t triggers = arm.all.of(ReasonGroup::kVision);
  const double rate = arm.all.share(triggers);
  const Answer answer = is_too_frequent(arm, report.options.target_rate);
  std::string text =
      fmt::format("  vision guard too frequent?    {}: {} triggers per step ({} per second), wanted {}",
                  word_of(answer), number(rate, 3), number(rate * report.control_hz, 2), report.options.target_rate);
  if (triggers > 0) {
    text += fmt::format("; {} % of the recomputes", percent(double(triggers) / double(arm.all.recomputes())));
    const auto false_ones = double(arm.false_triggers[std::size_t(ReasonGroup::kVision)]);
    text += arm.events_known
                ? fmt::format("; {} % of them while nothing had happened", percent(false_ones / double(triggers)))
                : "; what happened in the scene is not known";
  }
  return text + "\n";
}

std::string guard_answers(const TriggerSummary& arm, const TriggerReport& report) {
  const bool has_guards = arm.all.of(ReasonGroup::kState) + arm.all.of(ReasonGroup::kVision) > 0;
  if (!has_guards) return "  state and vision guard:       neither fired, or the gate has none\n";
  return key_answer("state ", arm.state, report.options.key_window) +
         key_answer("vision", arm.vision, report.options.key_window) + vision_answer(arm, report);
}

std::string time_answer(const TriggerSummary& arm) {
  const StepQuantiles& ages = arm.ages;
  std::string text =
      ages.n == 0
          ? "  steps between recomputes:     none but the first\n"
          : fmt::format("  steps between recomputes:     P10 {}, P50 {}, P90 {}, mean {}, longest {} ({} of them)\n",
                        number(ages.p10, 0), number(ages.p50, 0), number(ages.p90, 0), number(ages.mean, 1),
                        number(ages.max, 0), ages.n);
  if (arm.events == 0) return text;
  const StepQuantiles& delays = arm.delays;
  text += fmt::format("  steps from event to recompute: P10 {}, P50 {}, P90 {} ({} of {} events;",
                      number(delays.p10, 0), number(delays.p50, 0), number(delays.p90, 0), delays.n, arm.events);
  for (int i = 0; i < int(ReasonGroup::kReuse); ++i) {
    const std::int64_t count = arm.first_after_event[std::size_t(i)];
    if (count > 0) text += fmt::format(" {} {}", count, word_of(ReasonGroup(i)));
  }
  return text + ")\n";
}

std::string scores_table(const TriggerSummary& arm, double target_rate) {
  if (arm.scores.empty()) return "";
  TextTable table;
  table.columns = {{"signal", true}, {"scored steps", false}, {"P50", false},  {"P90", false},
                   {"P99", false},   {"fired", false},        {"limit", false}};
  for (const SignalScores& row : arm.scores) {
    table.rows.push_back({std::string(word_of(row.signal)), fmt::format("{}", row.n), number(row.p50, 4),
                          number(row.p90, 4), number(row.p99, 4), fmt::format("{}", row.fired),
                          number(row.target_limit, 4)});
  }
  return fmt::format(
      "  limit: what {} of the steps exceed, in open loop: with another limit the anchors, and so the scores, are "
      "others\n{}",
      target_rate, indented(table.render()));
}

}  // namespace

Answer fires_in_key_phases(const Concentration& guard) {
  if (!std::isfinite(guard.ratio)) return Answer::kUnknown;
  if (guard.ci95.low > 1) return Answer::kYes;
  return guard.ci95.high < 1 ? Answer::kNo : Answer::kUndecided;
}

Answer is_too_frequent(const TriggerSummary& arm, double target_rate) {
  const double rate = arm.all.share(arm.all.of(ReasonGroup::kVision));
  if (std::isnan(rate)) return Answer::kUnknown;
  return rate > target_rate ? Answer::kYes : Answer::kNo;
}

std::string triggers_text(const TriggerReport& report) {
  TextTable arms = counts_table("arm, scenario");
  for (const TriggerSummary& arm : report.arms) add_row(title_of(arm), arm.all, arms);
  std::string text = report.note.empty() ? "" : fmt::format("note: {}\n", report.note);
  if (report.open_loop) {
    text += fmt::format("gate {} on recorded frames (open loop), importance: {}\n", report.gate, report.importance);
  }
  text += arms.render();
  for (const TriggerSummary& arm : report.arms) {
    text += fmt::format("\n{} ({} episodes{})\n", title_of(arm), arm.episodes, report.open_loop ? ", open loop" : "");
    text += guard_answers(arm, report) + time_answer(arm);
    TextTable parts = counts_table("task, phase");
    for (const NamedCounts& row : arm.tasks) add_row(row.name, row.counts, parts);
    for (const NamedCounts& row : arm.phases) add_row(row.name.empty() ? "(no phase)" : row.name, row.counts, parts);
    text += indented(parts.render()) + scores_table(arm, report.options.target_rate);
  }
  return text;
}

}  // namespace awd
