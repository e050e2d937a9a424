// Every stage of the engine against tests/golden (see make_goldens.py there), for each backend and type.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "awd/engine.h"
#include "engine/device_choice.h"
#include "engine/kv_cache.h"
#include "engine/norm_stats.h"
#include "engine/pi0.h"
#include "engine/prompt.h"
#include "engine/robot_io.h"
#include "io/safetensors.h"

namespace awd {
namespace {

struct Row {
  const char* policy;
  const char* case_name;
  EngineBackend backend;
  EngineDtype dtype;
  double tolerance;  // of relative_error()
};

std::string golden_folder(const char* policy) { return std::string(AWD_SOURCE_DIR "/tests/golden/") + policy; }

/// One case of a golden file.
class Golden {
 public:
  Golden(const char* policy, std::string case_name)
      : file_(golden_folder(policy) + "/golden.safetensors"), case_(std::move(case_name)) {
    std::ifstream prompt(golden_folder(policy) + "/prompt.txt");
    prompt_.assign(std::istreambuf_iterator<char>(prompt), {});
    const StoredTensor& pictures = *file_.find("pictures");
    const StoredTensor& present = *file_.find(case_ + ".present");
    const int side = int(pictures.shape[1]);
    const auto* pixels = reinterpret_cast<const std::uint8_t*>(pictures.bytes.data());
    for (std::int64_t i = 0; i < pictures.shape[0]; ++i) {
      const bool is_present = present.bytes[std::size_t(i)] != std::byte{0};
      views_.push_back(is_present ? ImageView{pixels + i * side * side * 3, side, side} : ImageView{});
    }
    state_ = floats("state");
    noise_ = floats("noise");
  }

  std::vector<float> floats(const std::string& name) const {
    const StoredTensor& tensor = *file_.find(name);
    std::vector<float> values(std::size_t(tensor.elements()));
    tensor.read(0, values);
    return values;
  }
  std::vector<float> stage(const std::string& name) const { return floats(case_ + "." + name); }

  std::vector<int> tokens() const {
    const StoredTensor& tensor = *file_.find("tokens");
    std::vector<int> ids(std::size_t(tensor.elements()));
    std::memcpy(ids.data(), tensor.bytes.data(), tensor.bytes.size());
    return ids;
  }

  Observation observation() const { return {.cameras = views_, .state = state_, .joints = {}, .prompt = prompt_}; }
  std::span<const float> state() const { return state_; }
  std::span<const float> noise() const { return noise_; }

 private:
  SafetensorsFile file_;
  std::string case_;
  std::string prompt_;
  std::vector<ImageView> views_;
  std::vector<float> state_, noise_;
};

/// Norm of the difference over the norm of the expected values.
double relative_error(std::span<const float> got, std::span<const float> expected) {
  if (got.size() != expected.size()) return HUGE_VAL;
  double expected_squares = 0;
  double squares = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double difference = double(got[i]) - double(expected[i]);
    expected_squares += double(expected[i]) * double(expected[i]);
    squares += difference * difference;
  }
  return std::isnan(squares) ? HUGE_VAL : std::sqrt(squares / expected_squares);
}

class GoldenTest : public testing::TestWithParam<Row> {
 protected:
  void expect_near(std::span<const float> got, std::span<const float> expected, const char* what) const {
    const double error = relative_error(got, expected);
    EXPECT_LE(error, GetParam().tolerance) << what;
    RecordProperty(what, std::to_string(error));
  }

  EngineOptions options() const {
    EngineOptions options;
    options.backend = GetParam().backend;
    options.dtype = GetParam().dtype;
    options.threads = 1;
    return options;
  }

  void SetUp() override {
    if (!has_device(GetParam().backend, GetParam().dtype)) GTEST_SKIP() << "no such device";
  }
};

/// Keeps the velocity of the first flow step.
class FirstVelocity : public AttentionObserver {
 public:
  explicit FirstVelocity(const Tensor& velocity)
      : velocity_(velocity), values_(std::size_t(velocity.rows) * std::size_t(velocity.cols)) {}
  bool wants(int step) const override { return step == 0; }
  void see(int, const Tensor&, Ops& ops) override { ops.download(velocity_, values_); }
  std::span<const float> values() const { return values_; }

