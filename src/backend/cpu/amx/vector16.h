// Functions of 16 numbers at once, as in vector_math.h but with the units that come with the tile unit.
#pragma once

#include "backend/cpu/amx/tiles.h"

namespace awd::cpu::amx {

/// e^x within 3e-7 relative for x in [-87, 87]; 0 below, e^87 above.
AWD_AMX inline __m512 exp16(__m512 x) {
  const __m512 clamped = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-87.f)), _mm512_set1_ps(87.f));
  const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(clamped, _mm512_set1_ps(1.44269504f)), 0);  // to nearest
  // r = x - n ln 2 with ln 2 in two parts, so that n * high is exact; |r| <= ln(2) / 2.
  __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693145752f), clamped);
  r = _mm512_fnmadd_ps(n, _mm512_set1_ps(1.42860677e-6f), r);
  __m512 p = _mm512_set1_ps(1.f / 720.f);  // Taylor polynomial of degree 6
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.f / 120.f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.f / 24.f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.f / 6.f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.5f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.f));
  const __mmask16 is_normal = _mm512_cmp_ps_mask(x, _mm512_set1_ps(-87.f), _CMP_GE_OQ);
  return _mm512_maskz_scalef_ps(is_normal, p, n);
}

/// x / (1 + e^(-2u)), u = sqrt(2 / pi) (x + 0.044715 x^3): the tanh approximation of GELU.
AWD_AMX inline __m512 gelu16(__m512 x) {
  const __m512 square = _mm512_mul_ps(x, x);
  const __m512 u = _mm512_mul_ps(x, _mm512_fmadd_ps(square, _mm512_set1_ps(0.044715f), _mm512_set1_ps(1.f)));
  const __m512 e = exp16(_mm512_mul_ps(u, _mm512_set1_ps(-1.5957691216f)));
  const __m512 divisor = _mm512_add_ps(e, _mm512_set1_ps(1.f));
  // A reciprocal of 14 bits and one step of Newton: a division would take four times as long.
  const __m512 guess = _mm512_rcp14_ps(divisor);
  const __m512 inverse = _mm512_mul_ps(guess, _mm512_fnmadd_ps(divisor, guess, _mm512_set1_ps(2.f)));
  return _mm512_mul_ps(x, inverse);
}

}  // namespace awd::cpu::amx
