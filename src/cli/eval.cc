// `awd eval`: arms x tasks x trials x scenarios in closed loop; prints the table and writes the run directory.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/evaluation.h"
#include "cli/options_cli.h"

namespace awd::cli {

void add_eval(CLI::App& app) {
  /// What the command line fills.
  struct EvalCommand {
    EvalOptions options;
    EngineOptions engine;
  };
  auto command = std::make_shared<EvalCommand>();
  CLI::App* sub = app.add_subcommand("eval", "closed-loop comparison of arms on simulated tasks");
  add_options(*sub, command->options);
  add_options(*sub, command->engine, {"threads"});
  sub->callback(
      [command] { print_evaluation(run_evaluation(command->options, command->engine), command->options.output.json); });
}

}  // namespace awd::cli
