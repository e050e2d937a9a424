// Attention over parts of the keys becomes attention over all of them.
#include <algorithm>
#include <cmath>

#include "backend/cpu/amx/attention.h"
#include "backend/cpu/vector_math.h"

namespace awd::cpu::amx {

AWD_AMX void merge_parts(std::span<const PartialRow> parts, float scale, Bf16* out, std::span<float> factors) {
  float largest = parts[0].largest();
  for (const PartialRow& part : parts) largest = std::max(largest, part.largest());
  float sum = 0.f;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    factors[i] = std::exp(scale * (parts[i].largest() - largest));
    sum += factors[i] * parts[i].sum();
  }
  for (float& factor : factors) factor /= sum;
  const int dim = parts[0].dim;
  for (int d = 0; d < dim; d += kTileRows) {
    __m512 total = _mm512_setzero_ps();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      total = _mm512_fmadd_ps(_mm512_loadu_ps(parts[i].values + d), _mm512_set1_ps(factors[i]), total);
    }
    const __mmask16 mask = __mmask16((1u << std::min(dim - d, kTileRows)) - 1u);
    _mm256_mask_storeu_epi16(out + d, mask, (__m256i)_mm512_cvtneps_pbh(total));
  }
}

void scale_probabilities(Bf16* probabilities, int count, float factor) {
  for (int i = 0; i < count; ++i) store(probabilities[i], load(probabilities[i]) * factor);
}

}  // namespace awd::cpu::amx
