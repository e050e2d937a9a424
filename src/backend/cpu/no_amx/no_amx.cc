// Stands in for folder amx on architectures without a tile unit.
#include "backend/cpu/amx/amx.h"

namespace awd::cpu::amx {

bool available() { return false; }

void run_products(Numbers, std::int64_t) { AWD_CHECK(false, "no tile unit"); }

std::unique_ptr<const CpuLinear> pack_linear(const LinearData&, Numbers) {
  AWD_CHECK(false, "no tile unit");
  return nullptr;
}

void attention_inputs(const AttentionInputs&, LinearScratch&) { AWD_CHECK(false, "no tile unit"); }

void add_branch(const Tensor&, const Linear&, const Tensor&, const Tensor&, LinearScratch&) {
  AWD_CHECK(false, "no tile unit");
}

void norm_geglu(const NormGeglu&, LinearScratch&) { AWD_CHECK(false, "no tile unit"); }

std::unique_ptr<CpuHeldKeys> make_held_tiles(int, int, int, int) {
  AWD_CHECK(false, "no tile unit");
  return nullptr;
}

void attend(const AttentionArgs&, LinearScratch&) { AWD_CHECK(false, "no tile unit"); }

}  // namespace awd::cpu::amx
