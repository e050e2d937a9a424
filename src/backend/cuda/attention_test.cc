// Every attention kernel against plain loops in double precision, with NaNs in the rows that do not count.
#include "backend/cuda/attention.h"

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "backend/cuda/check.h"
#include "backend/cuda/held_keys.h"

namespace awd::cuda {
namespace {

struct Case {
  const char* name;
  DType dtype = DType::kBf16;
  int heads = 8;
  int kv_heads = 1;
  int head_dim = 256;
  int batches = 1;
  int queries = 0;  // of a batch, those that count
  int own = 0;      // keys of a batch, likewise
  int held = 0;
  int spare_queries = 0;  // rows behind those that count: with any, they are counted on the device
  int spare_own = 0;
  int spare_held = 0;
  int gap = 0;  // columns between the rows of q, k, v and out
  int share_rows = 0;

  bool holds() const { return held + spare_held > 0; }
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

float rounded(float x, DType dtype) {
  if (dtype == DType::kF32) return x;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<float>((bits + 0x7fffu + (bits >> 16 & 1u)) & 0xffff0000u);
}

/// A matrix on the host whose last rows may be NaN, and the same on the device.
class Matrix {
 public:
  Matrix(int rows, int cols, int gap, DType dtype, int real_rows, unsigned seed)
      : values_(std::size_t(rows) * std::size_t(cols + gap), std::numeric_limits<float>::quiet_NaN()),
        stride_(cols + gap) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (int r = 0; r < real_rows; ++r) {
      for (int c = 0; c < cols; ++c) at(r, c) = rounded(normal(random), dtype);
    }
    const std::size_t bytes = values_.size() * bytes_of(dtype);
    void* memory = nullptr;
    AWD_CUDA(cudaMalloc(&memory, std::max<std::size_t>(bytes, 16)));
    buffer_ = Buffer(
        memory, [](void* p) { cudaFree(p); }, rows, cols + gap, dtype);
    copy_to_device(dtype);
  }

  float& at(int row, int col) { return values_[std::size_t(row) * std::size_t(stride_) + std::size_t(col)]; }
  Tensor tensor(int cols, const int* live = nullptr) const {
    Tensor view = buffer_.tensor();
    view.cols = cols;
    view.live_rows = live;
    return view;
  }
  Buffer take_buffer() { return std::move(buffer_); }

  /// Overwrites the host's values with the device's.
  void fetch() {
    const Tensor& t = buffer_.tensor();
    if (t.dtype == DType::kF32) {
      AWD_CUDA(cudaMemcpy(values_.data(), t.data, values_.size() * 4, cudaMemcpyDeviceToHost));
      return;
    }
    std::vector<std::uint16_t> bits(values_.size());
    AWD_CUDA(cudaMemcpy(bits.data(), t.data, bits.size() * 2, cudaMemcpyDeviceToHost));
    std::transform(bits.begin(), bits.end(), values_.begin(),
                   [](std::uint16_t b) { return std::bit_cast<float>(std::uint32_t(b) << 16); });
  }

 private:
  void copy_to_device(DType dtype) {
    void* to = buffer_.tensor().data;
    if (dtype == DType::kF32) {
      AWD_CUDA(cudaMemcpy(to, values_.data(), values_.size() * 4, cudaMemcpyHostToDevice));
      return;
    }
    std::vector<std::uint16_t> bits(values_.size());
    std::transform(values_.begin(), values_.end(), bits.begin(),
                   [](float x) { return std::uint16_t(std::bit_cast<std::uint32_t>(x) >> 16); });
    AWD_CUDA(cudaMemcpy(to, bits.data(), bits.size() * 2, cudaMemcpyHostToDevice));
  }

  std::vector<float> values_;
  int stride_;
  Buffer buffer_;
};

Buffer zeroed_words(int count) {
  void* memory = nullptr;
  AWD_CUDA(cudaMalloc(&memory, std::size_t(count) * 4));
  AWD_CUDA(cudaMemset(memory, 0, std::size_t(count) * 4));
  return Buffer(
      memory, [](void* p) { cudaFree(p); }, 1, count, DType::kF32);
}

int capability() {
  int major = 0;
  int minor = 0;
  AWD_CUDA(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0));
  AWD_CUDA(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, 0));
  return 10 * major + minor;
}

constexpr int kLayers = 3;
constexpr int kLayer = 1;  // the one attended to

