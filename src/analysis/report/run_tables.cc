// Says of every column what its number is; the numbers themselves are those of RunSummary and ReasonProfile.
#include "analysis/report/run_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace awd::report {
namespace {

bool has_scenarios(const RunReport& report) {
  return std::ranges::any_of(
      report.arms, [&](const ArmSummary& arm) { return arm.arm.scenario != report.arms.front().arm.scenario; });
}

/// A table whose rows begin with the scenario, where there are several, and the arm.
Table arm_table(const RunReport& report, std::string id, std::string caption) {
  Table table{.id = std::move(id), .caption = std::move(caption)};
  if (has_scenarios(report)) table.columns.push_back({"scenario", "what disturbs the episode", true});
  table.name_column = int(table.columns.size());
  table.columns.push_back({"arm", "policy, gate and reuse mode under test", true});
  return table;
}

/// The first cells of such a row.
std::vector<Cell> arm_cells(const Table& table, const ArmSummary& arm) {
  std::vector<Cell> row;
  if (table.name_column > 0) row.push_back(word_cell(arm.arm.scenario));
  row.push_back(word_cell(arm.arm.name));
  return row;
}

Cell counts_cell(std::int64_t part, std::int64_t whole) {
  const double rate = whole > 0 ? double(part) / double(whole) : Cell::kNoNumber;
  return {.text = whole > 0 ? fmt::format("{}/{}", part, whole) : "–", .number = rate};
}

/// A column that only some runs have something to say in.
struct ExtraColumn {
  Column column;
  Cell (*cell)(const ArmSummary& arm);
};

std::vector<ExtraColumn> extra_columns(const RunReport& report) {
  std::vector<ExtraColumn> extras;
  const auto any = [&](auto predicate) { return std::ranges::any_of(report.arms, predicate); };
  if (any([](const ArmSummary& a) { return std::abs(a.query_work - a.full_queries_per_step) > 1e-9; })) {
    extras.push_back({{"work/step", "share of a full query's vision and prefix work that a step ran"},
                      [](const ArmSummary& arm) { return interval_cell(arm.query_work, arm.query_work_ci95, 3); }});
  }
  if (any([](const ArmSummary& a) { return a.reaction.events > 0; })) {
    extras.push_back(
        {{"reacted %", "changes followed by a full query within 2 steps; Wilson interval"}, [](const ArmSummary& arm) {
           const ReactionSummary& reaction = arm.reaction;
           const double rate = counts_cell(reaction.reacted, reaction.events).number;
           return percent_cell(rate, reaction.ci95);
         }});
  }
  if (any([](const ArmSummary& a) { return a.false_recomputes > 0; })) {
    extras.push_back({{"false %", "steps queried by a signal although nothing had changed"}, [](const ArmSummary& arm) {
                        return percent_cell(arm.false_recompute_rate, arm.false_recompute_ci95);
                      }});
  }
  return extras;
}

/// One comparison as cells: difference in points, p, and the counts of pairs.
std::vector<Cell> comparison_cells(const PairedSummary& paired) {
  Interval points{100 * paired.ci95.low, 100 * paired.ci95.high};
  Cell difference{.text = fmt::format("{:+.1f}", 100 * paired.difference),
                  .number = 100 * paired.difference,
                  .interval = fmt::format("[{:+.1f}, {:+.1f}]", points.low, points.high),
                  .bar = points};
  return {std::move(difference),
          {.text = fmt::format("{:.2g}", paired.p), .number = paired.p},
          count_cell(paired.counts.n()),
          count_cell(paired.counts.both),
          count_cell(paired.counts.only_a),
          count_cell(paired.counts.only_b),
          count_cell(paired.counts.neither)};
}

}  // namespace

