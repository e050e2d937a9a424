// Time of the matrix products of one pi0.5 query and nothing else: oneDNN, weights packed beforehand, every layer with
// weights of its own, so that none is found in a cache that a query would not find it in. What is left of a query's
// time above this is attention, norms and everything between. Prints one JSON object with samples per stage, in ms.
//   gemm_only_bench [bf16|int8] [rounds] [cameras] [text tokens] [horizon] [flow steps]     (OMP_NUM_THREADS: threads)
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dnnl.hpp>
#include <string>
#include <vector>

#include "base/clock.h"

namespace {

using dnnl::memory;

struct Options {
  bool is_int8 = false;
  int rounds = 5, cameras = 2, text_tokens = 21, horizon = 10, flow_steps = 10;
};

/// rows x in times in x out.
struct Shape {
  int rows, in, out;
};

/// One product with weights of its own; inputs and outputs are shared by all.
class Product {
 public:
  Product(const Shape& shape, bool is_int8, const dnnl::engine& engine) {
    const auto input_type = is_int8 ? memory::data_type::u8 : memory::data_type::bf16;
    const auto weight_type = is_int8 ? memory::data_type::s8 : memory::data_type::bf16;
    const auto output_type = is_int8 ? memory::data_type::f32 : memory::data_type::bf16;
    const memory::desc in({shape.rows, shape.in}, input_type, memory::format_tag::ab);
    const memory::desc weights({shape.in, shape.out}, weight_type, memory::format_tag::any);
    const memory::desc out({shape.rows, shape.out}, output_type, memory::format_tag::ab);
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::matmul::primitive_desc plan(dnnl::matmul::desc(in, weights, out), attributes, engine);
    matmul_ = dnnl::matmul(plan);
    in_ = in;
    out_ = out;
    scratch_ = plan.scratchpad_desc();
    weights_ = memory(plan.weights_desc(), engine);
    fill(weights_);
  }

  std::size_t in_bytes() const { return in_.get_size(); }
  std::size_t out_bytes() const { return out_.get_size(); }
  std::size_t scratch_bytes() const { return scratch_.get_size(); }

  void run(dnnl::stream& stream, char* in, char* out, char* scratch) const {
    const dnnl::engine engine = stream.get_engine();
    matmul_.execute(stream, {{DNNL_ARG_SRC, memory(in_, engine, in)},
                             {DNNL_ARG_WEIGHTS, weights_},
                             {DNNL_ARG_DST, memory(out_, engine, out)},
                             {DNNL_ARG_SCRATCHPAD, memory(scratch_, engine, scratch)}});
  }

  /// Bytes that are small numbers both as bf16 and as 8-bit integers.
  static void fill(memory& values) { std::memset(values.get_data_handle(), 0x3c, values.get_desc().get_size()); }

 private:
  dnnl::matmul matmul_;
  memory::desc in_, out_, scratch_;
  memory weights_;
};

/// The products of one stage in order.
std::vector<Product> make_products(const std::vector<Shape>& shapes, bool is_int8, const dnnl::engine& engine) {
  std::vector<Product> products;
  for (const Shape& shape : shapes) products.emplace_back(shape, is_int8, engine);
  return products;
}

std::vector<Shape> repeat(int layers, const std::vector<Shape>& layer) {
  std::vector<Shape> shapes;
  for (int i = 0; i < layers; ++i) shapes.insert(shapes.end(), layer.begin(), layer.end());
  return shapes;
}

/// SigLIP So400m/14 and the projector; the patch embedding (0.2 % of it) is left out.
std::vector<Shape> vision_shapes(int rows) {
  constexpr int kWidth = 1152, kMlp = 4304, kOut = 2048, kLayers = 27;
  auto shapes =
      repeat(kLayers, {{rows, kWidth, 3 * kWidth}, {rows, kWidth, kWidth}, {rows, kWidth, kMlp}, {rows, kMlp, kWidth}});
  shapes.push_back({rows, kWidth, kOut});
  return shapes;
}

/// A stack of Gemma layers: q|k|v, output, gate|up, down. Both stacks have 8 heads of 256 and one key head.
std::vector<Shape> gemma_shapes(int layers, int rows, int width, int mlp) {
  constexpr int kQueries = 2048, kKeysValues = 512;
  return repeat(
      layers,
      {{rows, width, kQueries + kKeysValues}, {rows, kQueries, width}, {rows, width, 2 * mlp}, {rows, mlp, width}});
}

/// Samples of a stage: `passes` times through its products.
double time_stage(const std::vector<Product>& products, int passes, dnnl::stream& stream, std::vector<char>& in,
                  std::vector<char>& out, std::vector<char>& scratch) {
  const awd::Stopwatch watch;
  for (int pass = 0; pass < passes; ++pass) {
    for (const Product& product : products) product.run(stream, in.data(), out.data(), scratch.data());
  }
  stream.wait();
  return watch.ms();
}

void run(const Options& options) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const int tokens = 256 * options.cameras + options.text_tokens;
  std::vector<Shape> prefix = gemma_shapes(17, tokens, 2048, 16384);
  prefix.push_back({tokens, 2048, 512});  // the last layer makes keys and values only
  struct Stage {
    std::string name;
    std::vector<Product> products;
    int passes;
    std::vector<double> samples_ms;
  };
  std::vector<Stage> stages;
  stages.push_back({"vision", make_products(vision_shapes(256 * options.cameras), options.is_int8, engine), 1, {}});
  stages.push_back({"prefix", make_products(prefix, options.is_int8, engine), 1, {}});
  stages.push_back({"denoise",
                    make_products(gemma_shapes(18, options.horizon, 1024, 4096), options.is_int8, engine),
                    options.flow_steps,
                    {}});
  std::size_t in_bytes = 0, out_bytes = 0, scratch_bytes = 64;
  for (const Stage& stage : stages) {
    for (const Product& product : stage.products) {
      in_bytes = std::max(in_bytes, product.in_bytes());
      out_bytes = std::max(out_bytes, product.out_bytes());
      scratch_bytes = std::max(scratch_bytes, product.scratch_bytes());
    }
  }
  std::vector<char> in(in_bytes, 0x3c), out(out_bytes), scratch(scratch_bytes);
  std::vector<double> full_ms;
  for (int round = -1; round < options.rounds; ++round) {  // round -1 warms up
    double full = 0;
    for (Stage& stage : stages) {
      const double ms = time_stage(stage.products, stage.passes, stream, in, out, scratch);
      full += ms;
      if (round >= 0) stage.samples_ms.push_back(ms);
    }
    if (round >= 0) full_ms.push_back(full);
  }
  fmt::print("{{\"dtype\": \"{}\", \"samples_ms\": {{\"full\": [{:.3f}]", options.is_int8 ? "int8" : "bf16",
             fmt::join(full_ms, ", "));
  for (const Stage& stage : stages) fmt::print(", \"{}\": [{:.3f}]", stage.name, fmt::join(stage.samples_ms, ", "));
  fmt::print("}}}}\n");
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (argc > 1) options.is_int8 = std::string(argv[1]) == "int8";
  int* const numbers[] = {&options.rounds, &options.cameras, &options.text_tokens, &options.horizon,
                          &options.flow_steps};
  for (int i = 2; i < argc && i < 7; ++i) *numbers[i - 2] = std::max(1, std::atoi(argv[i]));
  run(options);
}
