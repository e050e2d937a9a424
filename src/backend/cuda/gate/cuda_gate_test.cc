// The gate on the device against plain loops: sizes, strides, missing cameras, maps from attention.
#include "backend/cuda/gate/cuda_gate.h"

#include <gtest/gtest.h>

#include <limits>

#include "awd/error.h"
#include "backend/cuda/gate/test_gate.h"

namespace awd::cuda {
namespace {

class CudaGateTest : public testing::Test {
 protected:
  void SetUp() override {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no CUDA device";
  }
};

/// Device copy of a picture.
struct Uploaded {
  explicit Uploaded(const TestPicture& picture) : memory(make_device_array<std::uint8_t>(picture.bytes.size())) {
    upload(picture.bytes, memory.get());
  }
  DeviceArray<std::uint8_t> memory;
};

void expect_near(double got, double expected, const char* what) {
  EXPECT_NEAR(got, expected, 1e-6 * std::abs(expected)) << what;
}

void expect_signals(const PictureSignals& got, const PictureSignals& expected) {
  expect_near(got.raw_drift, expected.raw_drift, "raw");
  expect_near(got.weighted_drift, expected.weighted_drift, "weighted");
  expect_near(got.local_outlier, expected.local_outlier, "outlier");
}

void expect_patches(const PictureSignals& got, const TestPicture& picture) {
  ASSERT_TRUE(got.has_patches);
  const int rows = picture.height / kPatchGrid, cols = picture.width / kPatchGrid;
  for (int i = 0; i < 3 * kPatchCells; ++i) {
    const int cell = i % kPatchCells, row = cell / kPatchGrid, col = cell % kPatchGrid;
    ASSERT_EQ(got.patches[i], picture.mean(row * rows, rows, col * cols, cols, i / kPatchCells)) << i;
  }
}

ImportanceMaps random_maps(int cameras) {
  ImportanceMaps maps;
  maps.n_cameras = cameras;
  for (int c = 0; c < cameras; ++c) maps.map[c] = random_map(unsigned(c) + 7);
  return maps;
}

struct Case {
  int cameras, height, width, pool, dilation;
  bool on_device;
};

class CudaGateCases : public CudaGateTest, public testing::WithParamInterface<Case> {};
INSTANTIATE_TEST_SUITE_P(All, CudaGateCases,
                         testing::Values(Case{2, 224, 224, 8, 5, true}, Case{2, 224, 224, 8, 5, false},
                                         Case{3, 224, 224, 14, 1, true}, Case{1, 480, 640, 16, 3, false},
                                         Case{1, 21, 35, 7, 3, true}, Case{1, 9, 5, 1, 7, true},
                                         Case{4, 256, 1024, 1, 3, true}, Case{1, 448, 224, 224, 1, false},
                                         Case{1, 1040, 16, 4, 27, true}, Case{2, 99, 33, 11, 5, false}));

// Several steps in a row, with a new anchor in between: nothing of an earlier step may be left in the answer.
TEST_P(CudaGateCases, AgreesWithPlainLoops) {
  const Case& test = GetParam();
  CudaGate gate({.cameras = test.cameras,
                 .height = test.height,
                 .width = test.width,
                 .pool = test.pool,
                 .dilation = test.dilation,
                 .pixel_range = PixelRange::kModel,
                 .patch_cameras = kAllCameras});
  const ImportanceMaps maps = random_maps(test.cameras);
  std::vector<TestPicture> anchor;
  for (unsigned step = 0; step < 5; ++step) {
    std::vector<TestPicture> now;
    std::vector<Uploaded> uploaded;
    std::vector<DevicePicture> pictures;
    for (int c = 0; c < test.cameras; ++c) {
      now.emplace_back(test.height, test.width, unsigned(c) + 1);
      now.back() = now.back().changed(int(step * step), step);
      uploaded.emplace_back(now.back());
      pictures.push_back(test.on_device ? device_picture(uploaded.back().memory.get(), test.height, test.width)
                                        : host_picture(now.back().view()));
    }
    gate.look(pictures);
    const auto signals = gate.signals();
    ASSERT_EQ(int(signals.size()), test.cameras);
    for (int c = 0; c < test.cameras; ++c) {
      EXPECT_EQ(std::isnan(signals[c].raw_drift), anchor.empty());
      if (test.height % kPatchGrid == 0 && test.width % kPatchGrid == 0) expect_patches(signals[c], now[c]);
      if (anchor.empty()) continue;
      expect_signals(signals[c], plain_signals(anchor[c], now[c], maps.map[c], test.pool, test.dilation, 2));
    }
    if (step % 2 != 0) continue;
    gate.hold(maps);
    anchor = now;
  }
}

// A picture inside a larger one, channels reversed and apart, upside down: what strides can say.
TEST_F(CudaGateTest, ReadsThroughStrides) {
  const int size = 32;
  const TestPicture picture(size, size, 3);
  TestPicture planes(3 * size, size, 0);  // [row, channel BGR, col], in single bytes: a third of its memory
  for (int row = 0; row < size; ++row) {
    for (int col = 0; col < size; ++col) {
      for (int k = 0; k < 3; ++k) {
        planes.bytes[std::size_t(((size - 1 - row) * 3 + 2 - k) * size + col)] =
            picture.bytes[std::size_t((row * size + col) * 3 + k)];
      }
    }
  }
  const Uploaded uploaded(planes);
  const std::int64_t shape[] = {size, size, 3}, strides[] = {-3 * size, 1, -size};
  CudaGate gate({.cameras = 1, .height = size, .width = size, .patch_cameras = kAllCameras});
  const DevicePicture view =
      strided_picture(uploaded.memory.get() + (size - 1) * 3 * size + 2 * size, shape, strides, true);
  gate.look(std::span(&view, 1));
  expect_patches(gate.signals()[0], picture);
}

TEST_F(CudaGateTest, AMissingCameraHasNoDrift) {
  const TestPicture a(224, 224, 1), b = a.changed(9, 2);
  CudaGate gate({.cameras = 3});
  const DevicePicture first[] = {host_picture(a.view()), {}, host_picture(b.view())};
  gate.look(first);
  const ImportanceMaps maps = random_maps(3);
  gate.hold(maps);
  const DevicePicture second[] = {host_picture(b.view()), host_picture(a.view()), {}};
  gate.look(second);
  const auto signals = gate.signals();
  expect_signals(signals[0], plain_signals(a, b, maps.map[0], 8, 5, 1));
  EXPECT_TRUE(std::isnan(signals[1].raw_drift));
  EXPECT_TRUE(std::isnan(signals[2].weighted_drift));
}

TEST_F(CudaGateTest, ReadsPinnedMemoryInPlace) {
  const TestPicture a(224, 224, 1), b = a.changed(9, 2);
  const MappedArray<std::uint8_t> pinned = make_mapped_array<std::uint8_t>(a.bytes.size());
  CudaGate gate({.cameras = 1});
  const ImportanceMaps maps = random_maps(1);
  const DevicePicture view = host_picture({pinned.get(), 224, 224});
  std::ranges::copy(a.bytes, pinned.get());
  gate.look(std::span(&view, 1));
  gate.hold(maps);
  std::ranges::copy(b.bytes, pinned.get());
  gate.look(std::span(&view, 1));
  expect_signals(gate.signals()[0], plain_signals(a, b, maps.map[0], 8, 5, 1));
}

TEST_F(CudaGateTest, SamePictureHasNoDriftAtAll) {
  const TestPicture a(224, 224, 1);
  CudaGate gate({.cameras = 1});
  const DevicePicture view = host_picture(a.view());
  gate.look(std::span(&view, 1));
  gate.hold(random_maps(1));
  gate.look(std::span(&view, 1));
  EXPECT_EQ(gate.signals()[0].raw_drift, 0);
  EXPECT_EQ(gate.signals()[0].weighted_drift, 0);
}

/// Attention rows in device memory: [rows, cols], not negative.
struct Attention {
  Attention(int rows, int cols) : values(std::size_t(rows) * cols) {
    std::mt19937 random(5);
    for (float& value : values) value = float(random() % 1000) / 1e6f;
    memory = make_device_array<float>(values.size());
    tensor = {memory.get(), rows, cols, cols, DType::kF32};
    upload();
  }
  void upload() { cuda::upload(values, memory.get()); }
  std::vector<float> values;
  DeviceArray<float> memory;
  Tensor tensor;
};

TEST_F(CudaGateTest, MapsComeFromTheAttentionRows) {
  const int layers = 4, keys = 533;
  Attention attention(layers, keys);
  const TestPicture a(224, 224, 1), b = a.changed(9, 2);
  CudaGate gate({.cameras = 3});
  const DevicePicture first[] = {host_picture(a.view()), {}, host_picture(a.view())};
  const DevicePicture second[] = {host_picture(b.view()), {}, host_picture(b.view())};
  gate.look(first);
  gate.hold_attention(attention.tensor);
  const ImportanceMaps maps = gate.importance();
  for (int present = 0; present < 2; ++present) {
    std::vector<double> relevance(kPatchCells);
    double total = 0;
    for (int i = 0; i < kPatchCells; ++i) {
      for (int layer = 0; layer < layers; ++layer) relevance[i] += attention.values[layer * keys + present * 256 + i];
      total += relevance[i];
    }
    for (int i = 0; i < kPatchCells; ++i) expect_near(maps.map[2 * present][i], relevance[i] / total, "map");
  }
  EXPECT_EQ(maps.map[1], TestMap{});
  gate.look(second);
  const auto signals = gate.signals();
  expect_signals(signals[0], plain_signals(a, b, maps.map[0], 8, 5, 1));
  expect_signals(signals[2], plain_signals(a, b, maps.map[2], 8, 5, 1));
}

TEST_F(CudaGateTest, AttentionOfZeroCountsEvenlyAndNanIsRefused) {
  Attention attention(2, 256);
  std::ranges::fill(attention.values, 0.f);
  attention.upload();
  const TestPicture a(224, 224, 1);
  CudaGate gate({.cameras = 1});
  const DevicePicture view = host_picture(a.view());
  gate.look(std::span(&view, 1));
  gate.hold_attention(attention.tensor);
  for (const float value : gate.importance().map[0]) EXPECT_EQ(value, 1.0f / kPatchCells);

  attention.values[300] = std::numeric_limits<float>::quiet_NaN();
  attention.upload();
  gate.look(std::span(&view, 1));
  gate.hold_attention(attention.tensor);
  gate.look(std::span(&view, 1));
  EXPECT_THROW(gate.signals(), Error);
  EXPECT_THROW(gate.signals(), Error);
  gate.hold(random_maps(1));
  gate.look(std::span(&view, 1));
  EXPECT_EQ(gate.signals()[0].weighted_drift, 0);
}

TEST_F(CudaGateTest, RefusesPicturesAndOptionsThatDoNotFit) {
  CudaGate gate({.cameras = 1, .height = 224, .width = 224});
  const TestPicture large(232, 224, 1), odd(220, 224, 1);
  for (const TestPicture* picture : {&large, &odd}) {
    const DevicePicture view = host_picture(picture->view());
    EXPECT_THROW(gate.look(std::span(&view, 1)), Error);
  }
  EXPECT_THROW(gate.look({}), Error);
  EXPECT_THROW(CudaGate({.cameras = 5}), Error);
  EXPECT_THROW(CudaGate({.width = 2048}), Error);
  EXPECT_THROW(CudaGate({.pool = 0}), Error);
  EXPECT_THROW(CudaGate({.dilation = 4}), Error);
}

// The pictures are still being written when look() is called: it has to wait for the stream that writes them.
TEST_F(CudaGateTest, WaitsForTheStreamThatMakesThePictures) {
  const TestPicture a(224, 224, 1), b(224, 224, 2);
  const Uploaded uploaded(a);
  CudaGate gate({.cameras = 1, .patch_cameras = kAllCameras});
  const Stream producer = make_urgent_stream();
  const MappedArray<std::uint8_t> pinned = make_mapped_array<std::uint8_t>(b.bytes.size());
  std::ranges::copy(b.bytes, pinned.get());
  for (int i = 0; i < 50; ++i) {  // keeps the producer busy for a while
    AWD_CUDA(cudaMemsetAsync(uploaded.memory.get(), i, b.bytes.size(), producer.get()));
  }
  AWD_CUDA(
      cudaMemcpyAsync(uploaded.memory.get(), pinned.get(), b.bytes.size(), cudaMemcpyHostToDevice, producer.get()));
  const DevicePicture view = device_picture(uploaded.memory.get(), 224, 224);
  gate.look(std::span(&view, 1), reinterpret_cast<std::uintptr_t>(producer.get()));
  expect_patches(gate.signals()[0], b);
}

}  // namespace
}  // namespace awd::cuda
