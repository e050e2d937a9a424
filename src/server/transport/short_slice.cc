// sched_setattr() has no wrapper in Debian 12's C library; its struct is the kernel's, version 0.
#include "server/transport/short_slice.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace awd::server {
namespace {

constexpr std::uint64_t kTurnNs = 100'000;

struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;  // of a turn, for ordinary threads
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

}  // namespace

void take_short_turns() {
  SchedulingAttributes attributes;
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  attributes.runtime_ns = kTurnNs;
  [[maybe_unused]] const long code = syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace awd::server
