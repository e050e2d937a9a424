// Walks all episodes of a recording with fixed anchors, once, and keeps what the analysis needs.
#pragma once

#include <filesystem>

#include "cli/drift/drift_options.h"
#include "cli/drift/drift_policy.h"
#include "cli/drift/drift_sink.h"
#include "io/recording.h"

namespace awd::cli {

struct DriftInput {
  const Recording& recording;
  const InputOptions& input;
  const DriftPolicy& policy;
  const DriftOptions& options;
  int threads = 1;
};

/// Cameras that the policy sees, by their names in the recording.
std::vector<std::string> viewed_cameras(const DriftInput& input);

/// Where the pooled frames of an episode are kept (pooled_frames.h).
std::filesystem::path pooled_file(const std::filesystem::path& folder, int episode);

/// Hands the rows of every episode to `sink` and writes its pooled frames into `pooled`, an existing folder. Throws
/// Interrupted after Ctrl-C, and what reading, policy and gate throw.
void walk_recording(const DriftInput& input, const std::filesystem::path& pooled, DriftSink& sink);

/// The number of threads for the option: 0 is all cores; never more than there are episodes.
int thread_count(int wanted, std::size_t episodes);

}  // namespace awd::cli
