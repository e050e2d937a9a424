// Builds and runs the oneDNN matrix products of one session.
#include "backend/cpu/matmul.h"

#include <array>
#include <tuple>

namespace awd::cpu {

using dnnl::memory;

bool MatmulShape::operator<(const MatmulShape& other) const {
  const auto key = [](const MatmulShape& s) {
    return std::tie(s.m, s.k, s.n, s.a_stride, s.a_k_stride, s.b_k_stride, s.b_n_stride, s.c_stride, s.in, s.out,
                    s.bias, s.add, s.is_int8);
  };
  return key(*this) < key(other);
}

dnnl::engine& dnnl_engine() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

memory::data_type dnnl_type(DType dtype) {
  return dtype == DType::kF32 ? memory::data_type::f32 : memory::data_type::bf16;
}

memory::data_type weight_type(const MatmulShape& shape) {
  return shape.is_int8 ? memory::data_type::s8 : dnnl_type(shape.in);
}

memory::desc matrix_desc(int rows, int cols, memory::data_type type, int row_stride, int col_stride) {
  return {memory::dims{rows, cols}, type, memory::dims{row_stride, col_stride}};
}

dnnl::matmul::primitive_desc describe(const MatmulShape& shape, const memory::desc& b) {
  const auto a_type = shape.is_int8 ? memory::data_type::u8 : dnnl_type(shape.in);
  const auto c_type = shape.is_int8 ? memory::data_type::s32 : dnnl_type(shape.out);
  const memory::desc a = matrix_desc(shape.m, shape.k, a_type, shape.a_stride, shape.a_k_stride);
  const memory::desc c = matrix_desc(shape.m, shape.n, c_type, shape.c_stride, 1);
  const memory::desc bias = matrix_desc(1, shape.n, DType::kF32, shape.n, 1);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (shape.add) {
    dnnl::post_ops add;
    add.append_sum(1.f);
    attributes.set_post_ops(add);
  }
  const auto operation = shape.bias ? dnnl::matmul::desc(a, b, bias, c) : dnnl::matmul::desc(a, b, c);
  return {operation, attributes, dnnl_engine()};
}

/// One compiled product; its memories are descriptions whose addresses are set at each run.
struct Matmuls::Product {
  explicit Product(const dnnl::matmul::primitive_desc& description)
      : primitive(description),
        a(description.src_desc(), dnnl_engine(), DNNL_MEMORY_NONE),
        b(description.weights_desc(), dnnl_engine(), DNNL_MEMORY_NONE),
        c(description.dst_desc(), dnnl_engine(), DNNL_MEMORY_NONE),
        scratchpad(description.scratchpad_desc(), dnnl_engine(), DNNL_MEMORY_NONE) {}

  dnnl::matmul primitive;
  memory a, b, c, scratchpad;
};

Matmuls::Matmuls()
    : stream_(dnnl_engine()),
      scratchpad_(memory::desc({1}, memory::data_type::u8, memory::format_tag::a), dnnl_engine()) {}
Matmuls::~Matmuls() = default;

Matmuls::Product& Matmuls::product(const MatmulShape& shape, const memory::desc& b) {
  std::unique_ptr<Product>& entry = products_[shape];
  if (!entry) {
    entry = std::make_unique<Product>(describe(shape, b));
    const std::size_t needed = entry->scratchpad.get_desc().get_size();
    if (needed > scratchpad_.get_desc().get_size()) {
      const memory::desc bytes({memory::dim(needed)}, memory::data_type::u8, memory::format_tag::a);
      scratchpad_ = memory(bytes, dnnl_engine());
    }
  }
  return *entry;
}

void Matmuls::execute(Product& product, const void* a, const memory& b, const memory* bias, void* c) {
  product.a.set_data_handle(const_cast<void*>(a));
  product.c.set_data_handle(c);
  product.scratchpad.set_data_handle(scratchpad_.get_data_handle());
  // The C interface: the C++ one copies its argument table to the heap at every call.
  std::array<dnnl_exec_arg_t, 5> arguments = {{{DNNL_ARG_SRC, product.a.get()},
                                               {DNNL_ARG_WEIGHTS, b.get()},
                                               {DNNL_ARG_DST, product.c.get()},
                                               {DNNL_ARG_SCRATCHPAD, product.scratchpad.get()},
                                               {DNNL_ARG_BIAS, bias != nullptr ? bias->get() : nullptr}}};
  const int count = bias != nullptr ? 5 : 4;
  const dnnl_status_t status = dnnl_primitive_execute(product.primitive.get(), stream_.get(), count, arguments.data());
  AWD_CHECK(status == dnnl_success, "oneDNN status {}", int(status));
}

void Matmuls::run(const MatmulShape& shape, const void* a, const memory& weight, const memory& bias, void* c) {
  Product& p = product(shape, weight.get_desc());
  execute(p, a, weight, shape.bias ? &bias : nullptr, c);
}

void Matmuls::run(const MatmulShape& shape, const void* a, const void* b, void* c) {
  Product& p = product(shape, matrix_desc(shape.k, shape.n, shape.in, shape.b_k_stride, shape.b_n_stride));
  p.b.set_data_handle(const_cast<void*>(b));
  execute(p, a, p.b, nullptr, c);
}

}  // namespace awd::cpu
