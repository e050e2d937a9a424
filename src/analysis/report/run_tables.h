// The tables of a run report.
#pragma once

#include "analysis/report/report_table.h"
#include "analysis/report/run_report.h"

namespace awd::report {

/// Success, queries, speed: one row per arm in a scenario.
Table headline_table(const RunReport& report);
/// Every arm against every reference on the same episodes.
Table paired_table(const RunReport& report);
/// Success per task.
Table task_table(const RunReport& report);
/// p50, p95, p99 per stage, in ms.
Table latency_table(const RunReport& report);
/// Steps per reason.
Table reason_table(const RunReport& report);
/// Queries per phase and group of reasons; empty without a step log.
Table phase_table(const RunReport& report);

}  // namespace awd::report
