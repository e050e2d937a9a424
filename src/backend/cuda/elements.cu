// Element-wise operations: a thread per element. What one of them does to element (r, c) is a functor.
#include "backend/cuda/elements.h"
#include "backend/cuda/launch.h"
#include "backend/cuda/rows.cuh"

namespace awd::cuda {
namespace {

constexpr int kThreads = 256;

template <class T, class F>
__global__ void each_element(Rows<T> x, F change) {
  wait_for_previous();
  let_next_start();
  const int column = int(blockIdx.x) * kThreads + int(threadIdx.x);
  const int r = int(blockIdx.y);
  if (column >= x.cols || r >= x.count()) return;
  T& element = x.at(r)[column];
  element = rounded<T>(change(float(element), r, column));
}

template <class T, class F>
void change_each(const Tensor& x, F change, cudaStream_t stream) {
  if (x.rows == 0) return;
  const dim3 grid(unsigned((x.cols + kThreads - 1) / kThreads), unsigned(x.rows));
  launch(each_element<T, F>, {.grid = grid, .block = dim3(kThreads)}, stream, rows_of<T>(x), change);
}

struct Gelu {
  __device__ float operator()(float x, int, int) const { return gelu_tanh(x); }
};

struct Silu {
  __device__ float operator()(float x, int, int) const { return x / (1.f + __expf(-x)); }
};

template <class T>
struct Geglu {
  Rows<const T> gate_up;
  int width;
  __device__ float operator()(float, int r, int c) const {
    return gelu_tanh(float(gate_up.at(r)[c])) * float(gate_up.at(r)[width + c]);
  }
};

struct AddScaled {
  Rows<const float> y;
  float factor;
  __device__ float operator()(float x, int r, int c) const { return x + factor * y.at(r)[c]; }
};

struct AddGated {
  Rows<const float> y;
  const float* gate;
  __device__ float operator()(float x, int r, int c) const { return x + y.at(r)[c] * gate[c]; }
};

}  // namespace

void gelu(const Tensor& x, cudaStream_t stream) {
  with_type(x.dtype, [&]<class T>(T) { change_each<T>(x, Gelu{}, stream); });
}

void silu(const Tensor& x, cudaStream_t stream) { change_each<float>(x, Silu{}, stream); }

void geglu(const Tensor& gate_up, const Tensor& out, cudaStream_t stream) {
  AWD_CHECK(gate_up.cols == 2 * out.cols && gate_up.rows == out.rows);
  with_type(out.dtype, [&]<class T>(T) { change_each<T>(out, Geglu<T>{rows_of<const T>(gate_up), out.cols}, stream); });
}

void add_scaled(const Tensor& x, const Tensor& y, float factor, cudaStream_t stream) {
  AWD_CHECK(x.rows == y.rows && x.cols == y.cols);
  change_each<float>(x, AddScaled{rows_of<const float>(y), factor}, stream);
}

void add_gated(const Tensor& x, const Tensor& y, const Tensor& gate, cudaStream_t stream) {
  AWD_CHECK(x.rows == y.rows && x.cols == y.cols && gate.cols == x.cols);
  change_each<float>(x, AddGated{rows_of<const float>(y), rows_of<const float>(gate).data}, stream);
}

}  // namespace awd::cuda
