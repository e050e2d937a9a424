// Layers on the tile unit, and how several of them run on the same rows in one piece.
#pragma once

#include <functional>
#include <span>

#include "backend/cpu/amx/weights.h"

namespace awd::cpu::amx {

struct Span {
  int first = 0, end = 0;
  int size() const { return end - first; }
};

/// A thread's part of `count` panels.
inline Span share_of(int count, int thread, int threads) {
  return {int(long(count) * thread / threads), int(long(count) * (thread + 1) / threads)};
}

struct TileLinear : CpuLinear {
  TileWeights weights;

  void run(const Tensor& x, const Tensor& y, Finish finish, LinearScratch& scratch) const override;
};

/// A layer on the rows of a run.
struct Product {
  const TileWeights& weights;
  Tensor y;
  Finish finish = Finish::kReplace;
  const float* factors = nullptr;  // [out], optional: what finished values are multiplied by
};

/// What is done to every row before it is packed, or after all products have ended, by any thread.
using RowStep = std::function<void(int row)>;

/// Layers of the same inputs and kind of numbers on x [rows, in] bf16, on the calling thread's OpenMP team.
void run_products(const Tensor& x, std::span<const Product> products, LinearScratch& scratch,
                  const RowStep& before = {}, const RowStep& after = {});

}  // namespace awd::cpu::amx
