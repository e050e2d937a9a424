// What the host tells a big_* kernel.
#pragma once

#include <cuda.h>

namespace awd::cuda::big {

constexpr int kStepBytes = 128;  // depth of one pipeline stage: of a row of x or of the weight

/// How a product is cut into tiles.
struct BigPlan {
  int rows = 128;  // of a tile
  int cols = 128;
  int blocks = 1;  // of a cluster: they split the depth of a tile
  int stages = 4;  // of the pipeline
};

struct BigTask {
  CUtensorMap x;
  CUtensorMap weights[3];   // side by side, as many as `parts`
  int first_tile[3] = {};   // of each weight, in columns of tiles
  int weight_rows[3] = {};  // of each, packed: as many rows further lies the next step of the depth
  int parts = 1;
  int column_tiles = 0;
  int steps = 0;  // of kStepBytes, of the depth
  int rows = 0;
  const int* live_rows = nullptr;
  int likely_rows = 0;
  int stages = 0;
  bool splits = false;       // the blocks of a cluster split the depth
  bool takes_heads = false;  // half of a tile's columns come from either half of a head
  bool rows_first = false;   // neighbouring clusters work on rows of tiles; otherwise on columns
};

constexpr int kMostBlocks = 8;  // of a cluster
constexpr int kHead = 256;      // columns of a head that is rotated

/// Where sums of one weight go, and what is done to them.
struct Target {
  void* y = nullptr;
  const float* bias = nullptr;    // [out] or null
  const float* scales = nullptr;  // [out] or null: of the weight's rows
  int stride = 0;
  int y_bytes = 0;  // of one number
  int out = 0;
  bool is_rotated = false;
};

struct Finish {
  Target targets[3];
  const float* angles = nullptr;  // [rows, 256]
  float x_scale = 1.f;
  float y_inverse = 0.f;  // > 0: y is e4m3 of value * y_inverse
  bool adds = false;      // kF32: y += instead of y =
};

}  // namespace awd::cuda::big
