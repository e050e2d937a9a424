// The keys and values of a prefix in device memory, and the copy that fills them.
#pragma once

#include <cuda_runtime.h>

#include <memory>

#include "backend/buffer.h"
#include "backend/device.h"
#include "backend/op_args.h"

namespace awd::cuda {

/// Layer l's token t is row l * capacity + t. How many tokens are filled is known on the device alone, so that recorded
/// kernels follow it: HeldKeys::tokens stays 0.
struct CudaHeldKeys final : HeldKeys {
  Buffer k;            // [layers * capacity, kv_width] compute
  Buffer v;            // [layers * capacity, kv_width] compute
  Buffer filled_word;  // one int, tokens of each layer
  Buffer tickets;      // [1, kTickets] unsigned, all 0 between kernels: counts the thread blocks that have ended

  static constexpr int kTickets = 64;

  int* filled() const { return static_cast<int*>(filled_word.tensor().data); }
};

/// Room for `capacity` tokens of `layers` layers, in the compute type of `device`.
std::unique_ptr<CudaHeldKeys> make_held_keys(const Device& device, int layers, int capacity, int kv_width);

/// Copies the first rows of each layer of k and v [layers * n, kv_width] into `held` and notes their number, which is
/// *live_tokens (on the device) or, where that is null, `tokens`. No more than n and held.capacity.
void hold(const Tensor& k, const Tensor& v, int tokens, const int* live_tokens, CudaHeldKeys& held,
          cudaStream_t stream);

}  // namespace awd::cuda
