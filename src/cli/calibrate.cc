// `awd calibrate`: options of a gate from on-policy runs, with the guarantee they carry and a held-out check.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/calibration.h"
#include "cli/commands.h"
#include "cli/options_cli.h"
#include "cli/print_result.h"
#include "io/run_directory.h"

namespace awd::cli {
namespace {

void print_calibration(const Calibration& calibration, const std::string& json) {
  const std::string text = calibration_json(calibration);
  std::filesystem::create_directories(calibration.options.output.out);
  write_file_atomically(std::filesystem::path(calibration.options.output.out) / "calibration.json", text);
  print_result(fmt::format("{}folder:    {}\n", calibration_table(calibration), calibration.options.output.out), text,
               json);
}

}  // namespace

void add_calibrate(CLI::App& app) {
  /// What the command line fills.
  struct CalibrateCommand {
    CalibrateOptions options;
    EngineOptions engine;
  };
  auto command = std::make_shared<CalibrateCommand>();
  CLI::App* sub = app.add_subcommand("calibrate", "choose a gate's options with a guarantee");
  add_options(*sub, command->options);
  add_options(*sub, command->engine, {"threads"});
  sub->callback(
      [command] { print_calibration(calibrate(command->options, command->engine), command->options.output.json); });
}

}  // namespace awd::cli
