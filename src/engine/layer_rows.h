// LayerRows: which prefix tokens run through which layer of a query that keeps parts of the prefix before.
#pragma once

#include <span>
#include <vector>

namespace awd {

/// A plan over `depth` layers for up to `capacity` tokens. A token that leaves at a layer stays away from deeper ones.
/// Memory is taken once, at construction.
class LayerRows {
 public:
  /// Marks a token in run() without a row to start from: it runs through no layer.
  static constexpr int kNoInput = -1;

  LayerRows(int depth, int capacity);

  /// Every token runs through every layer.
  void run_all(int tokens);
  /// Token i runs through at least layers[i] layers. The number of rows of a layer is rounded up to a multiple of
  /// kRowBlock with tokens that could have left: a backend compiles a product per row count, and so compiles few.
  void run(std::span<const int> layers);
  static constexpr int kRowBlock = 32;

  int tokens() const { return tokens_; }
  int count(int layer) const { return counts_[std::size_t(layer)]; }
  bool is_full(int layer) const { return count(layer) == tokens_; }
  /// The tokens of a layer, ascending.
  std::span<const int> at(int layer) const { return part(at_, layer); }
  /// True if rows of the layer before (before layer 0: of all tokens) leave here.
  bool shrinks(int layer) const { return count(layer) < (layer == 0 ? tokens_ : count(layer - 1)); }
  /// Row r of this layer is row survivors[r] of the layer before.
  std::span<const int> survivors(int layer) const { return part(survivors_, layer); }

 private:
  std::span<const int> part(const std::vector<int>& of, int layer) const {
    return {of.data() + std::size_t(layer) * capacity_, std::size_t(count(layer))};
  }
  void plan_layer(int layer, std::span<const int> layers);

  std::size_t capacity_;
  int tokens_ = 0;
  std::vector<int> counts_;     // [depth]
  std::vector<int> at_;         // [depth, capacity]
  std::vector<int> survivors_;  // [depth, capacity]
};

}  // namespace awd
