// The run directory of a server: claimed at its start, finished at its end or, after a crash, by whoever needs it next.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "awd/engine.h"
#include "cli/serve_options.h"
#include "cli/shard_folder.h"
#include "runtime/arm.h"
#include "server/observe/event_log.h"
#include "server/observe/run_recorder.h"

namespace awd::cli {

/// What is served, for the manifest.
struct ServedPolicy {
  const ServeOptions& options;
  const EngineOptions& engine_options;
  const EngineInfo& info;
  const Arm& arm;
};

/// While the server runs, its logs are in FOLDER/shards/000.
class ServeRecording {
 public:
  /// Claims the folder of `options.record`; what an earlier server left there is finished and moved to "FOLDER.1",
  /// "FOLDER.2", ... Throws awd::Error if the folder holds something else, or belongs to a server that still runs.
  ServeRecording(const ServedPolicy& served, server::EventLog& log);

  server::RunRecorder& recorder() { return *recorder_; }
  /// Ends the recorder and writes logs, results and manifest. A recording without an episode leaves no folder.
  void finish();

 private:
  std::filesystem::path folder_;
  FolderLock lock_;
  std::unique_ptr<server::RunRecorder> recorder_;
};

/// If `folder` holds a recording that its server has not finished, finishes it; half-written lines are dropped.
/// Anything else is left alone. Throws awd::Error if its server still runs.
void finish_recording(const std::filesystem::path& folder);

}  // namespace awd::cli
