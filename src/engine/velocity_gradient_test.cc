// The gradient against the engine's own forward pass on backend ref: the velocity itself, and central differences of
// it, for both variants, all ways the state reaches the model, and a missing camera.
#include "engine/velocity_gradient.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "base/test_folder.h"
#include "engine/pi0.h"
#include "engine/random_policy.h"

namespace awd {
namespace {

constexpr int kFlowSteps = 3;
constexpr int kTextTokens = 5;

struct Row {
  const char* name;
  Variant variant;
  StateInput state_input;
  int heads, kv_heads, head_dim;
  int cameras;  // present ones, of two
  int step;
};

constexpr Row kRows[] = {{"pi0", Variant::kPi0, StateInput::kToken, 2, 1, 8, 2, 2},
                         {"pi0_no_state", Variant::kPi0, StateInput::kNone, 4, 2, 4, 2, 0},
                         {"pi0_missing_camera", Variant::kPi0, StateInput::kToken, 2, 2, 8, 1, 0},
                         {"pi05", Variant::kPi05, StateInput::kNone, 2, 1, 8, 2, 0},
                         {"pi05_state_in_prompt", Variant::kPi05, StateInput::kPrompt, 3, 3, 6, 2, 2},
                         {"pi05_missing_camera", Variant::kPi05, StateInput::kNone, 4, 1, 4, 1, 2}};

ModelConfig geometry_of(const Row& row) {
  ModelConfig config = tiny_geometry();
  config.variant = row.variant;
  config.state_input = row.state_input;
  config.image_size = 32;
  config.patch_size = 2;
  config.vision = {.width = 8, .depth = 1, .heads = 1, .mlp = 8};
  config.llm = {.width = 16,
                .depth = 3,
                .mlp = 24,
                .heads = row.heads,
                .kv_heads = row.kv_heads,
                .head_dim = row.head_dim,
                .vocab = 96};
  config.expert = {.width = 12, .mlp = 20};
  config.horizon = 4;
  config.max_tokens = 8;
  return config;
}

/// The engine's forward pass behind the vision tower.
class RefVelocity : public AttentionObserver {
 public:
  RefVelocity(const ModelConfig& config, const std::string& weights)
      : device_(make_ref_device()),
        model_{config, load_weights(weights, config, kFlowSteps, *device_), kFlowSteps},
        ops_(device_->make_ops(1)),
        activations_(make_activations(model_.config, *device_)),
        values_(std::size_t(config.horizon) * std::size_t(config.model_action_dim)) {
    cache_.impl().fit(device_, model_.config);
  }

  std::vector<float> operator()(const VelocityInput& input) {
    const auto width = std::size_t(model_.config.llm.width);
    const int tokens = int(input.prefix.size() / width);
    const int images = tokens - kTextTokens;
    const auto split = std::size_t(images) * width;
    ops_->upload(input.prefix.first(split), activations_.prefix.x.tensor().row_range(0, images));
    ops_->upload(input.prefix.subspan(split), activations_.text.tensor().row_range(0, kTextTokens));
    LayerRows rows(model_.config.llm.depth, model_.config.max_prefix_tokens());
    rows.run_all(tokens);
    prefill(model_, rows, kTextTokens, *ops_, activations_, cache_.impl());
    ops_->upload(input.state, activations_.state.tensor());
    ops_->upload(input.x, activations_.actions.tensor());
    step_ = input.step;
    denoise(model_, cache_.impl(), input.step, *ops_, activations_, this);
    return values_;
  }

  const Checkpoint& checkpoint() const { return *model_.weights.checkpoint; }

 private:
  bool wants(int step) const override { return step == step_; }
  void see(int, const Tensor&, Ops& ops) override { ops.download(activations_.velocity.tensor(), values_); }

