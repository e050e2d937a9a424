// `awd`: finds the sub-command and turns what it throws into one line on stderr and an exit code:
// 0 success, 2 bad usage or input, 1 any other failure, 130 interrupted.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <string>

#include "awd/error.h"
#include "awd/types.h"
#include "cli/build_info.h"
#include "cli/commands.h"
#include "cli/interrupt.h"

namespace {

constexpr int kFailure = 1, kBadInput = 2, kInterruptedExit = 130;  // 128 + SIGINT, as shells report it

int complain(std::string message, int exit_code) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  fmt::print(stderr, "awd: {}\n", message);
  return exit_code;
}

/// Words for a command line that CLI11 refuses.
std::string usage_message(const CLI::ParseError& error) {
  return fmt::format("[command line] expected options as listed by --help, got: {}", error.what());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("AWD: decides at every control step of a robot policy whether the last query may be used again.", "awd");
  app.set_version_flag("--version", fmt::format("awd {} ({})", awd::kVersion, awd::cli::build_commit()));
  app.require_subcommand(1);
  awd::cli::add_attention(app);
  awd::cli::add_bench(app);
  awd::cli::add_calibrate(app);
  awd::cli::add_drift(app);
  awd::cli::add_eval(app);
  awd::cli::add_inspect(app);
  awd::cli::add_merge(app);
  awd::cli::add_record(app);
  awd::cli::add_report(app);
  awd::cli::add_serve(app);
  awd::cli::add_signals(app);
  awd::cli::add_triggers(app);
  awd::cli::add_worker(app);
  awd::cli::catch_interrupts();
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return complain(usage_message(error), kBadInput);
  } catch (const awd::Error& error) {
    return complain(error.what(), kBadInput);
  } catch (const awd::cli::Interrupted& interrupt) {
    return complain(interrupt.what(), kInterruptedExit);
  } catch (const std::exception& failure) {
    return complain(failure.what(), kFailure);
  }
}