/// All tensors of one case. Held keys go through hold(), out of a cache with more room than they need.
struct Scene {
  explicit Scene(const Case& c)
      : width(c.heads * c.head_dim),
        kv_width(c.kv_heads * c.head_dim),
        queries((c.queries + c.spare_queries) * c.batches),
        keys((c.own + c.spare_own) * c.batches),
        q(queries, width, c.gap, c.dtype, c.queries * c.batches, 1),
        k(keys, kv_width, c.gap, c.dtype, c.own * c.batches, 2),
        v(keys, kv_width, c.gap, c.dtype, c.own * c.batches, 3),
        out(queries, width, c.gap, c.dtype, 0, 4),
        cache_k(kLayers * (c.held + c.spare_held), kv_width, 0, c.dtype, kLayers * (c.held + c.spare_held), 5),
        cache_v(kLayers * (c.held + c.spare_held), kv_width, 0, c.dtype, kLayers * (c.held + c.spare_held), 6),
        scores(1, c.heads * queries * (keys + c.held + c.spare_held), 0, DType::kF32, 0, 7),
        share(std::max(c.share_rows, 1), (c.holds() ? c.held + c.spare_held : keys), 3, DType::kF32, 0, 8),
        live(zeroed_words(3)) {
    const int counts[] = {c.queries, c.own, c.held};
    AWD_CUDA(cudaMemcpy(live.tensor().data, counts, sizeof counts, cudaMemcpyHostToDevice));
    if (c.holds()) fill_held(c);
  }

  void fill_held(const Case& c) {
    const int capacity = c.held + c.spare_held;
    held.layers = kLayers;
    held.capacity = capacity;
    held.k = Matrix(kLayers * capacity, kv_width, 0, c.dtype, 0, 0).take_buffer();
    held.v = Matrix(kLayers * capacity, kv_width, 0, c.dtype, 0, 0).take_buffer();
    held.filled_word = zeroed_words(1);
    held.tickets = zeroed_words(CudaHeldKeys::kTickets);
    hold(cache_k.tensor(kv_width), cache_v.tensor(kv_width), 0, live_count(2), held, cudaStreamPerThread);
  }

  const int* live_count(int which) const { return static_cast<const int*>(live.tensor().data) + which; }

  AttentionArgs args(const Case& c) {
    return {.q = q.tensor(width, c.spare_queries > 0 ? live_count(0) : nullptr),
            .k = k.tensor(kv_width, c.spare_own > 0 ? live_count(1) : nullptr),
            .v = v.tensor(kv_width, c.spare_own > 0 ? live_count(1) : nullptr),
            .out = out.tensor(width),
            .scores = scores.tensor(scores.tensor(0).stride),
            .probabilities = {},
            .key_share = c.share_rows > 0 ? share.tensor(share.tensor(0).stride - 3) : Tensor{},
            .heads = c.heads,
            .kv_heads = c.kv_heads,
            .scale = 1.5f / std::sqrt(float(c.head_dim)),
            .held = c.holds() ? &held : nullptr,
            .held_layer = kLayer,
            .batches = c.batches};
  }

  int width, kv_width;
  int queries, keys;  // all rows
  Matrix q, k, v, out, cache_k, cache_v, scores, share;
  Buffer live;
  CudaHeldKeys held;
};

/// What the attention of one query row and head must give.
struct Expected {
  std::vector<double> out;
  std::vector<double> probabilities;  // held keys, then own
};

Expected expected(const Case& c, Scene& s, int batch, int query, int head) {
  const int column = head / (c.heads / c.kv_heads) * c.head_dim;
  const int row = batch * c.queries + query;
  const int first_held = kLayer * (c.held + c.spare_held);
  const auto cell = [&](Matrix& held, Matrix& own, int key, int d) {
    return double(key < c.held ? held.at(first_held + key, column + d)
                               : own.at(batch * c.own + key - c.held, column + d));
  };
  const double scale = double(s.args(c).scale);
  Expected e{std::vector<double>(std::size_t(c.head_dim)), std::vector<double>(std::size_t(c.held + c.own))};
  double largest = -1e30;
  for (int key = 0; key < c.held + c.own; ++key) {
    double dot = 0;
    for (int d = 0; d < c.head_dim; ++d) {
      dot += double(s.q.at(row, head * c.head_dim + d)) * cell(s.cache_k, s.k, key, d);
    }
    e.probabilities[std::size_t(key)] = dot * scale;
    largest = std::max(largest, e.probabilities[std::size_t(key)]);
  }
  double sum = 0;
  for (double& p : e.probabilities) sum += p = std::exp(p - largest);
  for (int key = 0; key < c.held + c.own; ++key) {
    double& p = e.probabilities[std::size_t(key)];
    p /= sum;
    for (int d = 0; d < c.head_dim; ++d) e.out[std::size_t(d)] += p * cell(s.cache_v, s.v, key, d);
  }
  return e;
}

