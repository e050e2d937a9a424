// `awd drift`: how far state and pictures drift in recorded episodes, what that separates, and which thresholds follow.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/drift/drift_run.h"
#include "cli/options_cli.h"
#include "cli/print_result.h"

namespace awd::cli {
namespace {

void print_drift(const DriftResult& result, const std::string& json) {
  print_result(fmt::format("{}folder: {}\n", drift_text(result.report), result.folder), drift_json(result.report),
               json);
}

}  // namespace

void add_drift(CLI::App& app) {
  /// What the command line fills.
  struct DriftCommand {
    InputOptions input;
    DriftOptions options;
    EngineOptions engine;
  };
  auto command = std::make_shared<DriftCommand>();
  CLI::App* sub = app.add_subcommand("drift", "drift of recorded frames: distributions, separability, thresholds");
  add_input_options(*sub, command->input);
  add_options(*sub, command->options);
  add_options(*sub, command->engine, {"threads"});
  sub->callback([command] {
    print_drift(run_drift(command->input, command->options, command->engine), command->options.output.json);
  });
}

}  // namespace awd::cli