  std::shared_ptr<const Device> device_;
  Pi0 model_;
  std::unique_ptr<Ops> ops_;
  Activations activations_;
  PrefixCache cache_;
  int step_ = 0;
  std::vector<float> values_;
};

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double(a[i]) * double(b[i]);
  return sum;
}

class VelocityGradientTest : public testing::TestWithParam<Row> {
 protected:
  VelocityGradientTest() {
    write_random_policy(folder_.path(), config_, AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model", StoredType::kF32,
                        7);
    ref_ = std::make_unique<RefVelocity>(config_, folder_.file("model.safetensors"));
    gradient_ =
        std::make_unique<VelocityGradient>(load_gradient_weights(ref_->checkpoint(), config_, kFlowSteps), config_, 1);
    prefix_ = random((GetParam().cameras * config_.patches() + kTextTokens) * config_.llm.width);
    state_ = random(config_.model_state_dim);
    x_ = random(config_.horizon * config_.model_action_dim);
    weights_ = random(int(x_.size()));
  }

  std::vector<float> random(int count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = float(rng_.normal());
    return values;
  }

  VelocityInput input() const { return {.prefix = prefix_, .state = state_, .x = x_, .step = GetParam().step}; }

  /// d <weights_, v> / d (prefix along `direction`), central differences of backend ref, extrapolated to step 0: with
  /// f32 sums a step must be large, and the error of two steps tells that of the smaller one.
  double difference_along(std::span<const float> direction) {
    const std::vector<float> before = prefix_;
    const auto slope = [&](float step) {
      const auto target_at = [&](float distance) {
        for (std::size_t i = 0; i < before.size(); ++i) prefix_[i] = before[i] + distance * direction[i];
        return dot(weights_, (*ref_)(input()));
      };
      return (target_at(step) - target_at(-step)) / (2.0 * double(step));
    };
    constexpr float kStep = 0.03125f;
    const double wide = slope(2 * kStep);
    const double narrow = slope(kStep);
    prefix_ = before;
    return narrow + (narrow - wide) / 3;
  }

  ModelConfig config_ = geometry_of(GetParam());
  TestFolder folder_;
  Rng rng_{3};
  std::unique_ptr<RefVelocity> ref_;
  std::unique_ptr<VelocityGradient> gradient_;
  std::vector<float> prefix_, state_, x_, weights_;
};

TEST_P(VelocityGradientTest, ForwardIsTheEngine) {
  const std::vector<float> expected = (*ref_)(input());
  const std::span<const float> got = gradient_->forward(input());
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 2e-5) << i;
}

TEST_P(VelocityGradientTest, BackwardIsTheSlopeOfTheForward) {
  const int tokens = int(prefix_.size()) / config_.llm.width;
  gradient_->forward(input());
  const std::span<const float> backward = gradient_->backward(weights_, tokens);
  const std::vector<float> gradient(backward.begin(), backward.end());
  float largest = 0;
  for (const float value : gradient) largest = std::max(largest, std::abs(value));
  ASSERT_GT(largest, 0.f);

  // Single dimensions: the largest, and some of the first, a middle and the last (a text) token.
  std::vector<std::size_t> places = {std::size_t(
      std::max_element(gradient.begin(), gradient.end(), [](float a, float b) { return std::abs(a) < std::abs(b); }) -
      gradient.begin())};
  for (const int token : {0, tokens / 2, tokens - 1}) {
    for (const int dim : {0, 7, 15}) places.push_back(std::size_t(token * config_.llm.width + dim));
  }
  for (const std::size_t place : places) {
    std::vector<float> direction(prefix_.size());
    direction[place] = 1.f;
    EXPECT_NEAR(gradient[place], difference_along(direction), 2e-3 * double(largest)) << place;
  }
  // All dimensions at once, along the gradient: the slope is its length.
  const double length = std::sqrt(dot(gradient, gradient));
  std::vector<float> direction = gradient;
  for (float& value : direction) value /= float(length);
  EXPECT_NEAR(difference_along(direction), length, 2e-3 * length);
}

TEST_P(VelocityGradientTest, RepeatsItself) {
  const auto run = [&] {
    gradient_->forward(input());
    const std::span<const float> values = gradient_->backward(weights_, config_.patches());
    return std::vector<float>(values.begin(), values.end());
  };
  const std::vector<float> first = run();
  const std::vector<float> prefix = prefix_;
  prefix_ = random(int(prefix_.size()));
  EXPECT_NE(run(), first);
  prefix_ = prefix;
  EXPECT_EQ(run(), first) << "nothing is left of the call between";
}

INSTANTIATE_TEST_SUITE_P(All, VelocityGradientTest, testing::ValuesIn(kRows),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace awd
