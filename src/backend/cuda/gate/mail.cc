// The waiting side of the mail.
#include "backend/cuda/gate/mail.h"

#include <atomic>

#include "backend/cuda/check.h"
#include "base/check.h"

namespace awd::cuda {
namespace {

/// About a millisecond, many times what a look takes.
constexpr int kLooks = 1 << 20;

bool has_come(MailWord word, std::uint32_t message) { return std::uint32_t(word >> 32) == message; }

}  // namespace

std::uint32_t wait_for_mail(MailWord& box, std::uint32_t message, cudaStream_t stream) {
  const std::atomic_ref<MailWord> word(box);
  for (int i = 0; i < kLooks; ++i) {
    const MailWord seen = word.load(std::memory_order_acquire);
    if (has_come(seen, message)) return std::uint32_t(seen);
  }
  AWD_CUDA(cudaStreamSynchronize(stream));
  const MailWord seen = word.load(std::memory_order_acquire);
  AWD_CHECK(has_come(seen, message), "message {} is not among what the stream sent", message);
  return std::uint32_t(seen);
}

}  // namespace awd::cuda
