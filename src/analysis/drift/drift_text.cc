// A drift report for people: the study's table in both conventions, then each expectation as a sentence with its
// numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "analysis/drift/drift_report.h"
#include "analysis/text_table.h"

namespace awd {
namespace {

std::string_view title(DriftConvention convention) {
  return convention == DriftConvention::kFrameToFrame ? "frame to frame" : "against the anchor";
}

std::string percent(double share) { return std::isnan(share) ? "-" : fmt::format("{:.1f} %", 100 * share); }

/// Four significant digits; "-" for none.
std::string value_text(double value) {
  if (std::isnan(value)) return "-";
  const double size = std::abs(value);
  return size >= 100   ? fmt::format("{:.1f}", value)
         : size >= 10  ? fmt::format("{:.2f}", value)
         : size >= 0.1 ? fmt::format("{:.3f}", value)
                       : fmt::format("{:.4f}", value);
}

std::string interval_text(const Interval& interval) {
  return fmt::format("[{:.3f}, {:.3f}]", interval.low, interval.high);
}

std::string area_text(const Roc& roc) {
  return std::isnan(roc.auroc) ? "-" : fmt::format("{:.3f} {}", roc.auroc, interval_text(roc.ci95));
}

void add_distributions(const DriftReport& report, DriftConvention convention, std::string& text) {
  TextTable table;
  table.columns = {{fmt::format("drift {}", title(convention)), true},
                   {"mean"},
                   {"std"},
                   {"P50"},
                   {"P75"},
                   {"P90"},
                   {"P95"},
                   {"P99"},
                   {"max"},
                   {"P50 key"},
                   {"P50 steady"},
                   {"AUROC key vs steady"}};
  for (const SignalDrift& drift : report.signals) {
    if (drift.signal.convention != convention) continue;
    const Distribution& d = drift.all;
    std::vector<std::string> row{drift.name};
    for (const double value :
         {d.mean, d.std, d.p50, d.p75, d.p90, d.p95, d.p99, d.max, drift.key.p50, drift.steady.p50}) {
      row.push_back(value_text(value));
    }
    row.push_back(area_text(drift.roc));
    table.rows.push_back(std::move(row));
  }
  text += table.render() + "\n";
}

void add_phases(const DriftReport& report, std::string& text) {
  TextTable table;
  table.columns = {{"AUROC of a phase against all others", true}};
  for (const SignalDrift& drift : report.signals) {
    if (drift.phases.empty()) continue;
    if (table.columns.size() == 1) {
      for (const PhaseSeparation& phase : drift.phases) {
        table.columns.push_back({fmt::format("{} ({})", phase.phase, phase.frames)});
      }
    }
    std::vector<std::string> row{fmt::format("{}, {}", drift.name, title(drift.signal.convention))};
    for (const PhaseSeparation& phase : drift.phases) row.push_back(area_text(phase.roc));
    table.rows.push_back(std::move(row));
  }
  if (!table.rows.empty()) text += table.render() + "\n";
}

/// Whether an interval lies on one side of `limit`: "yes", "no" or "not decided".
std::string_view verdict(const Interval& interval, double limit, bool wants_above) {
  if (interval.low > limit) return wants_above ? "yes" : "no";
  if (interval.high < limit) return wants_above ? "no" : "yes";
  return "not decided";
}

std::string correlation_text(const RankCorrelation& c, std::string_view with) {
  if (std::isnan(c.rho)) return fmt::format("{} not recorded", with);
  return fmt::format("Spearman {:.2f} [{:.2f}, {:.2f}] with {}", c.rho, c.ci95.low, c.ci95.high, with);
}

std::string weight_text(const EffectiveWeight& w) {
  if (std::isnan(w.against_mean)) return "-";
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]", w.against_mean, w.against_mean_ci95.low, w.against_mean_ci95.high);
}

void add_expectations(const DriftReport& report, DriftConvention convention, std::string& text) {
  const ConventionClaims& in = report.claims.in[std::size_t(convention)];
  auto out = std::back_inserter(text);
  fmt::format_to(out, "expected by the study, {}:\n", title(convention));
  const RankCorrelation& motion = std::isnan(in.state_and_action.rho) ? in.state_and_joints : in.state_and_action;
  fmt::format_to(out, "  state drift peaks at large motions: {} ({}, {})\n",
                 std::isnan(motion.rho) ? "not known" : verdict(motion.ci95, 0, true),
                 correlation_text(in.state_and_action, "the commanded motion"),
                 correlation_text(in.state_and_joints, "joint speed"));
  const AurocDifference& gain = in.weighted_minus_raw;
  if (std::isnan(gain.difference)) {
    fmt::format_to(out,
                   "  weighted separates key actions better than raw: not known (no key actions, or nothing else)\n");
  } else {
    fmt::format_to(out, "  weighted separates key actions better than raw: {} (AUROC {:+.3f} {}, paired)\n",
                   verdict(gain.ci95, 0, true), gain.difference, interval_text(gain.ci95));
  }
  for (const CameraFiltering& camera : in.cameras) {
    const bool is_known = !std::isnan(camera.steady.against_mean);
    fmt::format_to(out, "  {}: steady motion filtered: {} (effective weight over mean weight: steady {}, key {})\n",
                   camera.camera, is_known ? verdict(camera.steady.against_mean_ci95, 1, false) : "not known",
                   weight_text(camera.steady), weight_text(camera.key));
  }
}

std::string rate_title(const OpenLoopRate& rate) {
  return rate.horizon > 0 ? fmt::format("open loop, age <= {}", rate.horizon) : "open loop, no limit";
}

void add_thresholds(const DriftReport& report, std::string& text) {
  TextTable table;
  table.columns = {{"thresholds from", true}, {"state"}, {"drift"}};
  if (report.thresholds.empty()) return;
  for (const OpenLoopRate& rate : report.thresholds.front().open_loop) {
    table.columns.push_back({rate_title(rate)});
    table.columns.push_back({"queries/step"});
  }
  for (const ThresholdPair& pair : report.thresholds) {
    std::vector<std::string> row{pair.source, value_text(pair.state), value_text(pair.drift)};
    for (const OpenLoopRate& rate : pair.open_loop) {
      row.push_back(percent(rate.reuse_rate()));
      row.push_back(value_text(rate.full_queries_per_step()));
    }
    table.rows.push_back(std::move(row));
  }
  text += table.render();
}

/// Open loop beside closed loop, and by how much they differ.
void add_comparison(const DriftReport& report, std::string& text) {
  TextTable table;
  table.columns = {{"thresholds from", true}, {"mode", true}, {"reuse, open loop"}, {"closed loop"}, {"points"},
                   {"queries/step"},          {"success"},    {"[95 % CI]"}};
  double largest = 0;
  for (const ThresholdPair& pair : report.thresholds) {
    for (const ClosedLoopRate& closed : pair.closed_loop) {
      const auto open = std::ranges::find(pair.open_loop, closed.horizon, &OpenLoopRate::horizon);
      if (open == pair.open_loop.end()) continue;
      const double difference = 100 * (closed.reuse_rate - open->reuse_rate());
      largest = std::max(largest, std::abs(difference));
      table.rows.push_back({pair.source, closed.mode, percent(open->reuse_rate()), percent(closed.reuse_rate),
                            fmt::format("{:+.1f}", difference), value_text(closed.full_queries_per_step),
                            fmt::format("{}/{}", closed.successes, closed.episodes),
                            interval_text(closed.success_ci95)});
    }
  }
  auto out = std::back_inserter(text);
  fmt::format_to(out, "\nclosed loop: {}\n", report.closed_loop);
  if (table.rows.empty()) return;
  text += table.render();
  fmt::format_to(
      out,
      "open and closed loop differ by up to {:.1f} points: open loop sees the frames of the recording, closed "
      "loop those to which its own reuse leads\n",
      largest);
}

void add_logged(const DriftReport& report, std::string& text) {
  if (report.logged.empty()) return;
  TextTable table;
  table.columns = {{"arm of the run directory", true}, {"episodes"}, {"reuse as logged"}};
  for (const LoggedRate::OpenLoop& entry : report.logged.front().open_loop) {
    table.columns.push_back({fmt::format("on its frames: {}", entry.source)});
  }
  for (const LoggedRate& rate : report.logged) {
    std::vector<std::string> row{rate.arm, std::to_string(rate.episodes), percent(rate.logged_reuse_rate)};
    for (const LoggedRate::OpenLoop& entry : rate.open_loop) row.push_back(percent(entry.reuse_rate));
    table.rows.push_back(std::move(row));
  }
  text += "\n";
  text += table.render();
}

}  // namespace

std::string drift_text(const DriftReport& report) {
  std::string text = fmt::format(
      "{} ({}): {} episodes, {} frames, {} of {} near a switch of the gripper (+-{}); anchor every {} frames; "
      "importance: "
      "{}, {} queries\n",
      report.input, report.format, report.episodes, report.frames, report.key_frames, report.sampled_frames,
      report.key_window, report.anchor_every, report.importance, report.queries);
  if (!report.note.empty()) text += report.note + "\n";
  text += "\n";
  add_distributions(report, DriftConvention::kFrameToFrame, text);
  add_distributions(report, DriftConvention::kAnchor, text);
  add_phases(report, text);
  add_expectations(report, DriftConvention::kFrameToFrame, text);
  add_expectations(report, DriftConvention::kAnchor, text);
  fmt::format_to(
      std::back_inserter(text),
      "\nrecommended, row \"anchor\", because a gate compares with its anchor: state_threshold = P{:g} of state drift, "
      "drift_threshold = P{:g} of weighted drift\n",
      report.state_percentile, report.drift_percentile);
  add_thresholds(report, text);
  add_comparison(report, text);
  add_logged(report, text);
  return text;
}

}  // namespace awd
