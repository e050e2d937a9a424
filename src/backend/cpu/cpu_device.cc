// The CPU backend's device: aligned host memory, weights packed by oneDNN.
#include <omp.h>

#include <cstdlib>
#include <cstring>

#include "awd/error.h"
#include "backend/cpu/amx/amx.h"
#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/held_keys.h"
#include "backend/cpu/host_memory.h"
#include "backend/cpu/onednn_linear.h"
#include "backend/cpu/vjp_ops.h"
#include "backend/device.h"

namespace awd {
namespace {

class CpuDevice : public Device {
 public:
  CpuDevice(DType compute, const CpuDeviceOptions& options) : compute_(compute), options_(options) {}

  DType compute_dtype() const override { return compute_; }

  Buffer allocate(int rows, int cols, DType dtype) const override {
    const std::size_t bytes = std::size_t(rows) * std::size_t(cols) * bytes_of(dtype);
    cpu::HostMemory memory = cpu::allocate_host(bytes);
    std::memset(memory.get(), 0, bytes);
    return {memory.release(), std::free, rows, cols, dtype};
  }

  std::unique_ptr<const Linear> pack(const LinearData& data) const override {
    for (const StoredMatrix& part : data.parts) {
      AWD_CHECK(part.cols == data.in(), "{} columns beside {}", part.cols, data.in());
    }
    AWD_CHECK(data.bias.empty() || int(data.bias.size()) == data.out());
    const bool is_int8 = options_.int8_weights && data.dtype == compute_;
    if (data.dtype == DType::kBf16 && has_tile_unit()) {
      return cpu::amx::pack_linear(data, is_int8 ? cpu::amx::Numbers::kInt8 : cpu::amx::Numbers::kBf16);
    }
    return is_int8 ? cpu::pack_onednn_int8(data) : cpu::pack_onednn(data);
  }

  std::unique_ptr<HeldKeys> make_held_keys(int layers, int capacity, int own, int kv_width) const override {
    if (compute_ == DType::kBf16 && has_tile_unit()) {
      return cpu::amx::make_held_tiles(layers, capacity, own, kv_width);
    }
    auto held = std::make_unique<cpu::HeldRows>(layers, capacity, own, kv_width);
    held->k = allocate(layers * (capacity + own), kv_width, compute_);
    held->v = allocate(layers * (capacity + own), kv_width, compute_);
    return held;
  }

  std::unique_ptr<Ops> make_ops(int threads) const override {
    return std::make_unique<cpu::CpuOps>(threads, has_tile_unit());
  }

 private:
  bool has_tile_unit() const { return options_.tile_unit && cpu::amx::available(); }

  DType compute_;
  CpuDeviceOptions options_;
};

}  // namespace

namespace cpu {

void CpuOps::enter() {
  outer_threads_ = omp_get_max_threads();
  omp_set_num_threads(threads_);
}

void CpuOps::leave() { omp_set_num_threads(outer_threads_); }

}  // namespace cpu

std::unique_ptr<Vjp> make_cpu_vjp() { return std::make_unique<cpu::CpuVjp>(); }

bool cpu_has_bf16_units() {
  const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
  return isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx || isa == dnnl::cpu_isa::all;
}

bool cpu_has_int8_units() {
  return cpu_has_bf16_units() || dnnl::get_effective_cpu_isa() == dnnl::cpu_isa::avx512_core_vnni;
}

std::unique_ptr<const Device> make_cpu_device(DType compute, const CpuDeviceOptions& options) {
  const bool has_avx512 = cpu_has_int8_units() || dnnl::get_effective_cpu_isa() == dnnl::cpu_isa::avx512_core;
  if (options.int8_weights && !cpu_has_int8_units()) {
    throw Error("engine", "option dtype: expected f32 or auto on a machine without AVX-512 VNNI, got int8");
  }
  if (compute == DType::kBf16 && !has_avx512) {
    throw Error("engine", "option dtype: expected f32 or auto on a machine without AVX-512, got bf16");
  }
  AWD_CHECK(compute == DType::kBf16 || !options.int8_weights, "8-bit weights need bf16 rows");
  return std::make_unique<CpuDevice>(compute, options);
}

}  // namespace awd
