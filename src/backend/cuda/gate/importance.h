// Kernel `weigh`: the expert's attention (or ready maps) -> importance maps -> weights of the pooled cells.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "awd/types.h"
#include "backend/cuda/gate/mail.h"

namespace awd::cuda {

/// One camera; all pointers are device-visible.
struct WeighCamera {
  bool present = false;
  int first_token = 0;       // of its patches, in the columns of key_share
  int rows = 0, cols = 0;    // of the pooled grid; 0: no weights
  float* weight = nullptr;   // out [rows, cols]
  MailWord* mail = nullptr;  // out [kPatchGrid^2] the map, f32
};

struct WeighArgs {
  const float* relevance = nullptr;  // [relevance_rows, >= tokens], in columns `first_token` ..
  std::ptrdiff_t stride = 0;
  int relevance_rows = 0;
  bool is_map = false;  // one row per camera, ready maps: taken as they are, camera c at row c
  WeighCamera cameras[kMaxCameras] = {};
  int n_cameras = 0;
  int dilation = 5;  // odd
  std::uint32_t message = 0;
};

void launch_weigh(const WeighArgs& args, cudaStream_t stream);

}  // namespace awd::cuda
