// The tile unit (AMX) of recent Intel server processors, as the rest of the CPU backend sees it: no instruction of it
// is named here, and on other architectures the folder no_amx stands in.
#pragma once

#include <memory>

#include "backend/cpu/cpu_linear.h"

namespace awd::cpu::amx {

/// True where this machine has the tile unit for bf16 and int8 and the system lets this process use it. Asks the system
/// at the first call.
bool available();

enum class Numbers { kBf16, kInt8 };  // int8: A unsigned, B signed, sums s32; bf16: sums f32

/// A layer of bf16 rows, its weights rounded to bf16 or quantised to 8 bits with a scale per output. Packs straight out
/// of the stored matrices, on all cores.
std::unique_ptr<const CpuLinear> pack_linear(const LinearData& data, Numbers numbers);

/// Ops::attention of bf16 tensors, its key_share zeroed, on the calling thread's OpenMP team. The result does not
/// depend on the number of threads.
void attend(const AttentionArgs& args, LinearScratch& scratch);

}  // namespace awd::cpu::amx
