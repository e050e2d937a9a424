// A run report as one HTML file that needs nothing beside it.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "analysis/report/run_report.h"

namespace awd::report {

/// The page: styles, scripts, data and `videos` (episode number -> MP4 file) inside. Throws awd::Error on a video that
/// cannot be read.
std::string report_page(const RunReport& report, const std::map<int, std::filesystem::path>& videos);

}  // namespace awd::report
