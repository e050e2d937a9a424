// The products of small_linear.h on Hopper when there are at most 16 rows; see tall_view.h.
#pragma once

#include "backend/cuda/small_linear.h"

namespace awd::cuda {

/// How such a weight is cut on this device; slots == 0: not at all.
SmallPlan tall_plan(const SmallSource& source);

void run_tall_qkv(const SmallQkv& args, cudaStream_t stream);
void run_tall_geglu(const SmallGeglu& args, cudaStream_t stream);
void run_tall_branch(const SmallBranch& args, cudaStream_t stream);
void run_tall(const SmallStore& args, cudaStream_t stream);

}  // namespace awd::cuda
