// Aligned allocation, with huge pages for large blocks.
#include "backend/cpu/host_memory.h"

#include <sys/mman.h>

#include "base/check.h"

namespace awd::cpu {

HostMemory allocate_host(std::size_t bytes) {
  constexpr std::size_t kCacheLine = 64;
  constexpr std::size_t kHugePage = std::size_t(1) << 21;
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kCacheLine;
  const std::size_t padded = (bytes + kCacheLine) / kCacheLine * kCacheLine;
  void* memory = nullptr;
  AWD_CHECK(posix_memalign(&memory, alignment, padded) == 0, "out of memory: {} bytes", padded);
#if defined(MADV_HUGEPAGE)
  if (bytes >= kHugePage) madvise(memory, padded / kHugePage * kHugePage, MADV_HUGEPAGE);  // a wish: no error matters
#endif
  return HostMemory(static_cast<std::byte*>(memory));
}

}  // namespace awd::cpu
