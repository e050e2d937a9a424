// Separable triangle filter, widened by the scale where a picture shrinks. Weights are integers of 22 fractional bits
// and rows are rounded to 8 bits between the passes, which is what makes the result equal to Pillow's.
#include "io/image_resize.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace awd {
namespace {

constexpr int kFractionBits = 22;  // 8 bits of colour and 22 of weight fit 32, with room for their sums

constexpr std::int32_t kHalf = std::int32_t{1} << (kFractionBits - 1);

std::uint8_t to_byte(std::int32_t sum) { return std::uint8_t(std::clamp(sum >> kFractionBits, 0, 255)); }

}  // namespace

SquareFit fit_into_square(int height, int width, int side) {
  // The order of the divisions is openpi's, so that fractions are cut alike.
  const double ratio = std::max(double(width) / side, double(height) / side);
  const int fitted_height = std::max(1, int(height / ratio)), fitted_width = std::max(1, int(width / ratio));
  return {fitted_height, fitted_width, (side - fitted_height) / 2, (side - fitted_width) / 2};
}

SquareResizer::SquareResizer(int side) : side_(side) { AWD_CHECK(side > 0, "{}", side); }

void SquareResizer::plan(Axis& axis, int in, int out) {
  if (axis.in == in && axis.out == out) return;
  axis.in = in;
  axis.out = out;
  const double scale = double(in) / out;  // input pixels per output pixel
  const double reach = std::max(1.0, scale), inverse_reach = 1.0 / reach;
  axis.taps = 2 * int(std::ceil(reach)) + 1;
  axis.first.assign(std::size_t(out), 0);
  axis.count.assign(std::size_t(out), 0);
  axis.weights.assign(std::size_t(out) * std::size_t(axis.taps), 0);
  std::vector<double> weights(std::size_t(axis.taps));
  for (int i = 0; i < out; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(0, int(std::lround(centre - reach)));
    const int count = std::min(in, int(std::lround(centre + reach))) - first;
    double sum = 0;
    for (int k = 0; k < count; ++k) {
      weights[std::size_t(k)] = std::max(0.0, 1.0 - std::abs((first + k - centre + 0.5) * inverse_reach));
      sum += weights[std::size_t(k)];
    }
    std::int32_t* shares = &axis.weights[std::size_t(i) * std::size_t(axis.taps)];
    for (int k = 0; k < count; ++k) {
      shares[k] = std::int32_t(std::lround(weights[std::size_t(k)] / sum * (1 << kFractionBits)));
    }
    axis.first[std::size_t(i)] = first;
    axis.count[std::size_t(i)] = count;
  }
}

void SquareResizer::resize_rows(const ImageView& image) {
  const std::size_t width = std::size_t(x_.out);
  rows_.resize(std::size_t(image.height) * width * 3);
  std::uint8_t* out = rows_.data();
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* row = image.data + std::size_t(y) * std::size_t(image.width) * 3;
    for (std::size_t x = 0; x < width; ++x, out += 3) {
      const std::int32_t* weight = &x_.weights[x * std::size_t(x_.taps)];
      const std::uint8_t* in = row + std::size_t(x_.first[x]) * 3;
      std::int32_t sum[3] = {kHalf, kHalf, kHalf};
      for (int k = 0; k < x_.count[x]; ++k, in += 3) {
        for (int c = 0; c < 3; ++c) sum[c] += weight[k] * in[c];
      }
      for (int c = 0; c < 3; ++c) out[c] = to_byte(sum[c]);
    }
  }
}

void SquareResizer::resize_columns(int top, int left) {
  const std::size_t bytes = std::size_t(x_.out) * 3;
  sums_.resize(bytes);
  for (std::size_t y = 0; y < std::size_t(y_.out); ++y) {
    std::fill(sums_.begin(), sums_.end(), kHalf);
    for (int k = 0; k < y_.count[y]; ++k) {
      const std::int32_t weight = y_.weights[y * std::size_t(y_.taps) + std::size_t(k)];
      const std::uint8_t* in = rows_.data() + std::size_t(y_.first[y] + k) * bytes;
      for (std::size_t i = 0; i < bytes; ++i) sums_[i] += weight * in[i];
    }
    std::uint8_t* out = &result_.pixels[((std::size_t(top) + y) * std::size_t(side_) + std::size_t(left)) * 3];
    std::transform(sums_.begin(), sums_.end(), out, to_byte);
  }
}

ImageView SquareResizer::resize(const ImageView& image) {
  AWD_CHECK(!image.empty() && image.height > 0 && image.width > 0, "{} x {}", image.width, image.height);
  if (image.height == side_ && image.width == side_) return image;
  const SquareFit fit = fit_into_square(image.height, image.width, side_);
  if (x_.in != image.width || y_.in != image.height) {
    plan(x_, image.width, fit.width);
    plan(y_, image.height, fit.height);
    result_ = {side_, side_, std::vector<std::uint8_t>(std::size_t(side_) * std::size_t(side_) * 3, 0)};
  }
  resize_rows(image);
  resize_columns(fit.top, fit.left);
  return result_.view();
}

}  // namespace awd
