// The tile unit (AMX) of recent Intel server processors, as the rest of the CPU backend sees it: no instruction of it
// is named here, and on other architectures the folder no_amx stands in.
#pragma once

#include <cstdint>
#include <memory>

#include "backend/cpu/cpu_linear.h"
#include "backend/cpu/held_keys.h"

namespace awd::cpu::amx {

/// True where this machine has the tile unit for bf16 and int8 and the system lets this process use it. Asks the system
/// at the first call.
bool available();

enum class Numbers { kBf16, kInt8 };  // int8: A unsigned, B signed, sums s32; bf16: sums f32

/// Multiplies `turns` times four pairs of whole tiles that lie in registers, and nothing else: the unit's own pace.
void run_products(Numbers numbers, std::int64_t turns);
/// Operations of one of these turns; a multiply and an add are two.
constexpr double turn_operations(Numbers numbers) {
  return 4 * 16 * 16 * (numbers == Numbers::kBf16 ? 32 : 64) * 2.0;  // tiles * rows * columns * K * 2
}

/// A layer of bf16 rows, its weights rounded to bf16 or quantised to 8 bits with a scale per output. Packs straight out
/// of the stored matrices, on all cores.
std::unique_ptr<const CpuLinear> pack_linear(const LinearData& data, Numbers numbers);

/// Arguments of Ops::norm_geglu().
struct NormGeglu {
  const Tensor& x;
  const Modulation& norm;
  const Tensor& normed;
  const Linear& layer;
  const Tensor& y;
};

/// The parts of a Gemma layer of Ops, of layers made by pack_linear(). The residual branch needs no scratch of its own.
void attention_inputs(const AttentionInputs& inputs, LinearScratch& scratch);
void add_branch(const Tensor& input, const Linear& layer, const Tensor& gate, const Tensor& x, LinearScratch& scratch);
void norm_geglu(const NormGeglu& inputs, LinearScratch& scratch);

/// See Device::make_held_keys(): bf16, as tiles.
std::unique_ptr<CpuHeldKeys> make_held_tiles(int layers, int capacity, int own, int kv_width);

/// Ops::attention of bf16 tensors, one batch, its key_share zeroed, on the calling thread's OpenMP team. The result
/// does not depend on the number of threads.
void attend(const AttentionArgs& args, LinearScratch& scratch);

}  // namespace awd::cpu::amx
