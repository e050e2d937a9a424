// Ceilings of a device that is only reached through its operations.
#include "backend/ceilings.h"

#include <algorithm>
#include <vector>

#include "backend/device.h"
#include "base/clock.h"
#include "base/half.h"
#include "base/rng.h"

namespace awd {
namespace {

constexpr int kPasses = 5;     // the best one counts
constexpr int kRunsInOne = 8;  // launches that are timed together

/// Seconds of one call in the best pass.
template <class Call>
double best_seconds(Ops& ops, Call&& call) {
  call();
  ops.finish();
  double best = 1e9;
  for (int pass = 0; pass < kPasses; ++pass) {
    const Stopwatch watch;
    for (int run = 0; run < kRunsInOne; ++run) call();
    ops.finish();
    best = std::min(best, watch.ms() * 1e-3 / kRunsInOne);
  }
  return best;
}

/// Random bf16 numbers, of a period that no row shares.
std::vector<std::uint16_t> random_bf16(std::size_t count) {
  constexpr std::size_t kPeriod = 65521;
  Rng rng(1);
  std::vector<std::uint16_t> period(kPeriod), values(count);
  for (auto& bits : period) bits = Bf16(static_cast<float>(rng.normal())).bits;
  for (std::size_t i = 0; i < count; ++i) values[i] = period[i % kPeriod];
  return values;
}

/// `out` x `in` of the numbers `values`, which has at least so many.
LinearData random_layer(const std::vector<std::uint16_t>& values, int out, int in, DType type) {
  return {.parts = {{.values = std::as_bytes(std::span(values)).data(),
                     .format = FloatFormat::kBf16,
                     .rows = out,
                     .cols = in}},
          .bias = {},
          .dtype = type};
}

/// Normal values in all rows of x.
void fill_rows(const Device& device, Ops& ops, const Tensor& x) {
  std::vector<float> row(static_cast<std::size_t>(x.cols));
  Rng rng(2);
  for (float& value : row) value = static_cast<float>(rng.normal());
  const Buffer first = device.allocate(1, x.cols, DType::kF32);
  ops.upload(row, first.tensor());
  ops.copy_rows(first.tensor(), x);
  ops.finish();
}

/// Of a square product of `side` rows and columns.
double product_rate(const Device& device, int side, DType type) {
  const std::vector<std::uint16_t> weights = random_bf16(std::size_t(side) * std::size_t(side));
  const auto layer = device.pack(random_layer(weights, side, side, type));
  const auto ops = device.make_ops(1);
  const Ops::Scope scope(*ops);
  const Buffer x = device.allocate(side, side, type), y = device.allocate(side, side, type);
  fill_rows(device, *ops, x.tensor());
  const double seconds = best_seconds(*ops, [&] { ops->linear(x.tensor(), *layer, y.tensor(), Write::kReplace); });
  return 2e-9 * double(side) * double(side) * double(side) / seconds;
}

/// Of the products of a gated MLP, which are what fp8 covers.
double mlp_rate(const Device& device) {
  constexpr int kRows = 8192, kWidth = 4096, kMlp = 16384;
  const std::vector<std::uint16_t> weights = random_bf16(std::size_t{2} * kMlp * kWidth);
  LinearData gate_up = random_layer(weights, 2 * kMlp, kWidth, DType::kBf16);
  gate_up.is_gated = true;
  LinearData down = random_layer(weights, kWidth, kMlp, DType::kBf16);
  gate_up.is_mlp = down.is_mlp = true;
  const auto first = device.pack(gate_up), second = device.pack(down);
  const auto ops = device.make_ops(1);
  const Ops::Scope scope(*ops);
  const Buffer x = device.allocate(kRows, kWidth, DType::kF32), scale = device.allocate(1, kWidth, DType::kF32),
               normed = device.allocate(kRows, kWidth, DType::kBf16),
               hidden = device.allocate(kRows, kMlp, DType::kBf16),
               branch = device.allocate(kRows, kWidth, DType::kF32);
  fill_rows(device, *ops, x.tensor());
  fill_rows(device, *ops, scale.tensor());
  const double seconds = best_seconds(*ops, [&] {
    ops->add_mlp({.x = x.tensor(),
                  .norm = {.scale = scale.tensor(), .shift = {}, .gate = {}},
                  .normed = normed.tensor(),
                  .gate_up = first.get(),
                  .hidden = hidden.tensor(),
                  .down = second.get(),
                  .branch = branch.tensor()});
  });
  return 2e-9 * kRows * 3. * kWidth * kMlp / seconds;
}

}  // namespace

Ceilings measure_cuda_ceilings() {
  constexpr int kSide = 8192, kSideF32 = 2048;
  constexpr int kCopyRows = 1 << 15, kCopyCols = 1 << 14;  // 2 GB of f32
  Ceilings ceilings;
  const auto device = make_cuda_device();
  ceilings.bf16 = {product_rate(*device, kSide, DType::kBf16), "tensor cores"};
  ceilings.int8 = ceilings.bf16;
  ceilings.fp8 = {mlp_rate(*make_cuda_device({.fp8_weights = true})), "tensor cores"};
  if (ceilings.fp8.giga_ops_per_s < ceilings.bf16.giga_ops_per_s) ceilings.fp8 = ceilings.bf16;
  ceilings.f32 = {product_rate(*device, kSideF32, DType::kF32), "plain"};
  const auto ops = device->make_ops(1);
  const Ops::Scope scope(*ops);
  const Buffer from = device->allocate(kCopyRows, kCopyCols, DType::kF32);
  const Buffer to = device->allocate(kCopyRows, kCopyCols, DType::kF32);
  const double seconds = best_seconds(*ops, [&] { ops->copy_rows(from.tensor(), to.tensor()); });
  ceilings.read_bytes = std::size_t(kCopyRows) * kCopyCols * sizeof(float);
  ceilings.read_gb_per_s = 2e-9 * double(ceilings.read_bytes) / seconds;
  return ceilings;
}

}  // namespace awd
