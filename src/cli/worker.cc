// `awd worker` (hidden): one of the processes that share the jobs of a run; started by worker_processes.cc.
#include "cli/worker.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "awd/error.h"
#include "cli/commands.h"
#include "cli/eval_worker.h"
#include "cli/signals_run.h"
#include "cli/worker_processes.h"

namespace awd::cli {

void run_worker(const std::string& kind, const std::filesystem::path& folder, const std::filesystem::path& shard,
                const std::function<void()>& on_job) {
  if (kind == kEvalWorker) return run_eval_worker(folder, shard, on_job);
  if (kind == kSignalsWorker) return run_signals_worker(folder, shard, on_job);
  throw Error("worker", "expected a kind of job, got \"" + kind + "\"");
}

void add_worker(CLI::App& app) {
  struct WorkerCommand {
    std::string kind, folder, shard;
  };
  auto command = std::make_shared<WorkerCommand>();
  CLI::App* sub = app.add_subcommand("worker", "one process of a run; started by the others")->group("");
  sub->add_option("kind", command->kind)->required();
  sub->add_option("folder", command->folder)->required();
  sub->add_option("shard", command->shard)->required();
  sub->callback([command] {
    die_with_parent();
    run_worker(command->kind, command->folder, command->shard, [] {});
  });
}

}  // namespace awd::cli
