// `awd signals`: what every gate signal knows about whether to continue the held chunk, from paired branch rollouts.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/options_cli.h"
#include "cli/print_result.h"
#include "cli/signals_run.h"

namespace awd::cli {
namespace {

void print_signals(const SignalsResult& result, const std::string& json) {
  print_result(fmt::format("{}run directory: {}\n", signals_table(result.summaries), result.folder),
               signals_json(result.summaries), json);
}

}  // namespace

void add_signals(CLI::App& app) {
  /// What the command line fills.
  struct SignalsCommand {
    SignalsOptions options;
    EngineOptions engine;
  };
  auto command = std::make_shared<SignalsCommand>();
  CLI::App* sub = app.add_subcommand("signals", "ROC of every gate signal from paired branch rollouts");
  add_options(*sub, command->options);
  add_options(*sub, command->engine, {"threads"});
  sub->callback(
      [command] { print_signals(run_signals(command->options, command->engine), command->options.output.json); });
}

}  // namespace awd::cli
