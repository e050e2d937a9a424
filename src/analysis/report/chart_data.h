// The numbers behind the charts and the player of the page, as JSON that the scripts in page/ read.
#pragma once

#include <nlohmann/json.hpp>

#include "analysis/report/run_report.h"

namespace awd::report {

/// Keys:
///   groups     [{word, title}] of ReasonGroup, reasons [{word, group}] of Reason, in their order
///   phases     words, in the order of a task
///   bins       parts of an episode in `timeline`
///   frontier   [{scenario, episodes, points: [{arm, queries, success (rate, low, high), control, fixed}]}]
///   rows       [{scenario, arm, episodes, latency, timeline, phases}] like RunReport::arms:
///     latency  stage -> {n, p50, p95, p99}; stages that never ran are absent
///     timeline per group [share per bin]; absent without a step log
///     phases   [{phase, steps, episodes, shares: per group}]
///   player     {scenarios, arms, tasks, cameras, limits, units, episodes}: limits as in RunManifest, units of signals,
///              episodes as in episode_columns.h with numbers into the three lists, scores to be drawn first
nlohmann::ordered_json chart_data(const RunReport& report);

}  // namespace awd::report
