// A small model of time: waves of clusters; in each, steps of the depth, a sum over the cluster, and the stores.
#include "backend/cuda/big_plan.h"

#include <algorithm>
#include <array>
#include <span>

namespace awd::cuda::big {
namespace {

struct TileSize {
  int rows;
  int cols;
};
constexpr std::array kPlain = {TileSize{128, 64},  TileSize{128, 96},  TileSize{128, 128}, TileSize{128, 160},
                               TileSize{192, 128}, TileSize{192, 160}, TileSize{192, 192}, TileSize{192, 256}};
constexpr std::array kGated = {TileSize{128, 128}, TileSize{128, 256}, TileSize{192, 128}, TileSize{192, 192},
                               TileSize{192, 256}};
constexpr std::array kHeads = {TileSize{128, 128}, TileSize{128, 256}, TileSize{192, 128}, TileSize{192, 256}};

constexpr int kRingBytes = 225 * 1024;  // of shared memory, at most

std::span<const TileSize> tiles_of(BigResult result) {
  if (result == BigResult::kGeglu) return kGated;
  if (result == BigResult::kRotated) return kHeads;
  return kPlain;
}

int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// The sums that a block is sent fit into its ring; see Multiplier::add_cluster().
bool can_split(const BigPlan& plan) {
  const int slots = ceil_div(plan.cols / 32, plan.blocks) * plan.blocks;
  return slots * plan.rows * 32 * int(sizeof(float)) <= plan.stages * (plan.rows + plan.cols) * kStepBytes;
}

/// Microseconds, roughly.
double cost(const BigProduct& product, const BigPlan& plan) {
  const int rows = product.likely_rows > 0 ? product.likely_rows : product.rows;
  int columns = 0;
  int depth_bytes = 0;
  for (const BigWeight* weight : product.weights) {
    if (weight == nullptr) continue;
    columns += ceil_div(weight->out, plan.cols);
    depth_bytes = weight->in * (weight->number == BigNumber::kBf16 ? 2 : 1);
  }
  const int tiles = ceil_div(rows, plan.rows) * columns;
  const int clusters = count_clusters(plan.blocks);
  const double elements = double(plan.rows) * plan.cols;
  const bool is_f32 = product.result == BigResult::kF32 || product.result == BigResult::kAdd;
  const double written = elements * (is_f32 ? 4 : product.result == BigResult::kGeglu ? 1 : 2) / plan.blocks;
  // Measured on an H100, per microsecond: products and bytes that one multiprocessor does, takes in, sends and stores,
  // and bytes that L2 gives to all of them.
  constexpr double kElements = 54e3, kTaken = 102e3, kGiven = 10.3e6, kSent = 25e3, kStored = 50e3;
  constexpr double kWave = 0.3, kMeeting = 1.4;
  const double stage_bytes = double(plan.rows + plan.cols) * kStepBytes;
  const double step = std::max(
      {elements / kElements, stage_bytes / kTaken, std::min(tiles, clusters) * plan.blocks * stage_bytes / kGiven});
  const double sent = elements * sizeof(float) * (plan.blocks - 1) / plan.blocks;
  const double add = plan.blocks == 1 ? 0 : kMeeting + sent / kSent;
  const int steps = ceil_div(ceil_div(depth_bytes, kStepBytes), plan.blocks);
  return ceil_div(tiles, clusters) * (kWave + steps * step + add + written / kStored);
}

}  // namespace

std::vector<BigPlan> list_plans(BigResult result) {
  std::vector<BigPlan> plans;
  for (const TileSize& tile : tiles_of(result)) {
    // A stage takes about a microsecond to come: as many as fit.
    const int stages = kRingBytes / ((tile.rows + tile.cols) * kStepBytes);
    for (int blocks = 1; blocks <= kMostBlocks; ++blocks) {
      const BigPlan plan{.rows = tile.rows, .cols = tile.cols, .blocks = blocks, .stages = stages};
      if (blocks == 1 || can_split(plan)) plans.push_back(plan);
    }
  }
  return plans;
}

BigPlan choose_plan(const BigProduct& product) {
  const std::vector<BigPlan> plans = list_plans(product.result);
  return *std::min_element(plans.begin(), plans.end(),
                           [&](const BigPlan& a, const BigPlan& b) { return cost(product, a) < cost(product, b); });
}

}  // namespace awd::cuda::big
