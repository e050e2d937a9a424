// Ctrl-C as an exception, so that destructors remove what is half-written.
#pragma once

#include <exception>

namespace awd::cli {

/// Thrown by throw_if_interrupted(); main() turns it into exit code 130.
struct Interrupted : std::exception {
  const char* what() const noexcept override { return "interrupted"; }
};

/// From now on the first SIGINT or SIGTERM only raises a flag; a second one ends the process at once.
void catch_interrupts();

/// Throws Interrupted once a signal has come. Thread-safe; cheap enough for every control step.
void throw_if_interrupted();

}  // namespace awd::cli
