// Loading the action expert, and computing once what depends on the fixed flow times alone.
#include <fmt/format.h>

#include "engine/flow_schedule.h"
#include "engine/weights.h"

namespace awd {
namespace {

const std::string kExpert = kExpertPrefix;

/// [times, width] f32 on the device.
Buffer embedded_times(const ModelConfig& config, int flow_steps, WeightPacker& packer) {
  std::vector<float> rows;
  for (const float time : flow_times(flow_steps)) {
    const std::vector<float> row = time_embedding(time, config.expert.width);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return packer.table(rows, flow_steps, config.expert.width);
}

/// Names of the expert's norms in the order of ExpertWeights::norm_table.
std::vector<std::string> norm_names(int depth) {
  std::vector<std::string> names;
  for (int i = 0; i < depth; ++i) {
    names.push_back(fmt::format("{}layers.{}.input_layernorm", kExpert, i));
    names.push_back(fmt::format("{}layers.{}.post_attention_layernorm", kExpert, i));
  }
  names.push_back(kExpert + "norm");
  return names;
}

void load_plain_norms(WeightPacker& packer, const ModelConfig& config, ExpertWeights& expert) {
  std::vector<float> scales;
  for (const std::string& name : norm_names(config.llm.depth)) {
    for (const float w : packer.reader().read(name + ".weight", {config.expert.width})) scales.push_back(1.f + w);
  }
  expert.norm_table = packer.table(scales, expert.norms(), config.expert.width);
}

/// pi0: the time enters through an MLP over [action | time]; the time's half of its first layer is a row per step.
void load_time_mlp(WeightPacker& packer, const ModelConfig& config, int flow_steps, ExpertWeights& expert) {
  const int width = config.expert.width;
  const auto both = packer.reader().read("action_time_mlp_in.weight", {width, 2 * width});
  const auto bias = packer.reader().read("action_time_mlp_in.bias", {width});
  std::vector<float> action_half;
  std::vector<float> time_half;
  for (int out = 0; out < width; ++out) {
    const auto row = both.begin() + std::ptrdiff_t(out) * 2 * width;
    action_half.insert(action_half.end(), row, row + width);
    time_half.insert(time_half.end(), row + width, row + 2 * width);
  }
  expert.action_time_in = packer.pack({.parts = {stored(action_half, width, width)}, .bias = {}});
  expert.action_time_out = packer.linear({{"action_time_mlp_out"}, width, width, true, DType::kF32});

  const LinearPtr time_layer = packer.device().pack({.parts = {stored(time_half, width, width)}, .bias = bias});
  const Buffer times = embedded_times(config, flow_steps, packer);
  expert.time_rows = packer.device().allocate(flow_steps, width, DType::kF32);
  packer.ops().linear(times.tensor(), *time_layer, expert.time_rows.tensor(), Write::kReplace);
}

/// pi0.5: condition = silu(W2 silu(W1 t + b1) + b2); every norm's scale | shift | gate is a linear layer of it.
void load_modulations(WeightPacker& packer, const ModelConfig& config, int flow_steps, ExpertWeights& expert) {
  const int width = config.expert.width;
  const Device& device = packer.device();
  Ops& ops = packer.ops();
  const Buffer times = embedded_times(config, flow_steps, packer);
  const Buffer hidden = device.allocate(flow_steps, width, DType::kF32);
  const Buffer condition = device.allocate(flow_steps, width, DType::kF32);
  WeightPacker temporary(packer.reader(), device);  // these layers are gone after load
  ops.linear(times.tensor(), *temporary.linear({{"time_mlp_in"}, width, width, true}), hidden.tensor(),
             Write::kReplace);
  ops.silu(hidden.tensor());
  ops.linear(hidden.tensor(), *temporary.linear({{"time_mlp_out"}, width, width, true}), condition.tensor(),
             Write::kReplace);
  ops.silu(condition.tensor());

  const int norms = expert.norms();
  const Buffer modulation = device.allocate(flow_steps, 3 * width, DType::kF32);
  std::vector<float> table(std::size_t(flow_steps) * std::size_t(norms) * std::size_t(3 * width));
  std::vector<float> rows(std::size_t(flow_steps) * std::size_t(3 * width));
  int index = 0;
  for (const std::string& name : norm_names(config.llm.depth)) {
    ops.linear(condition.tensor(), *temporary.linear({{name + ".dense"}, width, 3 * width, true}), modulation.tensor(),
               Write::kReplace);
    ops.download(modulation.tensor(), rows);
    for (int step = 0; step < flow_steps; ++step) {
      float* to = table.data() + std::size_t(step * norms + index) * std::size_t(3 * width);
      const float* from = rows.data() + std::size_t(step) * std::size_t(3 * width);
      for (int i = 0; i < 3 * width; ++i) to[i] = from[i] + (i < width ? 1.f : 0.f);
    }
    ++index;
  }
  expert.modulated = true;
  expert.norm_table = packer.table(table, flow_steps * norms, 3 * width);
}

}  // namespace

Modulation ExpertWeights::norm(int step, int index) const {
  if (!modulated) return {norm_table.tensor().row_range(index, 1), {}, {}};
  const Tensor row = norm_table.tensor().row_range(step * norms() + index, 1);
  const int width = row.cols / 3;
  return {row.col_range(0, width), row.col_range(width, width), row.col_range(2 * width, width)};
}

ExpertWeights load_expert(WeightPacker& packer, const ModelConfig& config, int flow_steps, const Fp8Ranges& ranges) {
  const int width = config.expert.width;
  ExpertWeights expert;
  for (int i = 0; i < config.llm.depth; ++i) {
    const std::string layer = fmt::format("{}layers.{}.", kExpert, i);
    expert.layers.push_back(packer.load_gemma_layer({.prefix = layer,
                                                     .width = width,
                                                     .mlp = config.expert.mlp,
                                                     .max_rows = config.suffix_tokens(),
                                                     .range = ranges.expert_layer(i)},
                                                    config));
  }
  expert.action_in = packer.linear({{"action_in_proj"}, config.model_action_dim, width, true, DType::kF32});
  expert.action_out = packer.linear({{"action_out_proj"}, width, config.model_action_dim, true, DType::kF32});
  if (config.has_state_token()) {
    expert.state_in = packer.linear({{"state_proj"}, config.model_state_dim, width, true, DType::kF32});
  }
  if (config.variant == Variant::kPi05) {
    load_modulations(packer, config, flow_steps, expert);
  } else {
    load_plain_norms(packer, config, expert);
    load_time_mlp(packer, config, flow_steps, expert);
  }
  return expert;
}

}  // namespace awd
