// The sub-commands of `awd`. Each has one file: parse options, call the library, print.
// An awd::Error thrown by a command becomes one line on stderr and exit code 2 in main().
#pragma once

namespace CLI {
class App;
}

namespace awd::cli {

/// Each adds its sub-command and options to `app`; parsing a command line that names it then runs it.
void add_attention(CLI::App& app);
void add_bench(CLI::App& app);
void add_calibrate(CLI::App& app);
void add_drift(CLI::App& app);
void add_eval(CLI::App& app);
void add_inspect(CLI::App& app);
void add_merge(CLI::App& app);
void add_record(CLI::App& app);
void add_report(CLI::App& app);
void add_serve(CLI::App& app);
void add_signals(CLI::App& app);
void add_triggers(CLI::App& app);
/// Hidden: one process of a run, started by the commands above.
void add_worker(CLI::App& app);

}  // namespace awd::cli
