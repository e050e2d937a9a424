// Kernel `look`: pictures of bytes -> pooled cells, their drift against the anchor's cells, patch colours.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "awd/types.h"
#include "backend/cuda/gate/mail.h"

namespace awd::cuda {

/// Mail of one camera's drifts: raw, weighted, largest cell; sums of grey levels over the three channels.
inline constexpr int kDriftWords = 3 * kDoubleWords;

/// One camera; all pointers are device-visible.
struct LookCamera {
  const std::uint8_t* data = nullptr;  // see DevicePicture
  std::ptrdiff_t row_bytes = 0, col_bytes = 0, channel_bytes = 0;
  int height = 0, width = 0;
  float* now = nullptr;           // out [3, height/pool, width/pool] window means
  const float* held = nullptr;    // the anchor's, alike; null: drifts are not numbers
  const float* weight = nullptr;  // [height/pool, width/pool]
  float* difference = nullptr;    // scratch [height/pool, width/pool]
  unsigned* ticket = nullptr;     // 0 between looks
  MailWord* drift = nullptr;      // out [kDriftWords]
  MailWord* patches = nullptr;    // out [3, kPatchGrid, kPatchGrid] means; null: not wanted
};

struct LookArgs {
  LookCamera cameras[kMaxCameras] = {};
  int n_cameras = 0;
  int pool = 8;               // divides all sides; at most 224
  std::uint32_t message = 0;  // number of the mail
};

void launch_look(const LookArgs& args, cudaStream_t stream);

}  // namespace awd::cuda
