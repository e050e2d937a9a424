// Pictures that lie on the device already give the vision tower the same patches as host pictures.
#include <gtest/gtest.h>

#include <vector>

#include "backend/cuda/gate/memory.h"
#include "backend/cuda/gate/test_gate.h"
#include "backend/device.h"

namespace awd {
namespace {

TEST(DevicePicture, GivesThePatchesOfTheHostPicture) {
  if (!cuda_available()) GTEST_SKIP() << "no CUDA device";
  const int side = 28, patch = 14, patches = 4, values = 3 * patch * patch;
  std::vector<std::uint8_t> pixels(std::size_t(3) * side * side);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::uint8_t(i * 7 % 256);
  const auto on_device = cuda::make_device_array<std::uint8_t>(pixels.size());
  cuda::upload(pixels, on_device.get());

  const auto device = make_cuda_device({.compute = DType::kF32});
  const auto ops = device->make_ops(1);
  const Buffer out = device->allocate(patches, values, DType::kF32);
  std::vector<float> from_host(std::size_t(patches) * values), from_device(from_host.size());
  ops->patchify({.pixels = pixels.data(), .side = side}, patch, out.tensor());
  ops->download(out.tensor(), from_host);
  ops->patchify({.pixels = on_device.get(), .side = side}, patch, out.tensor());
  ops->download(out.tensor(), from_device);
  EXPECT_EQ(from_device, from_host);
  EXPECT_NE(from_host.front(), from_host.back());
}

}  // namespace
}  // namespace awd