class CudaAttentionTest : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no CUDA device";
  }
};

void expect_close(const std::vector<double>& got, const std::vector<double>& want, double tolerance, const char* what) {
  double largest = 0;
  double worst = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    largest = std::max(largest, std::abs(want[i]));
    worst = std::isfinite(got[i]) ? std::max(worst, std::abs(got[i] - want[i])) : INFINITY;
    if (worst == INFINITY) break;
  }
  EXPECT_LE(worst, tolerance * largest) << what << ", largest " << largest;
}

TEST_P(CudaAttentionTest, MatchesPlainLoops) {
  const Case& c = GetParam();
  const double tolerance = c.dtype == DType::kF32 ? 1e-5 : 1e-2;
  Scene s(c);
  run_attention(s.args(c), capability(), cudaStreamPerThread);
  AWD_CUDA(cudaDeviceSynchronize());
  s.out.fetch();
  s.share.fetch();

  // A row in 7 of the larger cases: the loops are slow.
  const int step = c.queries > 64 ? 7 : 1;
  const int shared_keys = c.holds() ? c.held : c.own;
  std::vector<double> got, want, share(std::size_t(std::max(c.share_rows, 1) * std::max(shared_keys, 1)));
  for (int batch = 0; batch < c.batches; ++batch) {
    for (int query = 0; query < c.queries; query += step) {
      for (int head = 0; head < c.heads; ++head) {
        const Expected e = expected(c, s, batch, query, head);
        for (int d = 0; d < c.head_dim; ++d) {
          got.push_back(double(s.out.at(batch * c.queries + query, head * c.head_dim + d)));
          want.push_back(e.out[std::size_t(d)]);
        }
        for (int key = 0; key < shared_keys; ++key) {
          const int row = c.share_rows > 1 ? head : 0;
          share[std::size_t(row * shared_keys + key)] +=
              e.probabilities[std::size_t(key)] / double(c.queries * c.heads / std::max(c.share_rows, 1));
        }
      }
    }
  }
  expect_close(got, want, tolerance, "out");

  if (c.share_rows == 0) return;
  std::vector<double> got_share;
  for (int row = 0; row < c.share_rows; ++row) {
    for (int key = 0; key < shared_keys; ++key) got_share.push_back(double(s.share.at(row, key)));
    const int columns = s.args(c).key_share.cols;
    for (int key = shared_keys; key < columns; ++key) EXPECT_EQ(s.share.at(row, key), 0.f) << "behind the last key";
  }
  expect_close(got_share, share, tolerance, "key_share");
}

TEST_P(CudaAttentionTest, GivesTheSameBitsEveryTime) {
  const Case& c = GetParam();
  Scene s(c);
  std::vector<std::vector<float>> runs;
  for (int run = 0; run < 3; ++run) {
    run_attention(s.args(c), capability(), cudaStreamPerThread);
    AWD_CUDA(cudaDeviceSynchronize());
    s.out.fetch();
    s.share.fetch();
    std::vector<float> values;
    for (int row = 0; row < c.queries * c.batches; ++row) {
      for (int column = 0; column < s.width; ++column) values.push_back(s.out.at(row, column));
    }
    for (int row = 0; row < c.share_rows; ++row) {
      for (int key = 0; key < s.args(c).key_share.cols; ++key) values.push_back(s.share.at(row, key));
    }
    runs.push_back(values);
  }
  EXPECT_EQ(runs[1], runs[0]);
  EXPECT_EQ(runs[2], runs[0]);
}

