// Reads weights out of the checkpoint and has oneDNN reorder them.
#include "backend/cpu/onednn_weights.h"

#include <omp.h>

#include <vector>

#include "backend/cpu/host_memory.h"

namespace awd::cpu {
namespace {

constexpr int kTypicalRows = 256;  // the row count weights are packed for; oneDNN's layout does not depend on it

}  // namespace

dnnl::memory pack_onednn_weights(const LinearData& data, MatmulShape shape, const ConvertRow& convert) {
  const int in = data.in();
  const int out = data.out();
  const dnnl::memory::data_type type = weight_type(shape);
  const std::size_t row_bytes = std::size_t(in) * dnnl::memory::data_type_size(type);
  const HostMemory rows = allocate_host(std::size_t(out) * row_bytes);
  int first = 0;
  for (const StoredMatrix& part : data.parts) {
#pragma omp parallel num_threads(omp_get_num_procs())
    {
      std::vector<float> weights(static_cast<std::size_t>(in));
#pragma omp for schedule(static)
      for (int r = 0; r < part.rows; ++r) {
        part.read_row(r, weights);
        convert(first + r, weights, rows.get() + std::size_t(first + r) * row_bytes);
      }
    }
    first += part.rows;
  }

  shape.m = kTypicalRows;
  shape.k = shape.a_stride = in;
  shape.n = shape.c_stride = out;
  const dnnl::memory::desc any({in, out}, type, dnnl::memory::format_tag::any);
  dnnl::memory packed(describe(shape, any).weights_desc(), dnnl_engine());
  // The checkpoint holds [out, in]: read as [in, out] it is a transposed matrix.
  dnnl::memory stored(matrix_desc(in, out, type, 1, in), dnnl_engine(), rows.get());
  dnnl::stream stream(dnnl_engine());
  dnnl::reorder(stored, packed).execute(stream, stored, packed);
  stream.wait();
  return packed;
}

}  // namespace awd::cpu
