// The step between two times of the flow against sums in double.
#include "backend/cuda/small_flow.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "backend/cuda/handles.h"

namespace awd::cuda {
namespace {

/// f32 numbers on the host and on the device.
class Floats {
 public:
  Floats(int rows, int cols, int stride, float spread, unsigned seed)
      : values(std::size_t(rows) * std::size_t(stride)), cols_(cols), rows_(rows) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0.f, spread);
    for (int r = 0; r < rows; ++r) {
      for (int c = 0; c < cols; ++c) values[std::size_t(r * stride + c)] = normal(engine);  // 0 behind the last column
    }
    void* memory = nullptr;
    AWD_CUDA(cudaMalloc(&memory, values.size() * sizeof(float)));
    device_.reset(static_cast<float*>(memory));
    AWD_CUDA(cudaMemcpy(memory, values.data(), values.size() * sizeof(float), cudaMemcpyHostToDevice));
  }
  Tensor tensor() const { return {device_.get(), rows_, cols_, int(values.size()) / rows_, DType::kF32}; }
  const float* device() const { return device_.get(); }
  double at(int r, int c) const {
    return values[std::size_t(r) * (values.size() / std::size_t(rows_)) + std::size_t(c)];
  }
  void fetch() {
    AWD_CUDA(cudaMemcpy(values.data(), device_.get(), values.size() * sizeof(float), cudaMemcpyDeviceToHost));
  }

  std::vector<float> values;

 private:
  int cols_, rows_;
  std::unique_ptr<float, Release<cudaFree>> device_;
};

void expect_step(int rows, int width, int actions, bool has_shift, bool has_next) {
  SCOPED_TRACE(testing::Message() << rows << " rows, " << width << " wide, " << actions << " actions");
  const int stride = (actions + 7) / 8 * 8;
  Floats x(rows, width, width, 2.f, 1), now(rows, actions, actions, 1.f, 2), velocity(rows, actions, actions, 1.f, 3);
  const Floats scale(1, width, width, 1.f, 4), shift(1, width, width, 1.f, 5), out_bias(1, actions, actions, 1.f, 6),
      in_bias(1, width, width, 1.f, 7), out(actions, width, width, 0.05f, 8), in(width, actions, stride, 0.3f, 9);
  const PlainWeight out_layer{
      .values = out.device(), .bias = out_bias.device(), .in = width, .out = actions, .stride = width};
  const PlainWeight in_layer{
      .values = in.device(), .bias = in_bias.device(), .in = actions, .out = width, .stride = stride};
  const Floats x_before(rows, width, width, 2.f, 1), before(rows, actions, actions, 1.f, 2);
  run_small_flow({.x = x.tensor(),
                  .norm = {scale.tensor(), has_shift ? shift.tensor() : Tensor{}, {}},
                  .out = &out_layer,
                  .velocity = velocity.tensor(),
                  .actions = now.tensor(),
                  .factor = -0.1f,
                  .in = has_next ? &in_layer : nullptr,
                  .tokens = has_next ? x.tensor() : Tensor{}},
                 nullptr);
  x.fetch(), now.fetch(), velocity.fetch();
  for (int r = 0; r < rows; ++r) {
    double squares = 0.;
    for (int i = 0; i < width; ++i) squares += x_before.at(r, i) * x_before.at(r, i);
    const double factor = 1. / std::sqrt(squares / width + 1e-6);
    for (int a = 0; a < actions; ++a) {
      double v = out_bias.at(0, a);
      for (int i = 0; i < width; ++i) {
        v += (x_before.at(r, i) * factor * scale.at(0, i) + (has_shift ? shift.at(0, i) : 0.)) * out.at(a, i);
      }
      EXPECT_NEAR(velocity.at(r, a), v, 1e-4);
      EXPECT_NEAR(now.at(r, a), before.at(r, a) - 0.1 * v, 1e-4);
    }
    for (int i = 0; i < width; ++i) {
      double token = in_bias.at(0, i);
      for (int a = 0; a < actions; ++a) token += now.at(r, a) * in.at(i, a);
      EXPECT_NEAR(x.at(r, i), has_next ? token : x_before.at(r, i), 1e-4);
    }
  }
}

TEST(SmallFlow, MovesActionsAndMakesTheNextRows) {
  int devices = 0, major = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no GPU";
  AWD_CUDA(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0));
  if (!small_flow_fits(64, 7, 10 * major)) GTEST_SKIP() << "no clusters";
  expect_step(1, 64, 7, true, true);
  expect_step(50, 96, 5, false, true);
  expect_step(10, 1024, 32, true, true);
  expect_step(10, 1024, 32, true, false);
}

}  // namespace
}  // namespace awd::cuda
