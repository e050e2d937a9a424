// Latency of the forward pass of pi0.5 at full size on a GPU, without a checkpoint: random weights, pictures and prompt
// in the geometry of openpi's LIBERO policy, through the engine's own steps. The actions are compared with those of the
// plain kernels, and recordings with the calls they stand for; the program fails where they differ.
//   frame_bench [frames [horizon [prompt tokens [device: 0 plain, 1 bf16, 2 fp8]]]]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <vector>

#include "base/clock.h"
#include "base/half.h"
#include "engine/pi0.h"

namespace awd {
namespace {

ModelConfig full_geometry(int horizon) {
  ModelConfig config;
  config.name = "random";
  config.variant = Variant::kPi05;
  config.cameras = {"base", "wrist"};
  config.image_size = 224;
  config.patch_size = 14;
  config.vision = {.width = 1152, .depth = 27, .heads = 16, .mlp = 4304};
  config.llm = {.width = 2048, .depth = 18, .mlp = 16384, .heads = 8, .kv_heads = 1, .head_dim = 256, .vocab = 257152};
  config.expert = {.width = 1024, .mlp = 4096};
  config.state_dim = 8, config.action_dim = 7;
  config.model_state_dim = config.model_action_dim = 32;
  config.horizon = horizon;
  config.flow_steps = 10;
  config.max_tokens = 200;
  return config;
}

/// Cheap numbers in [-1, 1), the same on every machine.
class Numbers {
 public:
  float next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return float(std::int64_t(state_) >> 40) / float(1 << 23);
  }
  std::vector<float> draw(std::size_t count, float scale, float offset = 0.f) {
    std::vector<float> values(count);
    for (float& value : values) value = offset + scale * next();
    return values;
  }

 private:
  std::uint64_t state_ = 1;
};

/// Random layers. Matrices of one input width are pieces of one pool of numbers that keep activations at their size.
class RandomLayers {
 public:
  explicit RandomLayers(const Device& device) : device_(device), ops_(device.make_ops(1)) {}

  LinearData data(int in, int out, bool is_gated = false, int max_rows = 0, DType dtype = DType::kBf16) {
    const DType type = dtype == DType::kBf16 ? device_.compute_dtype() : dtype;
    return {.parts = {piece(in, out)}, .bias = {}, .dtype = type, .is_gated = is_gated, .max_rows = max_rows};
  }
  LinearPtr linear(int in, int out, bool is_gated = false, int max_rows = 0, DType dtype = DType::kBf16) {
    return device_.pack(data(in, out, is_gated, max_rows, dtype));
  }
  LinearPtr mlp_layer(int in, int out, bool is_gated, int max_rows) {
    LinearData layer = data(in, out, is_gated, max_rows);
    layer.is_mlp = true;
    return device_.pack(layer);
  }
  LinearPtr biased(int in, int out, DType dtype = DType::kBf16) {
    LinearData layer = data(in, out, false, 0, dtype);
    const std::vector<float> bias = numbers_.draw(std::size_t(out), 0.1f);
    layer.bias = bias;
    return device_.pack(layer);
  }
  Buffer table(int rows, int cols, float scale, float offset) {
    Buffer buffer = device_.allocate(rows, cols, DType::kF32);
    ops_->upload(numbers_.draw(std::size_t(rows) * std::size_t(cols), scale, offset), buffer.tensor());
    return buffer;
  }
  GemmaLayer gemma(const ModelConfig& config, int width, int mlp, int max_rows) {
    const LinearData k = data(width, config.kv_width(), false, max_rows);
    const LinearData v = data(width, config.kv_width(), false, max_rows);
    return {.qkv = device_.pack_qkv(data(width, config.q_width(), false, max_rows), k, v, config.llm.head_dim),
            .o = linear(config.q_width(), width, false, max_rows),
            .gate_up = mlp_layer(width, 2 * mlp, true, max_rows),
            .down = mlp_layer(mlp, width, false, max_rows)};
  }

 private:
  StoredMatrix piece(int in, int out) {
    const int rows = in == 2048 ? 33000 : in > 4000 ? 2200 : 9000;  // a little more than the largest layer has
    std::vector<Bf16>& pool = pools_[in];
    const std::size_t wanted = std::size_t(in) * std::size_t(rows);
    while (pool.size() < wanted) pool.emplace_back(numbers_.next() * std::sqrt(3.f / float(in)));
    const std::size_t spare = pool.size() / std::size_t(in) - std::size_t(out);
    const std::size_t first = std::size_t(++pieces_) * 37 % (spare + 1);
    return {reinterpret_cast<const std::byte*>(pool.data() + first * std::size_t(in)), FloatFormat::kBf16, out, in};
  }

