// How a product is cut. Each thread owns a run of panels (columns of y) and reads their weights from memory in order;
// the packed rows of A are shared. The second-level cache (2 MB per core) holds what is used again:
//  - few rows: the rows; every panel is read once, and memory is the limit;
//  - many rows: a chunk of rows. K is cut into slices whose share of a panel fits the first-level cache beside A's
//    tiles; sums of a group of panels wait in the second-level cache from slice to slice.
#include "backend/cpu/amx/linear.h"

#include <omp.h>

#include <algorithm>

#include "backend/cpu/amx/amx.h"
#include "backend/cpu/amx/store.h"

namespace awd::cpu::amx {
namespace {

constexpr int kFewBlocks = 2;                    // up to 64 rows
constexpr int kSliceSteps = 8;                   // 16 KiB of a panel: 256 bf16 or 512 int8 along K
constexpr std::size_t kChunkBytes = 1200 << 10;  // of A
constexpr std::size_t kSumBytes = 300 << 10;     // of unfinished sums
constexpr int kLongChunkBlocks = 9;              // 288 rows, where K is so long that not even these fit

struct Cut {
  int chunk_blocks = 0;  // blocks of 32 rows
  int group_panels = 0;
  int slice_steps = 0;
};

Cut choose_cut(const TileWeights& weights, int blocks) {
  if (blocks <= kFewBlocks) return {blocks, 1, weights.steps};
  const std::size_t block_bytes = std::size_t(weights.steps) * 2 * kTileBytes;
  const int fitting = std::max(int(kChunkBytes / block_bytes), kLongChunkBlocks);
  const int chunks = (blocks + fitting - 1) / fitting;
  Cut cut;
  cut.chunk_blocks = (blocks + chunks - 1) / chunks;
  cut.slice_steps = std::min(kSliceSteps, weights.steps);
  const bool is_resident = std::size_t(cut.chunk_blocks) * block_bytes <= kChunkBytes;
  const std::size_t sum_bytes = is_resident ? kSumBytes : 2 * kSumBytes;
  cut.group_panels = std::max(1, int(sum_bytes / (std::size_t(cut.chunk_blocks) * sizeof(BlockSums))));
  return cut;
}

/// The work of one thread.
class PanelRun {
 public:
  PanelRun(const StoreTarget& target, const Cut& cut, BlockSums* sums) : target_(target), cut_(cut), sums_(sums) {}

  /// Panels of a group, rows of a chunk: slice by slice along K.
  void run(Span blocks, Span panels) const {
    const int steps = target_.weights.steps;
    for (int first = 0; first < steps; first += cut_.slice_steps) {
      const Span slice{first, std::min(first + cut_.slice_steps, steps)};
      for (int panel = panels.first; panel < panels.end; ++panel) {
        run_slice(blocks, panel, slice, sums_of(blocks, panel - panels.first));
      }
    }
    // Row by row over the group, so that cache lines of y are written whole.
    for (int block = blocks.first; block < blocks.end; ++block) {
      for (int panel = panels.first; panel < panels.end; ++panel) {
        const BlockSums& sums = sums_of(blocks, panel - panels.first)[block - blocks.first];
        store_block(target_, panel, block * kBlockRows, sums);
      }
    }
  }

 private:
  BlockSums* sums_of(Span blocks, int panel_in_group) const {
    return sums_ + std::size_t(panel_in_group) * std::size_t(blocks.size());
  }

