// `awd merge`: joins run directories of disjoint episodes into one.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/merge_runs.h"

namespace awd::cli {

void add_merge(CLI::App& app) {
  /// What the command line fills.
  struct MergeCommand {
    std::vector<std::string> runs;
    std::string out;
    std::string json;
  };
  auto command = std::make_shared<MergeCommand>();
  CLI::App* sub = app.add_subcommand("merge", "join run directories of other seeds, arms or scenarios into one");
  sub->add_option("runs", command->runs, "run directories of the same policy, without common episodes")
      ->required()
      ->type_name("RUN...");
  sub->add_option("--out", command->out, "run directory to write, new or empty")->required()->type_name("DIR");
  sub->add_option("--json", command->json,
                  "also write results.json there; - is standard output and moves the table to stderr")
      ->type_name("FILE|-");
  sub->callback([command] { print_evaluation(merge_runs(command->runs, command->out), command->json); });
}

}  // namespace awd::cli