  const Device& device_;
  std::unique_ptr<Ops> ops_;
  Numbers numbers_;
  std::map<int, std::vector<Bf16>> pools_;
  int pieces_ = 0;
};

VisionWeights random_vision(RandomLayers& layers, const ModelConfig& config) {
  const int width = config.vision.width;
  const auto norm_weight = [&] { return layers.table(1, width, 0.1f, 1.f); };
  const auto norm_bias = [&] { return layers.table(1, width, 0.1f, 0.f); };
  VisionWeights vision;
  vision.patch_embedding = layers.biased(3 * config.patch_size * config.patch_size, width, DType::kF32);
  vision.positions = layers.table(config.patches(), width, 0.1f, 0.f);
  for (int i = 0; i < config.vision.depth; ++i) {
    vision.layers.push_back({.norm1_weight = norm_weight(),
                             .norm1_bias = norm_bias(),
                             .norm2_weight = norm_weight(),
                             .norm2_bias = norm_bias(),
                             .qkv = layers.biased(width, 3 * width),
                             .out = layers.biased(width, width),
                             .fc1 = layers.biased(width, config.vision.mlp),
                             .fc2 = layers.biased(config.vision.mlp, width)});
  }
  vision.post_norm_weight = norm_weight();
  vision.post_norm_bias = norm_bias();
  vision.projector = layers.biased(width, config.llm.width);
  return vision;
}

Pi0 random_model(const Device& device, int horizon) {
  RandomLayers layers(device);
  Pi0 model;
  model.config = full_geometry(horizon);
  const ModelConfig& config = model.config;
  model.flow_steps = config.flow_steps;
  Weights& weights = model.weights;
  weights.vision = random_vision(layers, config);
  for (int i = 0; i < config.llm.depth; ++i) {
    weights.language.layers.push_back(layers.gemma(config, config.llm.width, config.llm.mlp, 0));
    weights.expert.layers.push_back(
        layers.gemma(config, config.expert.width, config.expert.mlp, config.suffix_tokens()));
  }
  weights.language.norm_scales = layers.table(2 * config.llm.depth, config.llm.width, 0.1f, 1.f);
  ExpertWeights& expert = weights.expert;
  expert.action_in = layers.biased(config.model_action_dim, config.expert.width, DType::kF32);
  expert.action_out = layers.biased(config.expert.width, config.model_action_dim, DType::kF32);
  expert.modulated = true;
  expert.norm_table = layers.table(config.flow_steps * expert.norms(), 3 * config.expert.width, 0.5f, 0.5f);
  weights.angles = layers.table(config.max_prefix_tokens() + config.suffix_tokens(), config.llm.head_dim, 0.7f, 0.f);
  return model;
}

/// One caller of the model, and the same inputs for every device.
class Frames {
 public:
  Frames(std::shared_ptr<const Device> device, const Pi0& model, int text_tokens)
      : model_(model),
        text_tokens_(text_tokens),
        ops_(device->make_ops(1)),
        activations_(make_activations(model.config, *device)),
        rows_(model.config.llm.depth, model.config.max_prefix_tokens()) {
    Numbers numbers;
    const auto side = std::size_t(model.config.image_size);
    for (int camera = 0; camera < 2; ++camera) {
      for (std::size_t i = 0; i < 3 * side * side; ++i) pixels_.push_back(std::uint8_t(127.f + 127.f * numbers.next()));
    }
    for (std::size_t camera = 0; camera < 2; ++camera) {
      pictures_.push_back({.pixels = pixels_.data() + camera * 3 * side * side, .side = int(side)});
    }
    const auto count = std::size_t(model.config.horizon) * std::size_t(model.config.model_action_dim);
    noise_ = numbers.draw(count, 1.7f);
    actions_.resize(count);
    const Tensor text = activations_.text.tensor().row_range(0, text_tokens);
    ops_->upload(numbers.draw(std::size_t(text.rows) * std::size_t(text.cols), 1.f), text);
    cache_.impl().fit(device, model.config);
    rows_.run_all(2 * model.config.patches() + text_tokens);
  }

  void embed() { embed_images(model_, pictures_, 0, *ops_, activations_); }
  void fill() { prefill(model_, rows_, text_tokens_, *ops_, activations_, cache_.impl()); }
  void flow() {
    ops_->upload(noise_, activations_.actions.tensor());
    denoise(model_, cache_.impl(), 0, *ops_, activations_, nullptr);
    ops_->download(activations_.actions.tensor(), actions_);
  }
  void full() { embed(), fill(), flow(); }
  /// Waits for the device.
  void wait() { ops_->finish(); }
  const std::vector<float>& actions() const { return actions_; }
  /// What a tensor of the last frame held at its end, as f32.
  std::vector<float> tokens() { return read(activations_.prefix.x.tensor().row_range(0, 2 * model_.config.patches())); }
  std::vector<float> keys() { return read(cache_.impl().layer_k(model_.config.llm.depth - 1)); }

