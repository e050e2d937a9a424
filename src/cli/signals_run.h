// Branch rollouts at volume: plan, worker processes, and the joined samples of all episodes.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "analysis/signals/signal_summary.h"
#include "awd/engine.h"
#include "cli/signals_options.h"

namespace awd::cli {

inline constexpr const char* kSignalsWorker = "signals";      // kind of jobs, see worker.h
inline constexpr const char* kSamplesFile = "samples.jsonl";  // one line per episode
inline constexpr const char* kSignalsFile = "signals.json";

/// One process's share; logs into `shard`.
void run_signals_worker(const std::filesystem::path& folder, const std::filesystem::path& shard,
                        const std::function<void()>& on_job);

struct SignalsResult {
  std::string folder;  // the run directory
  std::vector<SignalSummary> summaries;
};

/// Runs everything and leaves run.json, samples.jsonl and signals.json in `options.output.out`. Throws like
/// run_evaluation().
SignalsResult run_signals(const SignalsOptions& options, const EngineOptions& engine);

}  // namespace awd::cli