const Case kCases[] = {
    // One warp per row and head.
    {.name = "PlainF32", .dtype = DType::kF32, .heads = 4, .kv_heads = 2, .head_dim = 16, .queries = 5, .own = 7},
    {.name = "PlainF32Batches",
     .dtype = DType::kF32,
     .heads = 2,
     .kv_heads = 2,
     .head_dim = 8,
     .batches = 3,
     .queries = 4,
     .own = 4,
     .gap = 8},
    {.name = "PlainF32Held",
     .dtype = DType::kF32,
     .heads = 4,
     .head_dim = 24,
     .queries = 3,
     .own = 3,
     .held = 9,
     .spare_held = 4,
     .share_rows = 1},
    {.name = "PlainF32ShareOfOwn",
     .dtype = DType::kF32,
     .heads = 4,
     .head_dim = 24,
     .queries = 3,
     .own = 5,
     .spare_own = 2,
     .share_rows = 4},
    {.name = "PlainBf16Held",
     .heads = 4,
     .kv_heads = 2,
     .head_dim = 40,
     .queries = 3,
     .own = 3,
     .held = 9,
     .spare_held = 4,
     .share_rows = 4},
    {.name = "PlainF32Live",
     .dtype = DType::kF32,
     .heads = 2,
     .head_dim = 256,
     .queries = 9,
     .own = 17,
     .spare_queries = 3,
     .spare_own = 3},
    // Tiles: the vision tower.
    {.name = "VisionTwoCameras",
     .heads = 16,
     .kv_heads = 16,
     .head_dim = 72,
     .batches = 2,
     .queries = 256,
     .own = 256,
     .gap = 2304},
    {.name = "VisionOddRows", .heads = 2, .kv_heads = 2, .head_dim = 72, .batches = 3, .queries = 37, .own = 37},
    {.name = "VisionOddKeys", .heads = 2, .kv_heads = 2, .head_dim = 72, .batches = 2, .queries = 130, .own = 203},
    {.name = "VisionManyKeys", .heads = 2, .kv_heads = 2, .head_dim = 72, .queries = 70, .own = 300, .gap = 8},
    {.name = "TilesGroupedHeads", .heads = 4, .kv_heads = 2, .head_dim = 64, .queries = 21, .own = 70, .gap = 8},
    {.name = "TilesOneKey", .heads = 2, .kv_heads = 1, .head_dim = 8, .queries = 1, .own = 1},
    // Tiles and splits: the prefix.
    {.name = "Prefix533", .queries = 533, .own = 533},
    {.name = "Prefix533Of712", .queries = 533, .own = 533, .spare_queries = 179, .spare_own = 179},
    {.name = "Prefix1", .queries = 1, .own = 1, .spare_queries = 60, .spare_own = 60},
    {.name = "Prefix33", .queries = 33, .own = 33, .spare_queries = 500, .spare_own = 500},
    {.name = "Prefix97", .queries = 97, .own = 97},
    {.name = "Prefix700", .queries = 700, .own = 700},
    {.name = "PrefixGroupedHeads", .heads = 4, .kv_heads = 2, .head_dim = 128, .queries = 50, .own = 100},
    {.name = "PrefixHeld",
     .heads = 4,
     .kv_heads = 2,
     .head_dim = 96,
     .queries = 40,
     .own = 40,
     .held = 75,
     .spare_held = 10},
    // Splits: the flow.
    {.name = "Flow10", .queries = 10, .own = 10, .held = 533, .spare_held = 179},
    {.name = "Flow10Share", .queries = 10, .own = 10, .held = 533, .spare_held = 179, .share_rows = 1},
    {.name = "Flow10Heads", .queries = 10, .own = 11, .held = 533, .share_rows = 8},
    {.name = "Flow50", .queries = 50, .own = 50, .held = 533, .spare_held = 179},
    {.name = "Flow50Share", .queries = 50, .own = 51, .held = 789, .spare_held = 179, .share_rows = 1},
    {.name = "Flow50Heads", .queries = 50, .own = 50, .held = 533, .spare_held = 3, .share_rows = 8},
    {.name = "FlowState", .queries = 1, .own = 1, .held = 533, .spare_held = 179, .share_rows = 1},
    {.name = "FlowShort", .queries = 10, .own = 10, .held = 3, .spare_held = 700, .share_rows = 1},
    {.name = "FlowEmpty", .queries = 2, .own = 3, .held = 0, .spare_held = 100},
    {.name = "FlowLiveOwn", .queries = 10, .own = 10, .held = 120, .spare_own = 6, .share_rows = 1},
    {.name = "FlowFourHeads", .heads = 4, .queries = 7, .own = 7, .held = 64, .gap = 8, .share_rows = 4},
    {.name = "FlowTooLong", .queries = 10, .own = 10, .held = 1100},
};

INSTANTIATE_TEST_SUITE_P(Shapes, CudaAttentionTest, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace awd::cuda
