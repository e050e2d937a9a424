// All options and versions of a run as tables: the options of every arm side by side, and the rest of run.json.
#pragma once

#include "analysis/report/report_table.h"
#include "analysis/report/run_manifest_reader.h"

namespace awd::report {

/// One row per option, one column per arm; rows in which arms differ come first.
Table arm_options_table(const RunManifest& manifest);

/// One row per value of run.json outside of its arms, named by its path.
Table manifest_table(const RunManifest& manifest);

}  // namespace awd::report
