// The ways to describe a picture to a DeviceGate.
#include "backend/gate_device.h"

#include <fmt/format.h>

#include <limits>
#include <string>

#include "awd/error.h"

namespace awd {

DevicePicture host_picture(const ImageView& view) {
  return {.data = view.data, .height = view.height, .width = view.width, .row_bytes = std::ptrdiff_t(3) * view.width};
}

DevicePicture device_picture(const std::uint8_t* data, int height, int width) {
  DevicePicture picture = host_picture({data, height, width});
  picture.on_device = true;
  return picture;
}

DevicePicture strided_picture(const void* data, std::span<const std::int64_t> shape,
                              std::span<const std::int64_t> strides, bool on_device) {
  const auto is_side = [](std::int64_t side) { return side > 0 && side <= std::numeric_limits<int>::max(); };
  if (shape.size() != 3 || shape[2] != 3 || !is_side(shape[0]) || !is_side(shape[1])) {
    std::string got;
    for (const std::int64_t side : shape) got += fmt::format(" {}", side);
    throw Error("gate picture", "expected a shape of height, width, 3, got" + got);
  }
  if (!strides.empty() && strides.size() != 3) {
    throw Error("gate picture", fmt::format("expected 3 strides or none, got {}", strides.size()));
  }
  DevicePicture picture = host_picture({static_cast<const std::uint8_t*>(data), int(shape[0]), int(shape[1])});
  picture.on_device = on_device;
  if (!strides.empty()) {
    picture.row_bytes = strides[0];
    picture.col_bytes = strides[1];
    picture.channel_bytes = strides[2];
  }
  return picture;
}

}  // namespace awd
