// `awd bench`: latency per stage of a control step on this machine, beside what the machine can do at best.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/bench/bench_compare.h"
#include "cli/bench/bench_run.h"
#include "cli/commands.h"
#include "cli/options_cli.h"
#include "cli/print_result.h"
#include "io/machine_info.h"

namespace awd::cli {
namespace {

/// What the memory's pace is measured on: far beyond the caches of machines of today, but little of a small machine.
std::size_t read_bytes() { return std::min(std::size_t(1) << 30, std::size_t(machine_info().memory_bytes / 16)); }

void print_bench(const BenchOptions& options, const EngineOptions& engine) {
  BenchResult result = run_bench(options, engine);
  result.ceilings = engine.backend == EngineBackend::kCuda ? measure_cuda_ceilings()
                                                           : measure_cpu_ceilings(result.threads, read_bytes());
  std::string text = bench_text(result);
  if (!options.compare.empty()) text += "\n" + compare_text(read_bench_json(options.compare), result);
  print_result(text, bench_json(result), options.json);
}

}  // namespace

void add_bench(CLI::App& app) {
  /// What the command line fills.
  struct BenchCommand {
    BenchOptions options;
    EngineOptions engine;
  };
  auto command = std::make_shared<BenchCommand>();
  CLI::App* sub = app.add_subcommand("bench", "latency per stage on this machine, against its measured ceilings");
  add_options(*sub, command->options);
  add_options(*sub, command->engine);
  sub->callback([command] { print_bench(command->options, command->engine); });
}

}  // namespace awd::cli
