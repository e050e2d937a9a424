// How a product of many rows is cut into tiles.
#pragma once

#include <vector>

#include "backend/cuda/big_linear.h"
#include "backend/cuda/big_task.h"

namespace awd::cuda::big {

/// All plans that there are kernels for.
std::vector<BigPlan> list_plans(BigResult result);

/// The plan that should take least time.
BigPlan choose_plan(const BigProduct& product);

/// run_big() with a plan of the caller's choice.
void run_planned(const BigProduct& product, const BigPlan& plan, cudaStream_t stream);

/// Clusters of `blocks` (up to kMostBlocks) that the current device runs at once, one block per multiprocessor. Asked
/// for once: all devices of a process are taken to be alike.
int count_clusters(int blocks);

}  // namespace awd::cuda::big
