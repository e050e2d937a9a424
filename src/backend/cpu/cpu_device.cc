// The CPU backend's device: aligned host memory, weights packed by oneDNN.
#include <omp.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "awd/error.h"
#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/matmul.h"
#include "backend/cpu/vjp_ops.h"
#include "backend/device.h"

namespace awd {
namespace {

constexpr std::size_t kAlignment = 64;  // one cache line, one AVX-512 register
constexpr int kTypicalRows = 256;       // the row count weights are packed for; oneDNN's layout does not depend on it

class CpuDevice : public Device {
 public:
  explicit CpuDevice(DType compute) : compute_(compute) {}

  DType compute_dtype() const override { return compute_; }

  Buffer allocate(int rows, int cols, DType dtype) const override {
    const std::size_t bytes = std::size_t(rows) * std::size_t(cols) * bytes_of(dtype);
    const std::size_t padded = std::max((bytes + kAlignment - 1) / kAlignment * kAlignment, kAlignment);
    void* memory = std::aligned_alloc(kAlignment, padded);
    AWD_CHECK(memory != nullptr, "out of memory: {} bytes", padded);
    std::memset(memory, 0, padded);
    return {memory, std::free, rows, cols, dtype};
  }

  std::unique_ptr<const Linear> pack(const LinearData& data) const override {
    const int in = data.in();
    const int out = data.out();
    std::vector<float> weight(std::size_t(in) * std::size_t(out));
    std::span<float> rest = weight;
    for (const StoredMatrix& part : data.parts) {
      AWD_CHECK(part.cols == in, "{} columns beside {}", part.cols, in);
      const std::size_t count = std::size_t(part.rows) * std::size_t(in);
      read_floats(part.format, part.values, rest.first(count));
      rest = rest.subspan(count);
    }
    cpu::MatmulShape shape{.m = kTypicalRows, .k = in, .n = out, .a_stride = in, .c_stride = out, .in = data.dtype};
    const dnnl::memory::desc any({in, out}, cpu::dnnl_type(data.dtype), dnnl::memory::format_tag::any);
    const dnnl::memory::desc packed = cpu::describe(shape, any).weights_desc();

    auto layer = std::make_unique<cpu::PackedLinear>();
    layer->in = in;
    layer->out = out;
    layer->dtype = data.dtype;
    layer->weight = dnnl::memory(packed, cpu::dnnl_engine());
    layer->bytes = packed.get_size();

    // The checkpoint holds [out, in]: read as [in, out] it is a transposed matrix.
    dnnl::memory stored(cpu::matrix_desc(in, out, DType::kF32, 1, in), cpu::dnnl_engine(), weight.data());
    dnnl::stream stream(cpu::dnnl_engine());
    dnnl::reorder(stored, layer->weight).execute(stream, stored, layer->weight);
    stream.wait();
    if (!data.bias.empty()) {
      layer->bias = dnnl::memory(cpu::matrix_desc(1, out, DType::kF32, out, 1), cpu::dnnl_engine());
      std::copy(data.bias.begin(), data.bias.end(), static_cast<float*>(layer->bias.get_data_handle()));
      layer->bytes += data.bias.size_bytes();
    }
    return layer;
  }

  std::unique_ptr<Ops> make_ops(int threads) const override { return std::make_unique<cpu::CpuOps>(threads); }

 private:
  DType compute_;
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

std::unique_ptr<const Device> make_cpu_device(DType compute) {
  const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
  const bool has_avx512 =
      cpu_has_bf16_units() || isa == dnnl::cpu_isa::avx512_core || isa == dnnl::cpu_isa::avx512_core_vnni;
  if (compute == DType::kBf16 && !has_avx512) {
    throw Error("engine", "option dtype: expected f32 or auto on a machine without AVX-512, got bf16");
  }
  return std::make_unique<CpuDevice>(compute);
}

}  // namespace awd
