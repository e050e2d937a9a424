// <x, y> / (|x| |y|) of two pictures. Products are added exactly: in 32 bits within a block, in 64 bits over the
// blocks.
#include "gate/cosine.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "gate/pixel_products.h"

namespace awd {
namespace {

template <int kOffset>
PixelProducts products(std::span<const std::uint8_t> x, std::span<const std::uint8_t> y) {
  PixelProducts total;
  for (std::size_t start = 0; start < x.size(); start += kLongestRun) {
    const auto run = int(std::min(x.size() - start, std::size_t(kLongestRun)));
    add_products<kOffset>(x.data() + start, y.data() + start, run, total);
  }
  return total;
}

}  // namespace

double cosine_similarity(std::span<const std::uint8_t> x, std::span<const std::uint8_t> y, PixelRange range) {
  AWD_CHECK(x.size() == y.size(), "{} against {} values", x.size(), y.size());
  const PixelProducts p = range == PixelRange::kModel ? products<255>(x, y) : products<0>(x, y);
  const double norms = std::sqrt(double(p.xx)) * std::sqrt(double(p.yy));
  return norms > 0 ? double(p.xy) / norms : 0.0;
}

}  // namespace awd
