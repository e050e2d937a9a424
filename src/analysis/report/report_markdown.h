// A run report as Markdown: the tables without charts and player.
#pragma once

#include <string>

#include "analysis/report/run_report.h"

namespace awd::report {

std::string report_markdown(const RunReport& report);

}  // namespace awd::report
