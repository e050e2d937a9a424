// Formats arm summaries as the two tables of `awd eval`. Reuse rate always stands beside full queries per step, and
// success beside its interval and n.
#include "analysis/summary_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/text_table.h"

namespace awd {
namespace {

/// `value` with that many decimals, or "-" for NaN: nothing was measured.
std::string number(double value, int decimals) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, decimals);
}

std::string interval_percent(const Interval& interval) {
  return fmt::format("[{:.1f}, {:.1f}]", 100 * interval.low, 100 * interval.high);
}

/// Recompute reasons with their share of all steps, most frequent first. The unavoidable first step is left out.
std::string reasons_text(const ArmSummary& arm) {
  std::vector<std::pair<std::int64_t, Reason>> counts;
  for (int i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    if (reason == Reason::kReuse || reason == Reason::kFirstStep || arm.reasons[i] == 0) continue;
    counts.emplace_back(arm.reasons[i], reason);
  }
  std::stable_sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (const auto& [count, reason] : counts) {
    text += fmt::format("{}{} {:.1f} %", text.empty() ? "" : ", ", word_of(reason),
                        100.0 * double(count) / double(arm.steps));
  }
  return text.empty() ? "-" : text;
}

std::string paired_text(const ArmSummary& arm) {
  if (!arm.paired) return "reference";
  return fmt::format("{:+.1f} [{:+.1f}, {:+.1f}] p={:.2g}", 100 * arm.paired->difference, 100 * arm.paired->ci95.low,
                     100 * arm.paired->ci95.high, arm.paired->p);
}

/// Name of the arm that the others are compared with; "" if there is nothing to compare.
std::string reference_name(std::span<const ArmSummary> arms) {
  for (const ArmSummary& arm : arms) {
    if (arm.paired) return arm.paired->vs;
  }
  return "";
}

TextTable outcome_table(std::span<const ArmSummary> arms) {
  TextTable table;
  for (const char* header :
       {"arm", "success", "%", "95 % CI", "reuse %", "queries/step", "Hz", "full ms", "reuse ms", "gate ms", "steps"}) {
    table.columns.push_back({.header = header, .is_left_aligned = table.columns.empty()});
  }
  for (const ArmSummary& arm : arms) {
    table.rows.push_back({arm.arm.name, fmt::format("{}/{}", arm.successes, arm.episodes),
                          number(100 * arm.success_rate, 1), interval_percent(arm.ci95),
                          number(100 * arm.reuse_rate, 1), number(arm.full_queries_per_step, 3), number(arm.hz, 0),
                          number(arm.full.p50_ms, 2), number(arm.reuse.p50_ms, 3), number(arm.gate.p50_ms, 3),
                          number(arm.steps_per_episode, 0)});
  }
  return table;
}

TextTable reasons_table(std::span<const ArmSummary> arms) {
  const std::string reference = reference_name(arms);
  TextTable table;
  table.columns.push_back({.header = "arm", .is_left_aligned = true});
  if (!reference.empty()) table.columns.push_back({.header = fmt::format("points vs {} [95 % CI]", reference)});
  table.columns.push_back({.header = "recomputed because (share of steps)", .is_left_aligned = true});
  for (const ArmSummary& arm : arms) {
    std::vector<std::string> row{arm.arm.name};
    if (!reference.empty()) row.push_back(paired_text(arm));
    row.push_back(reasons_text(arm));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

std::string summary_table(std::span<const ArmSummary> arms) {
  return outcome_table(arms).render() + "\n" + reasons_table(arms).render();
}

}  // namespace awd
