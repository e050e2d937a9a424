// `awd attention`: where a policy looks in recorded episodes, as numbers and figures.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/attention/attention_run.h"
#include "cli/commands.h"
#include "cli/options_cli.h"
#include "cli/print_result.h"

namespace awd::cli {
namespace {

void print_attention(const AttentionResult& result, const std::string& json) {
  const std::string text = attention_text(result.summary, result.about);
  print_result(fmt::format("{}folder: {}\n", text, result.folder), attention_json(result.summary, result.about), json);
}

}  // namespace

void add_attention(CLI::App& app) {
  /// What the command line fills.
  struct AttentionCommand {
    InputOptions input;
    AttentionOptions options;
    EngineOptions engine;
  };
  auto command = std::make_shared<AttentionCommand>();
  CLI::App* sub = app.add_subcommand("attention", "where a policy looks in recorded episodes: numbers and figures");
  add_input_options(*sub, command->input);
  add_options(*sub, command->options);
  add_options(*sub, command->engine, {"threads", "importance_first_layer", "importance_last_layer"});
  sub->callback([command] {
    print_attention(run_attention(command->input, command->options, command->engine), command->options.output.json);
  });
}

}  // namespace awd::cli
