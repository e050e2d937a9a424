// The figure of a recording: how state, raw and weighted drift are distributed in key actions and in steady motion.
#pragma once

#include <filesystem>
#include <span>

#include "analysis/drift/drift_summary.h"

namespace awd {

/// Histograms, one panel per drift and convention, with the AUROC of `signals`. Draws into a file ending in .png or
/// .svg. Throws awd::Error when it cannot be written.
void write_distribution_figure(const std::filesystem::path& file, std::span<const DriftRow> rows,
                               std::span<const SignalDrift> signals);

}  // namespace awd
