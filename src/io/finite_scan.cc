// A number is finite unless all bits of its exponent are set; whole blocks are tested without a branch.
#include "io/finite_scan.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <thread>

#include "base/parallel.h"

namespace awd {
namespace {

constexpr std::size_t kBlockBytes = 1 << 14;  // tested between two looks at the result
constexpr std::size_t kJobBytes = 1 << 22;    // below this a thread costs more than it saves

/// `Word` is the number's bits; `exponent` its mask.
template <class Word>
bool block_finite(const std::byte* bytes, std::size_t count, Word exponent) {
  unsigned bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Word word = 0;
    std::memcpy(&word, bytes + i * sizeof(Word), sizeof(Word));
    bad |= unsigned((word & exponent) == exponent);
  }
  return bad == 0;
}

bool piece_finite(FloatFormat format, std::span<const std::byte> bytes) {
  for (std::size_t first = 0; first < bytes.size(); first += kBlockBytes) {
    const std::size_t size = std::min(kBlockBytes, bytes.size() - first);
    const std::byte* block = bytes.data() + first;
    const bool finite = format == FloatFormat::kF32    ? block_finite<std::uint32_t>(block, size / 4, 0x7f800000u)
                        : format == FloatFormat::kBf16 ? block_finite<std::uint16_t>(block, size / 2, 0x7f80u)
                                                       : block_finite<std::uint16_t>(block, size / 2, 0x7c00u);
    if (!finite) return false;
  }
  return true;
}

}  // namespace

bool all_finite(FloatFormat format, std::span<const std::byte> bytes) {
  const int jobs = int((bytes.size() + kJobBytes - 1) / kJobBytes);
  if (jobs <= 1) return piece_finite(format, bytes);
  std::atomic<bool> finite{true};
  const int workers = std::min(jobs, int(std::max(1u, std::thread::hardware_concurrency())));
  parallel_jobs(jobs, workers, [&](int job, int) {
    const std::size_t first = std::size_t(job) * kJobBytes;
    if (finite && !piece_finite(format, bytes.subspan(first, std::min(kJobBytes, bytes.size() - first))))
      finite = false;
  });
  return finite;
}

}  // namespace awd