 private:
  std::vector<float> read(const Tensor& tensor) {
    std::vector<float> values(std::size_t(tensor.rows) * std::size_t(tensor.cols));
    ops_->download(tensor, values);
    return values;
  }

  const Pi0& model_;
  int text_tokens_;
  std::unique_ptr<Ops> ops_;
  Activations activations_;
  LayerRows rows_;
  PrefixCache cache_;
  std::vector<std::uint8_t> pixels_;
  std::vector<Picture> pictures_;
  std::vector<float> noise_, actions_;
};

/// Prints median and least milliseconds of `work`.
template <class F>
void time(const char* name, int times, F&& work) {
  for (int i = 0; i < 5; ++i) work();
  std::vector<double> ms;
  for (int i = 0; i < times; ++i) {
    const Stopwatch watch;
    work();
    ms.push_back(watch.ms());
  }
  std::sort(ms.begin(), ms.end());
  fmt::print("{:<28} median {:8.3f} ms, min {:8.3f}, p95 {:8.3f}\n", name, ms[ms.size() / 2], ms.front(),
             ms[ms.size() * 95 / 100]);
}

void time_frames(Frames& frames, int times) {
  time("full", times, [&] { frames.full(); });
  time("vision", times, [&] { frames.embed(), frames.wait(); });
  time("prefix", times, [&] { frames.fill(), frames.wait(); });
  time("flow (reuse)", times, [&] { frames.flow(); });
  time("nothing", times, [&] { frames.wait(); });
}

/// The largest difference, relative to the largest of `expected`.
float difference(const std::vector<float>& expected, const std::vector<float>& got) {
  float largest = 0, difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    difference = std::isfinite(got[i]) ? std::max(difference, std::abs(expected[i] - got[i])) : 1e30f;
  }
  return difference / largest;
}

/// Equal frames, made directly, recorded, and run again: true if every stage gives equal bits.
bool repeat_frames(Frames& session) {
  std::vector<float> tokens, keys, actions;
  bool is_equal = true;
  for (int i = 0; i < 5; ++i) {
    session.embed();
    const std::vector<float> new_tokens = session.tokens();
    session.fill();
    const std::vector<float> new_keys = session.keys();
    session.flow();
    if (i > 0 && (new_tokens != tokens || new_keys != keys || session.actions() != actions)) {
      is_equal = false;
      fmt::print("run {} differs from the one before by {:.1e} in tokens, {:.1e} in keys, {:.1e} in actions\n", i,
                 difference(tokens, new_tokens), difference(keys, new_keys), difference(actions, session.actions()));
    }
    tokens = new_tokens, keys = new_keys, actions = session.actions();
  }
  for (int i = 0; i < 3; ++i) {
    session.flow();
    if (session.actions() == actions) continue;
    is_equal = false;
    fmt::print("a flow on the same keys differs by {:.1e}\n", difference(actions, session.actions()));
  }
  return is_equal;
}

struct Arm {
  const char* name;
  CudaDeviceOptions options;
  int most_frames;
  float tolerance;  // against the first
};

int run(int frames, int horizon, int text_tokens, int only) {
  const Arm arms[] = {{"plain", {.tuned_kernels = false}, 10, 0.f},
                      {"bf16", {}, frames, 5e-2f},
                      {"fp8", {.fp8_weights = true}, frames, 2e-1f}};
  std::vector<float> expected;
  bool is_right = true;
  for (const Arm& arm : arms) {
    if (only >= 0 && &arm != arms + only) continue;
    const Stopwatch load;
    const std::shared_ptr<const Device> device = make_cuda_device(arm.options);
    const Pi0 model = random_model(*device, horizon);
    fmt::print("{}, packed in {:.1f} s\n", arm.name, load.ms() / 1e3);
    Frames session(device, model, text_tokens);
    const bool repeats = repeat_frames(session);
    if (expected.empty()) expected = session.actions();
    const float off = difference(expected, session.actions());
    fmt::print("actions {:.4f} {:.4f} {:.4f} ..., {:.2e} off\n", session.actions()[0], session.actions()[1],
               session.actions()[2], off);
    is_right = is_right && repeats && off <= arm.tolerance;
    time_frames(session, std::min(frames, arm.most_frames));
  }
  return is_right ? 0 : 1;
}

}  // namespace
}  // namespace awd

int main(int argc, char** argv) {
  const auto argument = [&](int index, int standard) { return argc > index ? std::atoi(argv[index]) : standard; };
  return awd::run(argument(1, 100), argument(2, 10), argument(3, 21), argument(4, -1));
}
