// What becomes of a block of sums: scaled, biased, activated, added to and rounded to the output, once.
#pragma once

#include "backend/cpu/amx/rows.h"
#include "backend/cpu/amx/weights.h"

namespace awd::cpu::amx {

struct StoreTarget {
  const TileWeights& weights;
  const PackedRows& rows;
  Tensor y;  // f32 or bf16
  Finish finish = Finish::kReplace;
  const float* factors = nullptr;  // [out], optional: what finished values are multiplied by; not with kGelu, kGeglu
};

/// Writes rows first_row .. (16 or 32, as far as they exist) of the channels of `panel`.
void store_block(const StoreTarget& target, int panel, int first_row, const BlockSums& sums);

}  // namespace awd::cpu::amx
