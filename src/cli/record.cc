// `awd record`: scripted-expert demonstrations to a LIBERO-style HDF5 file.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options_cli.h"
#include "cli/progress.h"
#include "io/run_directory.h"
#include "sim/recorder.h"

namespace awd::cli {
namespace {

/// What the command line fills.
struct RecordCommand {
  sim::RecordOptions options;
  std::string json;  // empty: none; "-": standard output
};

sim::RecordProgress record(const sim::RecordOptions& options) {
  ProgressBar bar(options.episodes);
  const auto show = [&bar](const sim::RecordProgress& progress) {
    bar.show(progress.demos, fmt::format("{} frames, {} attempts", progress.frames, progress.attempts));
  };
  return sim::record_demonstrations(options, {.on_step = throw_if_interrupted, .on_demo = show});
}

void run_record(const RecordCommand& command) {
  const Stopwatch clock;
  const sim::RecordProgress done = record(command.options);
  const double seconds = clock.ms() / 1000;
  const nlohmann::ordered_json result{
      {"demos", done.demos}, {"frames", done.frames}, {"attempts", done.attempts}, {"seconds", seconds}};
  if (command.json == "-") {
    fmt::print("{}\n", result.dump());
    return;
  }
  fmt::print("{}: {} demonstrations, {} frames, {} attempts, {:.1f} s\n", command.options.out, done.demos, done.frames,
             done.attempts, seconds);
  if (!command.json.empty()) write_file_atomically(command.json, result.dump() + "\n");
}

}  // namespace

void add_record(CLI::App& app) {
  auto command = std::make_shared<RecordCommand>();
  CLI::App* sub = app.add_subcommand("record", "record scripted-expert demonstrations as LIBERO-style HDF5");
  add_options(*sub, command->options);
  sub->add_option("--json", command->json, "write the counts as JSON to this file; - is standard output");
  sub->callback([command] { run_record(*command); });
}

}  // namespace awd::cli
