// Weights: everything of a checkpoint that inference needs, packed for one device. Const after load, shared by
// sessions.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/device.h"
#include "engine/config.h"
#include "engine/fp8_ranges.h"
#include "engine/weight_reader.h"

namespace awd {

using LinearPtr = std::unique_ptr<const Linear>;

/// SigLIP: patches of one camera -> rows of the language model's width.
struct VisionWeights {
  struct Layer {
    Buffer norm1_weight, norm1_bias, norm2_weight, norm2_bias;  // [1, width] f32
    LinearPtr qkv;                                              // width -> 3 width: queries | keys | values
    LinearPtr out;                                              // width -> width
    LinearPtr fc1, fc2;                                         // width -> mlp -> width
  };
  LinearPtr patch_embedding;  // 3 patch^2 -> width, f32
  Buffer positions;           // [256, width] f32
  std::vector<Layer> layers;
  Buffer post_norm_weight, post_norm_bias;  // [1, width] f32
  LinearPtr projector;                      // width -> llm width
};

/// One Gemma layer, of the prefix LM or of the action expert. The last prefix layer has keys and values only.
struct GemmaLayer {
  std::unique_ptr<const QkvLinear> qkv;
  LinearPtr o;
  LinearPtr gate_up;  // width -> 2 mlp: gate | up, packed as gated
  LinearPtr down;     // mlp -> width
};

struct LanguageWeights {
  std::vector<GemmaLayer> layers;
  Buffer norm_scales;      // [2 depth, width] f32, rows: layer 0 input, layer 0 post, layer 1 input, ...
  StoredMatrix embedding;  // [vocab, width], stays in the mapped file

  Modulation norm(int index) const { return {norm_scales.tensor().row_range(index, 1), {}, {}}; }
};

/// The action expert. pi0: plain norms, a time MLP and perhaps a state token. pi0.5: norms modulated by the time.
struct ExpertWeights {
  std::vector<GemmaLayer> layers;
  LinearPtr action_in;   // model_action_dim -> width, f32
  LinearPtr action_out;  // width -> model_action_dim, f32
  LinearPtr state_in;    // model_state_dim -> width, f32; only with a state token

  // pi0 only. The first time layer is split: W [action | time] + b = action_time_in * action + time_rows[step].
  LinearPtr action_time_in;   // width -> width, f32, no bias
  LinearPtr action_time_out;  // width -> width, f32
  Buffer time_rows;           // [flow_steps, width] f32

  // Rows of norm_table, in the order layer 0 input, layer 0 post, ..., final norm.
  Buffer norm_table;  // pi0: [norms, width]; pi0.5: [flow_steps * norms, 3 width] = scale | shift | gate; f32
  bool modulated = false;

  int norms() const { return 2 * int(layers.size()) + 1; }
  /// Row `index` of norm_table at a flow step.
  Modulation norm(int step, int index) const;
};

struct Weights {
  std::shared_ptr<const Checkpoint> checkpoint;
  VisionWeights vision;
  LanguageWeights language;
  ExpertWeights expert;
  Buffer angles;          // [positions, head_dim] f32 = cosines | sines of every position of prefix and suffix
  std::size_t bytes = 0;  // resident, without the embedding table
};

/// Copies weights to the device. Its helpers are shared by the parts' loaders.
class WeightPacker {
 public:
  WeightPacker(const WeightReader& reader, const Device& device)
      : reader_(reader), device_(device), ops_(device.make_ops(1)) {}

  const WeightReader& reader() const { return reader_; }
  const Device& device() const { return device_; }
  Ops& ops() { return *ops_; }
  std::size_t bytes() const { return bytes_; }

  /// Layers `names` ("<name>.weight", and "<name>.bias" if with_bias), stacked along their outputs.
  struct LinearSpec {
    std::vector<std::string> names;
    int in = 0;
    int out = 0;  // of each
    bool with_bias = false;
    DType dtype = DType::kF32;
    bool is_gated = false;    // see LinearData
    int max_rows = 0;         // likewise
    bool is_mlp = false;      // likewise
    float largest_input = 0;  // likewise
  };
  LinearPtr linear(const LinearSpec& spec);
  /// Queries, keys and values of the Gemma layer "<prefix>self_attn."; without queries if `kv_alone`.
  std::unique_ptr<const QkvLinear> qkv(const std::string& prefix, const ModelConfig& config, int width, int max_rows,
                                       bool kv_alone);
  /// A layer whose values are already in memory.
  LinearPtr pack(const LinearData& data);
  /// [rows, cols] f32 on the device.
  Buffer table(std::span<const float> values, int rows, int cols);
  /// A vector tensor [cols] as [1, cols].
  Buffer vector(const std::string& name, int cols);
  /// All linear layers of one Gemma layer.
  struct GemmaSpec {
    std::string prefix;  // of their names, "...layers.N."
    int width = 0;
    int mlp = 0;
    int max_rows = 0;     // see LinearData
    MlpRange range = {};  // of the MLP's inputs
  };
  GemmaLayer load_gemma_layer(const GemmaSpec& spec, const ModelConfig& config);

 private:
  const WeightReader& reader_;
  const Device& device_;
  std::unique_ptr<Ops> ops_;
  std::size_t bytes_ = 0;
};

/// Packs the weights of a checkpoint for a device. All names, shapes and types are checked before any value is read;
/// values are checked for NaN and infinity on the way, but for the embedding, whose rows are checked when they are used
/// (see embed_token). Pages of the file are given back as soon as they have been packed. Throws awd::Error.
/// `flow_steps` fixes the times whose embeddings and modulations are computed here, once; `ranges` are for devices that
/// quantise with fixed scales.
Weights load_weights(std::shared_ptr<const Checkpoint> checkpoint, const ModelConfig& config, int flow_steps,
                     const Device& device, const Fp8Ranges& ranges = {});
/// load_weights() of a policy folder or a safetensors file.
Weights load_weights(const std::string& path, const ModelConfig& config, int flow_steps, const Device& device);

/// The embedding of a token, [width], as stored. Throws awd::Error if it is not finite.
void embed_token(const Weights& weights, int token, std::span<float> out);

/// The parts of load_weights behind the vision tower.
LanguageWeights load_language(WeightPacker& packer, const ModelConfig& config, const Fp8Ranges& ranges = {});
/// [positions, head_dim] = cosines | sines of every position of prefix and suffix.
Buffer rotary_angles(WeightPacker& packer, const ModelConfig& config);
ExpertWeights load_expert(WeightPacker& packer, const ModelConfig& config, int flow_steps,
                          const Fp8Ranges& ranges = {});

}  // namespace awd
