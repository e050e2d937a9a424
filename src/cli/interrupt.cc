// Installs a signal handler that raises a flag, which is all that is safe inside a signal, and turns the flag into an
// exception.
#include "cli/interrupt.h"

#include <signal.h>

namespace awd::cli {
namespace {

volatile sig_atomic_t g_interrupted = 0;  // a signal handler can reach nothing but a global

void raise_flag(int) { g_interrupted = 1; }

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = raise_flag;
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void throw_if_interrupted() {
  if (g_interrupted != 0) throw Interrupted();
}

}  // namespace awd::cli
