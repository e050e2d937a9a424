// Loads a policy and tries its view on the recording.
#include "cli/drift/drift_policy.h"

#include <fmt/format.h>

#include <utility>

#include "awd/error.h"
#include "cli/default_policy.h"

namespace awd::cli {
namespace {

/// The recording as it is, at the size that every policy here takes: thresholds then belong to the same grid.
EngineInfo plain_view(const RecordingInfo& recording) {
  EngineInfo info;
  info.name = "uniform";
  info.cameras = recording.cameras;
  info.state_dim = recording.state_dim;
  info.action_dim = recording.action_dim;
  return info;
}

DriftPolicy uniform(const RecordingInfo& recording, std::string note) {
  return {
      .engine = nullptr, .folder = {}, .view = plain_view(recording), .importance = "uniform", .note = std::move(note)};
}

}  // namespace

std::unique_ptr<MapSource> DriftPolicy::source() const {
  if (engine == nullptr) return std::make_unique<UniformImportance>();
  return std::make_unique<PolicyImportance>(engine);
}

DriftPolicy choose_policy(const std::string& folder, const EngineOptions& engine_options,
                          const RecordingInfo& recording, const InputOptions& input) {
  if (engine_options.importance == ImportanceSource::kUniform) return uniform(recording, "");
  try {
    const std::string found = policy_or_default(folder);
    EngineOptions options = engine_options;
    options.threads = 1;  // episodes are walked side by side
    DriftPolicy policy{
        .engine = Engine::load(found, options), .folder = found, .view = {}, .importance = {}, .note = {}};
    policy.view = policy.engine->info();
    policy.importance = fmt::format("{} of {}", word_of(options.importance), policy.view.name);
    (void)PolicyView(recording, policy.view, input);
    return policy;
  } catch (const Error& misfit) {
    if (!folder.empty()) throw;
    return uniform(recording, fmt::format("no policy fits, so every patch counts the same: {}", misfit.what()));
  }
}

}  // namespace awd::cli
