// Bytes without gaps are taken as they lie; other layouts and floats are converted.
#include "picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "awd/error.h"

namespace awd::python {
namespace {

/// Sides of one picture inside an array: where rows, columns and channels are.
struct PictureLayout {
  std::int64_t height, width;
  std::int64_t row_step, col_step, channel_step;  // in elements
  bool is_dense() const { return channel_step == 1 && col_step == 3 && row_step == 3 * width; }
};

constexpr std::string_view kPictureText =
    "a picture of uint8 [height, width, 3] or [3, height, width], or float32 of these shapes in [0, 1]";

PictureLayout picture_layout(const AnyArray& array, std::string_view name) {
  std::size_t first = 0;
  while (array.ndim() - first > 3 && array.shape(first) == 1) ++first;
  const auto side = [&](std::size_t i) { return std::int64_t(array.shape(first + i)); };
  const auto step = [&](std::size_t i) { return std::int64_t(array.stride(first + i)); };
  if (array.ndim() - first == 3 && side(2) == 3) return {side(0), side(1), step(0), step(1), step(2)};
  if (array.ndim() - first == 3 && side(0) == 3) return {side(1), side(2), step(1), step(2), step(0)};
  throw Error(std::string(name), fmt::format("expected {}, got {}", kPictureText, array_text(array)));
}

/// Work of torch that is still to fill a picture on its device; other libraries hand over what is complete.
void wait_for_torch() {
  const nb::dict modules = nb::borrow<nb::dict>(nb::module_::import_("sys").attr("modules"));
  if (modules.contains("torch")) modules["torch"].attr("cuda").attr("current_stream")().attr("synchronize")();
}

std::uint8_t to_byte(std::uint8_t value, std::string_view) { return value; }
template <class T>
std::uint8_t to_byte(T value, std::string_view name) {
  constexpr T kSlack = T(1e-3);  // of resampling
  if (!(value >= -kSlack && value <= 1 + kSlack)) {
    throw Error(std::string(name),
                fmt::format("expected values of a float picture in [0, 1] (not normalised), got {}", value));
  }
  return std::uint8_t(std::clamp(value, T(0), T(1)) * 255 + T(0.5));
}

template <class T>
void copy_picture(const T* data, const PictureLayout& layout, std::string_view name, std::vector<std::uint8_t>& out) {
  out.resize(std::size_t(3 * layout.height * layout.width));
  std::uint8_t* to = out.data();
  for (std::int64_t y = 0; y < layout.height; ++y) {
    for (std::int64_t x = 0; x < layout.width; ++x) {
      const T* pixel = data + y * layout.row_step + x * layout.col_step;
      for (int c = 0; c < 3; ++c) *to++ = to_byte(pixel[c * layout.channel_step], name);
    }
  }
}

}  // namespace

Picture::Picture(nb::handle source, std::string_view name, bool on_device) {
  if (source.is_none()) return;
  array_ = to_array(source, name, kPictureText);
  const PictureLayout layout = picture_layout(array_, name);
  view_ = {nullptr, int(layout.height), int(layout.width)};
  const bool is_bytes = array_.dtype() == nb::dtype<std::uint8_t>();
  const bool is_on_host = on_host(array_);
  if (!is_on_host && !on_device) {
    throw Error(std::string(name), fmt::format("expected a picture in host memory (or gate_device=\"cuda\" in a build "
                                               "with CUDA), got {}",
                                               array_text(array_)));
  }
  if (!is_on_host && (!is_bytes || !layout.is_dense())) {
    throw Error(std::string(name),
                fmt::format("expected uint8 [height, width, 3] without gaps on a device, got {}", array_text(array_)));
  }
  if (!is_on_host) wait_for_torch();
  if (is_bytes && layout.is_dense()) {
    view_.data = static_cast<const std::uint8_t*>(array_.data());
    return;
  }
  if (is_bytes) {
    copy_picture(static_cast<const std::uint8_t*>(array_.data()), layout, name, copy_);
  } else if (array_.dtype() == nb::dtype<float>()) {
    copy_picture(static_cast<const float*>(array_.data()), layout, name, copy_);
  } else if (array_.dtype() == nb::dtype<double>()) {
    copy_picture(static_cast<const double*>(array_.data()), layout, name, copy_);
  } else {
    throw Error(std::string(name), fmt::format("expected {}, got {}", kPictureText, array_text(array_)));
  }
  view_.data = copy_.data();
}

}  // namespace awd::python
