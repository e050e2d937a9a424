// A run directory of `awd eval` as a recording: its episodes are played again in the simulator from the logged actions,
// because the logs hold no pictures.
#pragma once

#include <filesystem>
#include <memory>

#include "io/recording.h"

namespace awd::cli {

/// Whether frames carry scene labels: the replay then draws every camera twice.
enum class WithLabels { kNo, kYes };

/// Opens a finished run. A reader plays its episode as the run did (task, scenario with all its options, seed, actions)
/// and gives pictures as the policy saw them, state, joints, robot masks, phase, event and action. Labels, if asked
/// for, are of the scene as drawn, before a scenario changes the pictures. A replay that leaves the log (phase, event,
/// number of steps, success) ends in awd::Error naming episode, step, expected and got.
///
/// A reader belongs to the thread that opened it and must be used and destroyed there: it draws. The simulated world
/// behind it is kept for the next reader of the same thread, so that opening one costs no more than a reset.
///
/// Throws awd::Error on a folder that is no finished run, on broken logs, on a run without steps.jsonl, and on one
/// whose log has no actions, which earlier versions did not write.
std::unique_ptr<Recording> open_run_recording(const std::filesystem::path& run, WithLabels labels = WithLabels::kNo);

}  // namespace awd::cli