 private:
  Tensor velocity_;
  std::vector<float> values_;
};

TEST_P(GoldenTest, PublicInterface) {
  const Golden golden(GetParam().policy, GetParam().case_name);
  const auto engine = Engine::load(golden_folder(GetParam().policy), options());
  const auto session = Session::create(engine);
  PrefixCache cache;
  session->encode(golden.observation(), cache);
  const PrefixCache copy = cache.clone();

  ActionChunk chunk;
  ImportanceMaps importance;
  session->denoise(cache, golden.state(), golden.noise(), chunk, &importance);
  expect_near(chunk.values, golden.stage("actions"), "actions");
  ASSERT_EQ(importance.n_cameras, int(engine->info().cameras.size()));
  const float* maps = importance.map[0].data();
  expect_near({maps, std::size_t(importance.n_cameras) * importance.map[0].size()}, golden.stage("importance"),
              "importance");

  ActionChunk again;
  AttentionCapture capture;
  session->denoise_capturing(copy, golden.state(), golden.noise(), again, capture);
  EXPECT_EQ(again.values, chunk.values) << "same cache, same noise";
  expect_near(capture.share, golden.stage("share"), "share");
}

TEST_P(GoldenTest, Stages) {
  const Golden golden(GetParam().policy, GetParam().case_name);
  EngineOptions options;
  options.backend = GetParam().backend;
  options.dtype = GetParam().dtype;
  const std::shared_ptr<const Device> device = make_device(options);
  const ModelConfig config = load_config(golden_folder(GetParam().policy) + "/config.json");
  Pi0 model{config,
            load_weights(golden_folder(GetParam().policy) + "/model.safetensors", config, config.flow_steps, *device),
            config.flow_steps};
  const std::unique_ptr<Ops> ops = device->make_ops(1);
  const Ops::Scope scope(*ops);
  Activations activations = make_activations(config, *device);
  PrefixCache cache;
  cache.impl().fit(device, config);
  const auto values_of = [&](const Tensor& tensor) {
    std::vector<float> values(std::size_t(tensor.rows) * std::size_t(tensor.cols));
    ops->download(tensor, values);
    return values;
  };

  std::vector<Picture> pictures;
  const Observation observation = golden.observation();
  for (const ImageView& view : observation.cameras) {
    if (!view.empty()) pictures.push_back({view.data, view.width});
  }
  embed_images(model, pictures, 0, *ops, activations);
  const int image_tokens = int(pictures.size()) * config.patches();
  expect_near(values_of(activations.prefix.x.tensor().row_range(0, image_tokens)), golden.stage("vision"), "vision");

  const std::vector<int> tokens = golden.tokens();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::vector<float> row(std::size_t(config.llm.width));
    embed_token(model.weights, tokens[i], row);
    for (float& value : row) value *= std::sqrt(float(config.llm.width));
    ops->upload(row, activations.text.tensor().row_range(int(i), 1));
  }
  LayerRows rows(model.config.llm.depth, model.config.max_prefix_tokens());
  rows.run_all(int(pictures.size()) * model.config.patches() + int(tokens.size()));
  prefill(model, rows, int(tokens.size()), *ops, activations, cache.impl());
  expect_near(values_of(cache.impl().layer_k(0)), golden.stage("k_first"), "k_first");
  expect_near(values_of(cache.impl().layer_v(0)), golden.stage("v_first"), "v_first");
  expect_near(values_of(cache.impl().layer_k(config.llm.depth - 1)), golden.stage("k_last"), "k_last");
  expect_near(values_of(cache.impl().layer_v(config.llm.depth - 1)), golden.stage("v_last"), "v_last");

  const NormStats norms = load_norm_stats(golden_folder(GetParam().policy) + "/norm_stats.json", config);
  std::vector<float> state(std::size_t(config.model_state_dim));
  to_model_state(config, norms, golden.state(), std::span(state).first(std::size_t(config.state_dim)));
  ops->upload(state, activations.state.tensor());
  ops->upload(golden.noise(), activations.actions.tensor());
  FirstVelocity first(activations.velocity.tensor());
  denoise(model, cache.impl(), 0, *ops, activations, &first);
  expect_near(first.values(), golden.stage("velocity"), "velocity");
}

TEST(GoldenTokens, PromptMatchesReference) {
  for (const char* policy : {"pi0", "pi05"}) {
    const Golden golden(policy, "all");
    const ModelConfig config = load_config(golden_folder(policy) + "/config.json");
    const NormStats norms = load_norm_stats(golden_folder(policy) + "/norm_stats.json", config);
    std::vector<float> state(golden.state().size());
    to_model_state(config, norms, golden.state(), state);
    const Tokenizer tokenizer(golden_folder(policy) + "/tokenizer.model");
    EXPECT_EQ(prompt_tokens(tokenizer, config, golden.observation().prompt, state), golden.tokens()) << policy;
  }
}

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  for (const char* policy : {"pi0", "pi05"}) {
    for (const char* case_name : {"all", "missing"}) {
      rows.push_back({policy, case_name, EngineBackend::kRef, EngineDtype::kF32, 1e-4});
      rows.push_back({policy, case_name, EngineBackend::kCpu, EngineDtype::kF32, 1e-4});
      rows.push_back({policy, case_name, EngineBackend::kCpu, EngineDtype::kBf16, 2e-2});
      rows.push_back({policy, case_name, EngineBackend::kCuda, EngineDtype::kF32, 1e-4});
      rows.push_back({policy, case_name, EngineBackend::kCuda, EngineDtype::kBf16, 2e-2});
    }
  }
  return rows;
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTest, testing::ValuesIn(all_rows()), [](const auto& test) {
  return std::string(test.param.policy) + "_" + test.param.case_name + "_" + std::string(word_of(test.param.backend)) +
         "_" + std::string(word_of(test.param.dtype));
});

}  // namespace
}  // namespace awd
