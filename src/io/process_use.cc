// Reads /proc/self/status and /proc/self/stat of Linux.
#include "io/process_use.h"

#include <unistd.h>

#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

namespace awd {

MemoryUse memory_use() {
  MemoryUse use;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string key;
    std::uint64_t kilobytes = 0;
    if (!(words >> key >> kilobytes)) continue;
    if (key == "VmHWM:") use.peak = kilobytes * 1024;
    if (key == "RssAnon:") use.anonymous = kilobytes * 1024;
    if (key == "RssFile:") use.file = kilobytes * 1024;
  }
  return use;
}

double process_age_ms() {
  std::ifstream stat("/proc/self/stat");
  std::string line;
  std::getline(stat, line);
  // The program's name in parentheses may hold anything; the start time is the 20th word behind it, in clock ticks.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream words(line.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 19; ++i) words >> skipped;
  double start_ticks = 0;
  timespec now{};
  if (!(words >> start_ticks) || clock_gettime(CLOCK_BOOTTIME, &now) != 0) return 0;
  const double now_ms = double(now.tv_sec) * 1e3 + double(now.tv_nsec) * 1e-6;
  return now_ms - start_ticks * 1e3 / double(sysconf(_SC_CLK_TCK));
}

}  // namespace awd
