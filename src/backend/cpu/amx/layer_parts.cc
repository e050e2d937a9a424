// Parts of a Gemma layer on the tile unit: norms and rotations run where their rows are packed or finished, so that the
// threads meet less often and the weights are read without a pause.
#include <array>

#include "backend/cpu/amx/amx.h"
#include "backend/cpu/amx/linear.h"
#include "backend/cpu/elements.h"
#include "backend/cpu/rows.h"

namespace awd::cpu::amx {
namespace {

const TileWeights& weights_of(const Linear& layer) { return static_cast<const TileLinear&>(layer).weights; }

}  // namespace

void attention_inputs(const AttentionInputs& in, LinearScratch& scratch) {
  const bool has_queries = !in.q_out.empty();
  const QkvLinear& layer = *in.layer;
  const std::array<Product, 3> products{{{weights_of(*layer.k), in.k_out},
                                         {weights_of(*layer.v), in.v_out},
                                         {weights_of(has_queries ? *layer.q : *layer.k), in.q_out}}};
  run_products(
      in.normed, std::span(products).first(has_queries ? 3 : 2), scratch,
      [&in](int r) { rms_norm_row(in.x, in.norm.scale, in.norm.shift, in.normed, r); },
      [&in](int r) {
        rotate_row(in.k_out, in.angles, r);
        if (!in.q_out.empty()) rotate_row(in.q_out, in.angles, r);
      });
}

void add_branch(const Tensor& input, const Linear& layer, const Tensor& gate, const Tensor& x, LinearScratch& scratch) {
  const float* factors = gate.empty() ? nullptr : row<float>(gate, 0);
  const Product product{weights_of(layer), x, Finish::kAdd, factors};
  run_products(input, {&product, 1}, scratch);
}

void norm_geglu(const NormGeglu& in, LinearScratch& scratch) {
  const Product product{weights_of(in.layer), in.y, Finish::kGeglu};
  run_products(in.normed, {&product, 1}, scratch,
               [&in](int r) { rms_norm_row(in.x, in.norm.scale, in.norm.shift, in.normed, r); });
}

}  // namespace awd::cpu::amx
