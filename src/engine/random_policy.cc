// Draws a whole policy folder from one seed.
#include "engine/random_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <thread>
#include <type_traits>
#include <vector>

#include "awd/error.h"
#include "base/check.h"
#include "base/half.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "engine/checkpoint_tensors.h"
#include "engine/config_json.h"
#include "io/run_directory.h"
#include "io/safetensors_writer.h"

namespace awd {
namespace {

using nlohmann::json;

/// Values drawn and written at once: large enough for the disk, small enough for a core's cache.
constexpr std::int64_t kPieceValues = 1 << 18;

/// Mean and spread of a tensor's values.
struct Distribution {
  double mean = 0;
  double deviation = 0;
};

/// Matrices are scaled so that outputs are about as large as inputs; norms are near 1.
Distribution distribution_of(const TensorSpec& tensor) {
  const std::string& name = tensor.name;
  const bool is_bias = name.ends_with("bias");
  const bool is_layer_norm = name.find("layer_norm") != std::string::npos || name.ends_with("post_layernorm.weight");
  if (tensor.shape.size() == 1) return {.mean = !is_bias && is_layer_norm ? 1.0 : 0.0, .deviation = 0.1};
  if (name.ends_with("position_embedding.weight")) return {.deviation = 0.5};
  double inputs = 1;
  for (std::size_t i = 1; i < tensor.shape.size(); ++i) inputs *= double(tensor.shape[i]);
  return {.deviation = 1 / std::sqrt(inputs)};
}

/// Value `index` of a stream: the sum of four uniforms, close to a standard normal. A function of its arguments alone,
/// so that values do not depend on who draws them and when.
float draw(std::uint64_t stream, std::uint64_t index) {
  constexpr float kMean = 4 * 32767.5f, kDeviation = 37837.2f;  // of the sum of four uniforms over 0 .. 65535
  const std::uint64_t bits = mix_seed(stream, index);
  const std::uint64_t sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
  return (float(sum) - kMean) / kDeviation;
}

/// One piece of one tensor.
struct Piece {
  std::size_t tensor = 0;
  std::int64_t first = 0;
  std::int64_t count = 0;
};

std::vector<Piece> cut(std::span<const TensorSpec> tensors) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    std::int64_t values = 1;
    for (const std::int64_t side : tensors[i].shape) values *= side;
    for (std::int64_t first = 0; first < values; first += kPieceValues) {
      pieces.push_back({i, first, std::min(kPieceValues, values - first)});
    }
  }
  return pieces;
}

/// Draws `out.size()` values from number `first` of a tensor's stream.
template <class Value>
void fill(std::span<Value> out, std::uint64_t stream, std::int64_t first, const Distribution& distribution) {
  const auto mean = float(distribution.mean), deviation = float(distribution.deviation);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float value = mean + deviation * draw(stream, std::uint64_t(first) + i);
    if constexpr (std::is_same_v<Value, float>) {
      out[i] = value;
    } else {
      out[i] = Bf16::round_to_bits(value);
    }
  }
}

/// Writes every tensor that inference reads, `Value` by `Value`, on all cores.
template <class Value>
void write_values(SafetensorsWriter& writer, std::span<const TensorSpec> tensors, std::uint64_t seed) {
  const std::vector<Piece> pieces = cut(tensors);
  const int workers = int(std::max(1u, std::thread::hardware_concurrency()));
  std::vector<std::vector<Value>> buffers(static_cast<std::size_t>(workers), std::vector<Value>(kPieceValues));
  parallel_jobs(int(pieces.size()), workers, [&](int job, int worker) {
    const Piece& piece = pieces[std::size_t(job)];
    const TensorSpec& tensor = tensors[piece.tensor];
    const std::span<Value> values = std::span(buffers[std::size_t(worker)]).first(std::size_t(piece.count));
    fill(values, mix_seed(seed, hash_text(tensor.name)), piece.first, distribution_of(tensor));
    writer.write(piece.tensor, std::uint64_t(piece.first) * sizeof(Value), std::as_bytes(values));
  });
}

void write_weights(const std::string& path, const ModelConfig& config, StoredType type, std::uint64_t seed) {
  AWD_CHECK(type == StoredType::kF32 || type == StoredType::kBf16);
  std::vector<TensorSpec> tensors = checkpoint_tensors(config);
  std::erase_if(tensors, [](const TensorSpec& tensor) { return !tensor.is_used; });
  std::vector<TensorHeader> headers;
  headers.reserve(tensors.size());
  for (const TensorSpec& tensor : tensors) headers.push_back({tensor.name, type, tensor.shape});
  SafetensorsWriter writer(path, headers);
  if (type == StoredType::kF32) {
    write_values<float>(writer, tensors, seed);
  } else {
    write_values<std::uint16_t>(writer, tensors, seed);
  }
  writer.commit();
}

std::string config_text(const ModelConfig& config) {
  json text = {{"format", "awd-policy-1"},
               {"name", config.name},
               {"variant", word_of(config.variant)},
               {"patch_size", config.patch_size}};
  text.update(json(interface_json(config)));
  text.update(json(networks_json(config)));
  return text.dump(1) + "\n";
}

json unit_stats(int dim) {
  const auto all = [&](double value) { return std::vector<double>(std::size_t(dim), value); };
  return {{"mean", all(0.0)}, {"std", all(1.0)}, {"q01", all(-1.0)}, {"q99", all(1.0)}};
}

}  // namespace

ModelConfig tiny_geometry() {
  return {.name = "random-tiny",
          .variant = Variant::kPi0,
          .state_input = StateInput::kToken,
          .cameras = {"base", "wrist"},
          .image_size = 224,
          .patch_size = 14,
          .vision = {.width = 192, .depth = 4, .heads = 3, .mlp = 768},
          .llm = {.width = 256, .depth = 5, .mlp = 512, .heads = 4, .kv_heads = 1, .head_dim = 64, .vocab = 256},
          .expert = {.width = 256, .mlp = 512},
          .state_dim = 8,
          .action_dim = 7,
          .model_state_dim = 8,
          .model_action_dim = 7,
          .horizon = 20,
          .flow_steps = 10,
          .max_tokens = 48};
}

bool is_random_policy(const std::string& folder, const ModelConfig& config) {
  std::ifstream file(folder + "/config.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return text == config_text(config);
}

void write_random_policy(const std::string& folder, const ModelConfig& config, const std::string& tokenizer,
                         StoredType weights, std::uint64_t seed) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  std::filesystem::copy_file(tokenizer, folder + "/tokenizer.model", std::filesystem::copy_options::overwrite_existing,
                             failure);
  if (failure) throw Error(folder, fmt::format("expected to copy {} here, got: {}", tokenizer, failure.message()));
  write_file_atomically(folder + "/config.json", config_text(config));
  const json norms = {
      {"norm_stats", {{"state", unit_stats(config.state_dim)}, {"actions", unit_stats(config.action_dim)}}}};
  write_file_atomically(folder + "/norm_stats.json", norms.dump(1) + "\n");

  write_weights(folder + "/model.safetensors", config, weights, seed);
}

}  // namespace awd