Table headline_table(const RunReport& report) {
  Table table = arm_table(report, "headline-table", "Success, queries and speed of every arm");
  table.has_tall_rows = true;
  table.columns.insert(
      table.columns.end(),
      {
          {"solved", "episodes solved of all (n)"},
          {"success %", "share of episodes solved; 95 % Wilson interval", false, 0, 100},
          {"queries/step", "full queries (vision, prefix, flow) per control step; interval over episodes"},
          {"reuse %", "steps behind the first that ran no vision and prefix; interval over episodes"},
          {"steps", "control steps per episode, mean; interval over episodes"},
          {"Hz", "control rate that the policy alone can hold: 1 / mean time of a step; interval over episodes"},
          {"full ms", "median time of a step with a full query; interval from order statistics"},
          {"reuse ms", "median time of a step that reuses; interval from order statistics"},
      });
  const std::vector<ExtraColumn> extras = extra_columns(report);
  for (const ExtraColumn& extra : extras) table.columns.push_back(extra.column);
  for (const ArmSummary& arm : report.arms) {
    std::vector<Cell> row = arm_cells(table, arm);
    row.push_back(counts_cell(arm.successes, arm.episodes));
    row.push_back(percent_cell(arm.success_rate, arm.ci95));
    row.push_back(interval_cell(arm.full_queries_per_step, arm.full_queries_ci95, 3));
    row.push_back(percent_cell(arm.reuse_rate, arm.reuse_ci95));
    row.push_back(interval_cell(arm.steps_per_episode, arm.steps_ci95, 0));
    row.push_back(interval_cell(arm.hz, arm.hz_ci95, 0));
    row.push_back(interval_cell(arm.full.p50_ms, arm.full.p50_ci95, 2));
    row.push_back(interval_cell(arm.reuse.p50_ms, arm.reuse.p50_ci95, 3));
    for (const ExtraColumn& extra : extras) row.push_back(extra.cell(arm));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table paired_table(const RunReport& report) {
  Table table = arm_table(report, "paired-table", "Differences in success on the same episodes");
  table.columns.insert(
      table.columns.end(),
      {{"against", "the reference arm", true},
       {"points",
        "success of the arm minus that of the reference, in percentage points; 95 % interval for paired "
        "proportions (Newcombe, method 10)",
        false, -100, 100},
       {"p", "exact two-sided McNemar test of equal success"},
       {"pairs", "episodes with the same task and seed under both arms (n)"},
       {"both", "pairs solved by both"},
       {"only arm", "pairs solved by the arm alone"},
       {"only reference", "pairs solved by the reference alone"},
       {"neither", "pairs solved by none"}});
  for (const ArmSummary& arm : report.arms) {
    for (const PairedSummary& paired : arm.comparisons) {
      std::vector<Cell> row = arm_cells(table, arm);
      row.push_back(word_cell(paired.vs));
      for (Cell& cell : comparison_cells(paired)) row.push_back(std::move(cell));
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

Table task_table(const RunReport& report) {
  Table table = arm_table(report, "task-table", "Success per task");
  table.columns.insert(table.columns.end(),
                       {{"task", "what the robot has to do", true},
                        {"solved", "episodes solved of all (n)"},
                        {"success %", "share of episodes solved; 95 % Wilson interval", false, 0, 100}});
  for (const ArmSummary& arm : report.arms) {
    for (const TaskSummary& task : arm.tasks) {
      std::vector<Cell> row = arm_cells(table, arm);
      const Cell counts = counts_cell(task.successes, task.episodes);
      row.insert(row.end(), {word_cell(task.task), counts, percent_cell(counts.number, task.ci95)});
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

Table latency_table(const RunReport& report) {
  Table table = arm_table(report, "latency-table", "Wall time per stage, ms");
  table.columns.insert(table.columns.end(),
                       {{"stage", "full: a step with a full query; reuse: any other step; parts of them below", true},
                        {"n", "steps that ran the stage"},
                        {"p50 ms", "median; 95 % interval from order statistics, steps taken as independent"},
                        {"p95 ms", "95th percentile and its 95 % interval"},
                        {"p99 ms", "99th percentile and its 95 % interval; – where n is too small to bound it"}});
  for (const ArmSummary& arm : report.arms) {
    const std::pair<const char*, const LatencySummary*> stages[] = {{"full", &arm.full},     {"reuse", &arm.reuse},
                                                                    {"gate", &arm.gate},     {"vision", &arm.vision},
                                                                    {"prefix", &arm.prefix}, {"denoise", &arm.denoise}};
    for (const auto& [stage, latency] : stages) {
      if (latency->n == 0) continue;
      std::vector<Cell> row = arm_cells(table, arm);
      row.insert(
          row.end(),
          {word_cell(stage), count_cell(latency->n), interval_cell(latency->p50_ms, latency->p50_ci95, 3),
           interval_cell(latency->p95_ms, latency->p95_ci95, 3), interval_cell(latency->p99_ms, latency->p99_ci95, 3)});
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

Table reason_table(const RunReport& report) {
  Table table = arm_table(report, "reason-table", "Reasons of all steps");
  table.columns.insert(table.columns.end(), {{"reason", "the rule that decided the step", true},
                                             {"group", "kind of rule", true},
                                             {"steps", "steps decided by it (n)"},
                                             {"share %", "of all steps of the arm; 95 % interval over episodes"}});
  for (std::size_t i = 0; i < report.arms.size(); ++i) {
    const ArmSummary& arm = report.arms[i];
    for (int r = 0; r < kReasonCount; ++r) {
      const auto reason = static_cast<Reason>(r);
      if (arm.reasons[std::size_t(r)] == 0) continue;
      const ReasonProfile::Share share = report.profiles[i].share_of(reason);
      std::vector<Cell> row = arm_cells(table, arm);
      row.insert(row.end(), {word_cell(std::string(word_of(reason))),
                             word_cell(std::string(kReasonGroupTitles[std::size_t(group_of(reason))])),
                             count_cell(arm.reasons[std::size_t(r)]), percent_cell(share.rate, share.ci95)});
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

Table phase_table(const RunReport& report) {
  Table table = arm_table(report, "phase-table", "Queries per phase of the task");
  table.has_tall_rows = true;
  table.columns.insert(table.columns.end(), {{"phase", "what the robot was doing, as the simulator saw it", true},
                                             {"episodes", "episodes with steps in the phase (n)"},
                                             {"steps", "control steps in the phase (n)"},
                                             {"queried %", "steps with a full query; 95 % interval over episodes"}});
  for (int g = 0; g < int(ReasonGroup::kReuse); ++g) {
    table.columns.push_back({fmt::format("{} %", kReasonGroupTitles[std::size_t(g)]),
                             "steps queried for reasons of this group; 95 % interval over episodes"});
  }
  for (std::size_t i = 0; i < report.arms.size(); ++i) {
    for (const ReasonProfile::Phase& phase : report.profiles[i].phases()) {
      std::vector<Cell> row = arm_cells(table, report.arms[i]);
      row.insert(row.end(),
                 {word_cell(phase.phase), count_cell(phase.episodes), count_cell(std::int64_t(phase.steps))});
      row.push_back(percent_cell(phase.queries.rate, phase.queries.ci95));
      for (int g = 0; g < int(ReasonGroup::kReuse); ++g) {
        row.push_back(percent_cell(phase.groups[std::size_t(g)].rate, phase.groups[std::size_t(g)].ci95));
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

}  // namespace awd::report
