// Triggers that a gate would have had on recorded frames, in open loop.
#pragma once

#include "analysis/triggers/trigger_tally.h"
#include "awd/engine.h"
#include "cli/recorded_input.h"
#include "cli/triggers/triggers_options.h"
#include "io/recording.h"

namespace awd::cli {

/// What a walk over a recording was made with.
struct OfflineSetup {
  std::string gate;        // name of the arm
  std::string importance;  // what weights the pictures
  std::string note;        // why no policy is used, where that was not asked for; else ""
};

/// Walks every episode of `recording` with the gate of `options` and adds it to `tally` in the recording's order.
/// Throws awd::Error on an arm, policy or frame that does not fit, and Interrupted after Ctrl-C.
OfflineSetup add_offline_triggers(const Recording& recording, const InputOptions& input, const TriggersOptions& options,
                                  const EngineOptions& engine, TriggerTally& tally);

}  // namespace awd::cli
