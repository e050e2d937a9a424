// Turns summaries and reason profiles into the arrays that charts are drawn from.
#include "analysis/report/chart_data.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/figures/success_figure.h"

namespace awd::report {
namespace {

/// Rounded to five digits: a chart shows three.
Json short_number(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (value == 0) return 0;
  const double scale = std::pow(10.0, 4 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

Json share_json(double rate, const Interval& ci95) {
  return {{"rate", short_number(rate)}, {"low", short_number(ci95.low)}, {"high", short_number(ci95.high)}};
}

/// One chart per scenario. Which arms are controls is what success_figure.h says.
Json frontier_json(const RunReport& report) {
  Json charts = Json::array();
  std::size_t row = 0;
  for (const auto& [scenario, figure] : success_figures(report.arms)) {
    Json points = Json::array();
    for (const SuccessFigure::Point& point : figure.points) {
      const ArmSummary& arm = report.arms[row++];
      points.push_back({{"arm", arm.arm.name},
                        {"label", point.label},
                        {"queries", share_json(arm.full_queries_per_step, arm.full_queries_ci95)},
                        {"success", share_json(arm.success_rate, arm.ci95)},
                        {"control", point.is_control},
                        {"fixed", point.is_fixed}});
    }
    charts.push_back({{"scenario", scenario}, {"title", figure.title}, {"points", std::move(points)}});
  }
  return charts;
}

Json latency_json(const ArmSummary& arm) {
  const std::pair<const char*, const LatencySummary*> stages[] = {{"full", &arm.full},     {"reuse", &arm.reuse},
                                                                  {"gate", &arm.gate},     {"vision", &arm.vision},
                                                                  {"prefix", &arm.prefix}, {"denoise", &arm.denoise}};
  Json json = Json::object();
  for (const auto& [stage, latency] : stages) {
    if (latency->n == 0) continue;
    json[stage] = {{"n", latency->n},
                   {"p50", short_number(latency->p50_ms)},
                   {"p95", short_number(latency->p95_ms)},
                   {"p99", short_number(latency->p99_ms)}};
  }
  return json;
}

Json timeline_json(const ReasonProfile& profile) {
  Json groups = Json::array();
  const auto timeline = profile.timeline();
  for (std::size_t g = 0; g < kReasonGroupCount; ++g) {
    Json shares = Json::array();
    for (const GroupCounts& bin : timeline) shares.push_back(short_number(bin[g]));
    groups.push_back(std::move(shares));
  }
  return groups;
}

Json phases_json(const ReasonProfile& profile) {
  Json phases = Json::array();
  for (const ReasonProfile::Phase& phase : profile.phases()) {
    Json shares = Json::array();
    for (const ReasonProfile::Share& share : phase.groups) shares.push_back(short_number(share.rate));
    phases.push_back(
        {{"phase", phase.phase}, {"steps", phase.steps}, {"episodes", phase.episodes}, {"shares", std::move(shares)}});
  }
  return phases;
}

Json rows_json(const RunReport& report) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < report.arms.size(); ++i) {
    const ArmSummary& arm = report.arms[i];
    Json row{{"scenario", arm.arm.scenario},
             {"arm", arm.arm.name},
             {"episodes", arm.episodes},
             {"latency", latency_json(arm)}};
    if (report.has_steps) {
      row["timeline"] = timeline_json(report.profiles[i]);
      row["phases"] = phases_json(report.profiles[i]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Units of the signals, from the options that put limits on them.
Json units_json() {
  Json units{{"switch_in", "steps"}};
  SignalLimits{}.visit([&](const Field& field, double&) {
    const auto signal = std::string(field.name.substr(std::string_view("max_").size()));
    if (!field.unit.empty()) units[signal] = std::string(field.unit);
  });
  return units;
}

Json player_json(const RunReport& report) {
  Json limits = Json::object(), arms = Json::array();
  for (const ArmInfo& arm : report.manifest.arms) arms.push_back(arm.name);
  for (const auto& [arm, signals] : report.manifest.limits) limits[arm] = signals;
  return {{"scenarios", report.manifest.scenarios},
          {"arms", std::move(arms)},
          {"tasks", report.tasks},
          {"cameras", report.manifest.cameras},
          {"limits", std::move(limits)},
          {"units", units_json()},
          {"episodes", report.played}};
}

/// Every phase that any arm was in.
Json phase_words(const RunReport& report) {
  std::vector<std::string> words(std::begin(kPhaseOrder), std::end(kPhaseOrder));
  std::set<std::string> seen;
  for (const ReasonProfile& profile : report.profiles) {
    for (const ReasonProfile::Phase& phase : profile.phases()) {
      seen.insert(phase.phase);
      if (std::ranges::find(words, phase.phase) == words.end()) words.push_back(phase.phase);
    }
  }
  std::erase_if(words, [&](const std::string& word) { return !seen.contains(word); });
  return words;
}

}  // namespace

Json chart_data(const RunReport& report) {
  Json groups = Json::array(), reasons = Json::array();
  for (int g = 0; g < kReasonGroupCount; ++g) {
    groups.push_back({{"word", word_of(ReasonGroup(g))}, {"title", kReasonGroupTitles[std::size_t(g)]}});
  }
  for (int r = 0; r < kReasonCount; ++r) {
    reasons.push_back({{"word", word_of(Reason(r))}, {"group", int(group_of(Reason(r)))}});
  }
  return {{"groups", std::move(groups)},  {"reasons", std::move(reasons)},     {"phases", phase_words(report)},
          {"bins", kTimelineBins},        {"frontier", frontier_json(report)}, {"rows", rows_json(report)},
          {"player", player_json(report)}};
}

}  // namespace awd::report
