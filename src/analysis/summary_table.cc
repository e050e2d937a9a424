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

/// A column that only some runs have something to say in.
struct ExtraColumn {
  const char* header;
  std::string (*cell)(const ArmSummary& arm);
};

/// Work beside queries where some steps ran a part of a query; reactions where the scenario changed something.
std::vector<ExtraColumn> extra_columns(std::span<const ArmSummary> arms) {
  std::vector<ExtraColumn> columns;
  const auto has_parts = [](const ArmSummary& arm) {
    return std::abs(arm.query_work - arm.full_queries_per_step) > 1e-9;
  };
  if (std::ranges::any_of(arms, has_parts)) {
    columns.push_back({"work/step", [](const ArmSummary& arm) { return number(arm.query_work, 3); }});
  }
  if (std::ranges::any_of(arms, [](const ArmSummary& arm) { return arm.reaction.events > 0; })) {
    columns.push_back({"reacted", [](const ArmSummary& arm) {
                         return fmt::format("{}/{}", arm.reaction.reacted, arm.reaction.events);
                       }});
  }
  if (std::ranges::any_of(arms, [](const ArmSummary& arm) { return arm.false_recomputes > 0; })) {
    columns.push_back({"false %", [](const ArmSummary& arm) { return number(100 * arm.false_recompute_rate, 1); }});
  }
  return columns;
}

TextTable outcome_table(std::span<const ArmSummary> arms) {
  TextTable table;
  for (const char* header :
       {"arm", "success", "%", "95 % CI", "reuse %", "queries/step", "Hz", "full ms", "reuse ms", "gate ms", "steps"}) {
    table.columns.push_back({.header = header, .is_left_aligned = table.columns.empty()});
  }
  const std::vector<ExtraColumn> extras = extra_columns(arms);
  for (const ExtraColumn& extra : extras) table.columns.push_back({.header = extra.header});
  for (const ArmSummary& arm : arms) {
    table.rows.push_back({arm.arm.name, fmt::format("{}/{}", arm.successes, arm.episodes),
                          number(100 * arm.success_rate, 1), interval_percent(arm.ci95),
                          number(100 * arm.reuse_rate, 1), number(arm.full_queries_per_step, 3), number(arm.hz, 0),
                          number(arm.full.p50_ms, 2), number(arm.reuse.p50_ms, 3), number(arm.gate.p50_ms, 3),
                          number(arm.steps_per_episode, 0)});
    for (const ExtraColumn& extra : extras) table.rows.back().push_back(extra.cell(arm));
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
  std::string text;
  for (auto rest = arms; !rest.empty();) {
    const std::string& scenario = rest.front().arm.scenario;
    const auto end = std::ranges::find_if(rest, [&](const ArmSummary& arm) { return arm.arm.scenario != scenario; });
    const auto rows = rest.first(std::size_t(end - rest.begin()));
    rest = rest.subspan(rows.size());
    if (rows.size() != arms.size()) text += fmt::format("{}scenario {}\n", text.empty() ? "" : "\n", scenario);
    text += outcome_table(rows).render() + "\n" + reasons_table(rows).render();
  }
  return text;
}

}  // namespace awd
