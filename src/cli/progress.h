// A progress bar on stderr, drawn only if stderr is a terminal.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace awd::cli {

/// Not thread-safe. Erases itself when destroyed.
class ProgressBar {
 public:
  explicit ProgressBar(int total);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Shows that `done` of the total are finished, with a short note on what.
  void show(int done, std::string_view note);

 private:
  int total_;
  bool is_terminal_;
  Stopwatch clock_;
};

/// The text of the bar: "[######----] 3/5  02:10 left  note".
std::string progress_text(int done, int total, double elapsed_s, std::string_view note);

}  // namespace awd::cli
