// oneDNN matrix products: built once per shape, executed many times.
#pragma once

#include <dnnl.hpp>
#include <map>
#include <memory>
#include <span>

#include "backend/ops.h"

namespace awd::cpu {

/// The one oneDNN engine of the process.
dnnl::engine& dnnl_engine();

/// C [m, n] (+)= A [m, k] B [k, n] (+ bias). B's strides are 0 where oneDNN chose its layout.
struct MatmulShape {
  int m = 0, k = 0, n = 0;
  int a_stride = 0;    // elements from row to row, as in every stride here
  int a_k_stride = 1;  // elements from column to column; otherwise A is the transpose of what lies in memory
  int b_k_stride = 0, b_n_stride = 0;
  int c_stride = 0;
  DType in = DType::kF32;   // of A and B
  DType out = DType::kF32;  // of C
  bool bias = false;        // add a row of f32 to every row of C
  bool add = false;         // add to what C holds
  bool is_int8 = false;     // A is u8, B s8, C s32, whatever `in` and `out` say

  bool operator<(const MatmulShape& other) const;
};

/// oneDNN's word for a type.
dnnl::memory::data_type dnnl_type(DType dtype);

/// The memory description of a matrix with the given strides.
dnnl::memory::desc matrix_desc(int rows, int cols, dnnl::memory::data_type type, int row_stride, int col_stride);
inline dnnl::memory::desc matrix_desc(int rows, int cols, DType dtype, int row_stride, int col_stride) {
  return matrix_desc(rows, cols, dnnl_type(dtype), row_stride, col_stride);
}

/// The type of B.
dnnl::memory::data_type weight_type(const MatmulShape& shape);

/// What oneDNN runs for `shape`, with B as described.
dnnl::matmul::primitive_desc describe(const MatmulShape& shape, const dnnl::memory::desc& b);

/// All products of one session, one primitive and one scratchpad buffer for all of them. Not thread-safe.
class Matmuls {
 public:
  Matmuls();
  ~Matmuls();

  /// C (+)= A * weight (+ bias [1, n] f32, empty without). `weight` has oneDNN's own layout: b strides 0.
  void run(const MatmulShape& shape, const void* a, const dnnl::memory& weight, const dnnl::memory& bias, void* c);
  /// C (+)= A * B with B as strided memory.
  void run(const MatmulShape& shape, const void* a, const void* b, void* c);

 private:
  struct Product;
  Product& product(const MatmulShape& shape, const dnnl::memory::desc& b);
  void execute(Product& product, const void* a, const dnnl::memory& b, const dnnl::memory* bias, void* c);

  dnnl::stream stream_;
  std::map<MatmulShape, std::unique_ptr<Product>> products_;
  dnnl::memory scratchpad_;  // as large as the most demanding product
};

}  // namespace awd::cpu
