// What the many-row products need to know of a device: whether it runs them at all, and how many clusters of a size it
// runs at once (multiprocessors come in groups that a cluster may not leave, so that some stay idle).
#include <array>

#include "backend/cuda/big_plan.h"
#include "backend/cuda/check.h"

namespace awd::cuda {
namespace big {
namespace {

constexpr std::size_t kSharedBytes = 200 * 1024;  // so that a multiprocessor holds one block
constexpr int kThreads = 384;

/// 1 in code for Hopper with its own instructions: other code has empty kernels in their place.
__device__ int has_products =
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
    1;
#else
    0;
#endif

__global__ void empty_kernel() {}

int ask(int blocks) {
  AWD_CUDA(cudaFuncSetAttribute(empty_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, int(kSharedBytes)));
  cudaLaunchAttribute attribute = {};
  attribute.id = cudaLaunchAttributeClusterDimension;
  attribute.val.clusterDim = {unsigned(blocks), 1, 1};
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(unsigned(blocks) * 1024);
  config.blockDim = dim3(kThreads);
  config.dynamicSmemBytes = kSharedBytes;
  config.attrs = &attribute;
  config.numAttrs = 1;
  int count = 0;
  AWD_CUDA(cudaOccupancyMaxActiveClusters(&count, empty_kernel, &config));
  return count;
}

}  // namespace

int count_clusters(int blocks) {
  static const std::array<int, kMostBlocks + 1> counts = [] {
    std::array<int, kMostBlocks + 1> result{};
    for (int n = 1; n <= kMostBlocks; ++n) result[std::size_t(n)] = ask(n);
    return result;
  }();
  return counts[std::size_t(blocks)];
}

}  // namespace big

bool has_big_linear() {
  static const bool has = [] {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) return false;
    int value = 0;
    return cudaMemcpyFromSymbol(&value, big::has_products, sizeof(value)) == cudaSuccess && value == 1;
  }();
  return has;
}

}  // namespace awd::cuda