  void run_slice(Span blocks, int panel, Span slice, BlockSums* sums) const {
    const std::byte* b = target_.weights.panel(panel) + std::size_t(slice.first) * 2 * kTileBytes;
    const std::byte* ahead = next_weights(b, panel, blocks.size());
    // The next weights arrive, evenly spread, while these are used.
    const int lines_per_step = 2 * kTileBytes / 64;
    const int lines = (lines_per_step + blocks.size() - 1) / blocks.size();
    for (int block = blocks.first; block < blocks.end; ++block) {
      BlockSums& sum = sums[block - blocks.first];
      multiply(target_.weights.numbers,
               {.a = target_.rows.at(block, slice.first),
                .has_lower = block * kBlockRows + kTileRows < target_.rows.rows,
                .b = b,
                .steps = slice.size(),
                .is_first = slice.first == 0,
                .ahead = ahead,
                .ahead_lines = ahead == nullptr ? 0 : lines},
               sum);
      if (ahead != nullptr) ahead += std::size_t(slice.size()) * std::size_t(lines) * 64;
    }
  }

  /// Where the weights lie that will be wanted soon: the same slice of the next panel. Where a panel is read but once,
  /// the processor's own prefetching is faster.
  const std::byte* next_weights(const std::byte* b, int panel, int blocks) const {
    return blocks > 1 && panel + 1 < target_.weights.panels ? b + target_.weights.panel_bytes() : nullptr;
  }

  const StoreTarget& target_;
  const Cut& cut_;
  BlockSums* sums_;
};

void run_thread(const StoreTarget& target, const Cut& cut, Span panels, BlockSums* sums) {
  const TileScope tiles;
  const PanelRun run(target, cut, sums);
  const int blocks = target.rows.blocks;
  for (int block = 0; block < blocks; block += cut.chunk_blocks) {
    for (int panel = panels.first; panel < panels.end; panel += cut.group_panels) {
      run.run({block, std::min(block + cut.chunk_blocks, blocks)},
              {panel, std::min(panel + cut.group_panels, panels.end)});
    }
  }
}

}  // namespace

void run_products(const Tensor& x, std::span<const Product> products, LinearScratch& scratch, const RowStep& before,
                  const RowStep& after) {
  const TileWeights& first = products.front().weights;
  const Cut cut = choose_cut(first, (x.rows + kBlockRows - 1) / kBlockRows);
  const PackedRows rows = reserve_rows(x, first.numbers, cut.slice_steps, scratch.rows);
  const std::size_t sums_per_thread = std::size_t(cut.chunk_blocks) * std::size_t(cut.group_panels);
  const int most_threads = omp_get_max_threads();
  auto* sums =
      reinterpret_cast<BlockSums*>(scratch.sums.take(std::size_t(most_threads) * sums_per_thread * sizeof(BlockSums)));
  const int packed_rows = tiles_of(x.rows) * kTileRows;  // nobody reads a lower tile without rows
#pragma omp parallel num_threads(most_threads)
  {
    const int thread = omp_get_thread_num();
    const int threads = omp_get_num_threads();
#pragma omp for schedule(static, 1)
    for (int r = 0; r < packed_rows; ++r) {
      if (before && r < x.rows) before(r);
      pack_row(x, r, rows);
    }
    for (const Product& product : products) {
      const Span panels = share_of(product.weights.panels, thread, threads);
      const StoreTarget target{product.weights, rows, product.y, product.finish, product.factors};
      if (panels.size() > 0) run_thread(target, cut, panels, sums + std::size_t(thread) * sums_per_thread);
    }
    if (after) {
#pragma omp barrier
#pragma omp for schedule(static, 1) nowait
      for (int r = 0; r < x.rows; ++r) after(r);
    }
  }
}

void TileLinear::run(const Tensor& x, const Tensor& y, Finish finish, LinearScratch& scratch) const {
  AWD_CHECK(finish != Finish::kGeglu || weights.is_gated, "a layer that was not packed as gated");
  const Product product{weights, y, finish};
  run_products(x, {&product, 1}, scratch);
}

std::unique_ptr<const CpuLinear> pack_linear(const LinearData& data, Numbers numbers) {
  AWD_CHECK(data.dtype == DType::kBf16);
  auto layer = std::make_unique<TileLinear>();
  describe_layer(data, *layer);
  layer->weights = pack_weights(data, numbers);
  layer->bytes = layer->weights.bytes();
  return layer;
}

}  // namespace awd::cpu::amx
