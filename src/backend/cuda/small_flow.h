// Between two steps of the flow: the expert's rows become a velocity, the velocity moves the actions, and the actions
// become the next step's rows. Four small operations in one kernel.
#pragma once

#include <cuda_runtime.h>

#include "backend/cuda/plain_linear.h"
#include "backend/op_args.h"

namespace awd::cuda {

/// actions += factor * (norm(x) W_out^T + b_out); then tokens = actions W_in^T + b_in, unless `in` is null.
struct SmallFlow {
  Tensor x;                          // [rows, width] f32
  Modulation norm;                   // scale, and shift or none
  const PlainWeight* out = nullptr;  // [action_dim, width] f32
  Tensor velocity;                   // [rows, action_dim] f32: norm(x) W_out^T + b_out
  Tensor actions;                    // [rows, action_dim] f32, in place
  float factor = 0.f;
  const PlainWeight* in = nullptr;  // [width, action_dim] f32
  Tensor tokens;                    // [rows, width] f32; may be x
};

/// True where the kernel takes these sizes on a chip of `compute_capability` (10 * major + minor): sm_90 and later.
bool small_flow_fits(int width, int action_dim, int compute_capability);

void run_small_flow(const SmallFlow& args, cudaStream_t stream);

}  // namespace awd::cuda
