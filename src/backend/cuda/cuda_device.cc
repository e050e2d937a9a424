// The CUDA backend's device: the memory and the packed layers of one GPU.
#include <fmt/format.h>

#include "awd/error.h"
#include "backend/ceilings.h"
#include "backend/cuda/cuda_ops.h"
#include "backend/cuda/held_keys.h"
#include "backend/device.h"

namespace awd {
namespace {

constexpr int kLeastCapability = 80;  // 10 * major + minor: tensor cores for bf16, cp.async

/// 10 * major + minor of the first GPU; 0 where there is none.
int compute_capability() {
  int devices = 0, major = 0, minor = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    cudaGetLastError();
    return 0;
  }
  AWD_CUDA(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0));
  AWD_CUDA(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, 0));
  return 10 * major + minor;
}

class CudaDevice final : public Device {
 public:
  CudaDevice(const CudaDeviceOptions& options, int capability)
      : options_(options), capability_(capability), maker_(options) {}

  DType compute_dtype() const override { return options_.compute; }

  Buffer allocate(int rows, int cols, DType dtype) const override {
    Buffer buffer = cuda::allocate_device(rows, cols, dtype);
    const std::size_t bytes = std::size_t(rows) * std::size_t(cols) * bytes_of(dtype);
    AWD_CUDA(cudaMemset(buffer.tensor().data, 0, bytes));
    AWD_CUDA(cudaStreamSynchronize(nullptr));  // streams of sessions do not wait for the one that clears
    return buffer;
  }

  std::unique_ptr<const Linear> pack(const LinearData& data) const override {
    AWD_CHECK(data.bias.empty() || int(data.bias.size()) == data.out());
    return maker_.make(data);
  }

  std::unique_ptr<const QkvLinear> pack_qkv(const LinearData& q, const LinearData& k, const LinearData& v,
                                            int head_dim) const override {
    return maker_.make_qkv(q, k, v, head_dim);
  }

  std::unique_ptr<HeldKeys> make_held_keys(int layers, int capacity, int, int kv_width) const override {
    return cuda::make_held_keys(*this, layers, capacity, kv_width);
  }

  std::unique_ptr<Ops> make_ops(int) const override { return std::make_unique<cuda::CudaOps>(capability_, order_); }

 private:
  CudaDeviceOptions options_;
  int capability_;
  mutable cuda::LinearMaker maker_;
  mutable cuda::StreamOrder order_;
};

}  // namespace

GpuUse cuda_use() {
  cudaDeviceProp properties{};
  AWD_CUDA(cudaGetDeviceProperties(&properties, 0));
  std::size_t available = 0, total = 0;
  AWD_CUDA(cudaMemGetInfo(&available, &total));
  return {.name = properties.name, .memory_in_use = total - available};
}

bool cuda_available() { return compute_capability() >= kLeastCapability; }

std::unique_ptr<const Device> make_cuda_device(const CudaDeviceOptions& options) {
  const int capability = compute_capability();
  if (capability == 0) {
    throw Error("engine", "option backend: expected cpu or ref on a machine without a GPU of NVIDIA's, got cuda");
  }
  if (capability < kLeastCapability) {
    throw Error("engine", fmt::format("option backend: expected a GPU of compute capability 8.0 or more, got {}.{}",
                                      capability / 10, capability % 10));
  }
  AWD_CHECK(options.compute == DType::kBf16 || !options.fp8_weights, "8-bit weights need bf16 rows");
  return std::make_unique<CudaDevice>(options, capability);
}

}  // namespace awd
