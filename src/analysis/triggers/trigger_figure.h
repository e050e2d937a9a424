// The figure of `awd triggers`: recomputes by reason per phase, per task and over time, and one row per episode.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/triggers/trigger_summary.h"

namespace awd {

/// Draws one arm in one scenario into a file ending in .png or .svg. Throws awd::Error when it cannot be written.
void write_trigger_figure(const std::filesystem::path& file, const TriggerSummary& arm);

}  // namespace awd
