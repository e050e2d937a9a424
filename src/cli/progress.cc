// Draws the progress bar: one line, written over and over with carriage return and erase-line.
#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace awd::cli {
namespace {

constexpr int kCells = 30;  // width of the bar, characters

}  // namespace

std::string progress_text(int done, int total, double elapsed_s, std::string_view note) {
  const int filled = total > 0 ? kCells * done / total : 0;
  std::string left = "--:--";
  if (done > 0) {
    const int seconds = int(elapsed_s * (total - done) / done);
    left = fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
  }
  return fmt::format("[{:#<{}}{:-<{}}] {}/{}  {} left  {}", "", filled, "", kCells - filled, done, total, left, note);
}

ProgressBar::ProgressBar(int total) : total_(total), is_terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (is_terminal_) fmt::print(stderr, "\r\033[K");
}

void ProgressBar::show(int done, std::string_view note) {
  if (is_terminal_) fmt::print(stderr, "\r\033[K{}", progress_text(done, total_, clock_.ms() / 1000, note));
}

}  // namespace awd::cli
