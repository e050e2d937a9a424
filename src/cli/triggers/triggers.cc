// `awd triggers`: why and when an arm recomputes, and the study's questions about its two guards.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/options_cli.h"
#include "cli/print_result.h"
#include "cli/triggers/triggers_run.h"

namespace awd::cli {
namespace {

void print_triggers(const TriggersResult& result, const std::string& json) {
  print_result(fmt::format("{}\nfolder: {}\n", triggers_text(result.report), result.folder),
               triggers_json(result.report), json);
}

}  // namespace

void add_triggers(CLI::App& app) {
  /// What the command line fills.
  struct TriggersCommand {
    InputOptions input;
    TriggersOptions options;
    EngineOptions engine;
  };
  auto command = std::make_shared<TriggersCommand>();
  CLI::App* sub = app.add_subcommand("triggers", "why and when an arm recomputes: reasons per phase, task and time");
  add_input_options(*sub, command->input);
  add_options(*sub, command->options);
  add_options(*sub, command->engine, {"threads"});
  sub->callback([command] {
    print_triggers(run_triggers(command->input, command->options, command->engine), command->options.output.json);
  });
}

}  // namespace awd::cli
