// <x, y> / (|x| |y|) of two pictures. It does not change with a common factor, so pixels stay integers: 2 p - 255
// stands for [-1, 1], 2 p for [0, 1]. Products are added exactly: in 32 bits within a block, in 64 bits over the
// blocks.
#include "gate/cosine.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/check.h"

namespace awd {
namespace {

/// Largest block whose sum of products, each at most 510^2, fits 31 bits.
constexpr std::size_t kBlock = 4096;

struct Products {
  std::int64_t xy = 0, xx = 0, yy = 0;
};

template <int kOffset>
Products products(const std::uint8_t* x, const std::uint8_t* y, std::size_t n) {
  Products total;
  for (std::size_t start = 0; start < n; start += kBlock) {
    const std::size_t end = std::min(start + kBlock, n);
    std::int32_t xy = 0, xx = 0, yy = 0;
    for (std::size_t i = start; i < end; ++i) {
      const auto a = std::int16_t(2 * x[i] - kOffset);
      const auto b = std::int16_t(2 * y[i] - kOffset);
      xy += a * b;
      xx += a * a;
      yy += b * b;
    }
    total.xy += xy;
    total.xx += xx;
    total.yy += yy;
  }
  return total;
}

}  // namespace

double cosine_similarity(std::span<const std::uint8_t> x, std::span<const std::uint8_t> y, PixelRange range) {
  AWD_CHECK(x.size() == y.size(), "{} against {} values", x.size(), y.size());
  const Products p = range == PixelRange::kModel ? products<255>(x.data(), y.data(), x.size())
                                                 : products<0>(x.data(), y.data(), x.size());
  const double norms = std::sqrt(double(p.xx)) * std::sqrt(double(p.yy));
  return norms > 0 ? double(p.xy) / norms : 0.0;
}

}  // namespace awd
