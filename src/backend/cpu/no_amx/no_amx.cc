// Stands in for folder amx on architectures without a tile unit.
#include "backend/cpu/amx/amx.h"

namespace awd::cpu::amx {

bool available() { return false; }

std::unique_ptr<const CpuLinear> pack_linear(const LinearData&, Numbers) {
  AWD_CHECK(false, "no tile unit");
  return nullptr;
}

void attend(const AttentionArgs&, LinearScratch&) { AWD_CHECK(false, "no tile unit"); }

}  // namespace awd::cpu::amx
