// Which policy looks at a recording: the one asked for, the shipped one if it fits, or none.
#pragma once

#include <memory>
#include <string>

#include "awd/engine.h"
#include "cli/importance_source.h"
#include "cli/recorded_input.h"
#include "io/recording.h"

namespace awd::cli {

struct DriftPolicy {
  std::shared_ptr<const Engine> engine;  // nullptr: every patch counts the same
  std::string folder;                    // of the engine
  EngineInfo view;         // what frames are fitted to: the engine's, or the recording's own at 224 pixels
  std::string importance;  // "attention of NAME" or "uniform"
  std::string note;        // why no policy is used, where that was not asked for; else ""

  /// A new source for one thread.
  std::unique_ptr<MapSource> source() const;
};

/// `folder`: option --policy. Throws awd::Error where a policy that was asked for cannot be read or does not fit.
DriftPolicy choose_policy(const std::string& folder, const EngineOptions& engine, const RecordingInfo& recording,
                          const InputOptions& input);

}  // namespace awd::cli
