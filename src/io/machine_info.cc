// Reads CPU, cores, memory and system from Linux: /proc/cpuinfo, /etc/os-release, uname, sysconf, the CPU affinity.
#include "io/machine_info.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

namespace awd {
namespace {

/// The text after `key` and `separator` in the first line of `file` that starts with `key`, quotes removed.
std::string value_of(const char* file, const std::string& key, char separator) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t at = line.find(separator);
    if (!line.starts_with(key) || at == std::string::npos) continue;
    std::string value = line.substr(at + 1);
    std::erase(value, '"');
    value.erase(0, value.find_first_not_of(' '));
    return value;
  }
  return "unknown";
}

}  // namespace

MachineInfo machine_info() {
  MachineInfo info;
  info.cpu = value_of("/proc/cpuinfo", "model name", ':');
  info.os = value_of("/etc/os-release", "PRETTY_NAME", '=');
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof cpus, &cpus) == 0) info.cores = CPU_COUNT(&cpus);
  info.memory_bytes = std::uint64_t(sysconf(_SC_PHYS_PAGES)) * std::uint64_t(sysconf(_SC_PAGE_SIZE));
  utsname names{};
  info.kernel = uname(&names) == 0 ? names.release : "unknown";
  return info;
}

}  // namespace awd
