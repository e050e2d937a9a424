// Equal to torch.nn.functional.interpolate(mode="bilinear", align_corners=False) on levels of 0 .. 1, to float
// rounding.
#include "io/image_sample.h"

#include <algorithm>

#include "base/check.h"

namespace awd {

SquareSampler::SquareSampler(int side) : side_(side) { AWD_CHECK(side > 0, "{}", side); }

void SquareSampler::plan(Axis& axis, int in, int out) {
  axis = {.in = in, .out = out, .first = {}, .second = {}, .share = {}};
  const float scale = float(in) / float(out);  // input pixels per output pixel
  for (int i = 0; i < out; ++i) {
    const float position = std::max(0.f, (float(i) + 0.5f) * scale - 0.5f);
    const int first = std::min(int(position), in - 1);
    axis.first.push_back(first);
    axis.second.push_back(std::min(first + 1, in - 1));
    axis.share.push_back(position - float(first));
  }
}

const float* SquareSampler::sample(const ImageView& image) {
  AWD_CHECK(!image.empty() && image.height > 0 && image.width > 0, "{} x {}", image.width, image.height);
  const SquareFit fit = fit_into_square(image.height, image.width, side_);
  if (x_.in != image.width || y_.in != image.height) {
    plan(x_, image.width, fit.width);
    plan(y_, image.height, fit.height);
    levels_.assign(std::size_t(side_) * std::size_t(side_) * 3, 0.f);
  }
  const std::size_t row_bytes = std::size_t(image.width) * 3;
  for (std::size_t y = 0; y < std::size_t(fit.height); ++y) {
    const std::uint8_t* upper = image.data + std::size_t(y_.first[y]) * row_bytes;
    const std::uint8_t* lower = image.data + std::size_t(y_.second[y]) * row_bytes;
    const float down = y_.share[y];
    float* out = &levels_[((std::size_t(fit.top) + y) * std::size_t(side_) + std::size_t(fit.left)) * 3];
    for (std::size_t x = 0; x < std::size_t(fit.width); ++x) {
      const std::size_t left = std::size_t(x_.first[x]) * 3, right = std::size_t(x_.second[x]) * 3;
      const float across = x_.share[x];
      for (std::size_t c = 0; c < 3; ++c) {
        const float above = (1.f - across) * upper[left + c] + across * upper[right + c];
        const float below = (1.f - across) * lower[left + c] + across * lower[right + c];
        *out++ = ((1.f - down) * above + down * below) / 255.f;
      }
    }
  }
  return levels_.data();
}

}  // namespace awd
