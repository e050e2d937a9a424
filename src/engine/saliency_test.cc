// Importance sources through the public interface: gradient and uniform maps, and what a gradient map promises.
#include "engine/saliency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "awd/engine.h"
#include "base/rng.h"
#include "base/test_folder.h"
#include "engine/kv_cache.h"
#include "engine/random_policy.h"

namespace awd {
namespace {

ModelConfig small_geometry(Variant variant) {
  ModelConfig config = tiny_geometry();
  config.variant = variant;
  if (variant == Variant::kPi05) config.state_input = StateInput::kNone;
  config.image_size = 32;
  config.patch_size = 2;
  config.vision = {.width = 16, .depth = 1, .heads = 2, .mlp = 16};
  config.llm = {.width = 16, .depth = 2, .mlp = 16, .heads = 2, .kv_heads = 1, .head_dim = 8, .vocab = 96};
  config.expert = {.width = 16, .mlp = 16};
  config.horizon = 4;
  config.flow_steps = 3;
  return config;
}

EngineOptions gradient_options(EngineBackend backend = EngineBackend::kCpu, EngineDtype dtype = EngineDtype::kF32) {
  EngineOptions options;
  options.backend = backend;
  options.dtype = dtype;
  options.threads = 1;
  options.importance = ImportanceSource::kGradient;
  return options;
}

class SaliencyTest : public testing::TestWithParam<Variant> {
 protected:
  SaliencyTest() {
    write_random_policy(folder_.path(), config_, AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model", StoredType::kBf16,
                        4);
    Rng rng(2);
    for (std::size_t camera = 0; camera < 2; ++camera) {
      for (int i = 0; i < 32 * 32 * 3; ++i) pictures_[camera].push_back(std::uint8_t(rng.index(256)));
      views_[camera] = {pictures_[camera].data(), 32, 32};
    }
    for (int i = 0; i < config_.state_dim; ++i) state_.push_back(float(rng.normal()));
    for (int i = 0; i < config_.horizon * config_.model_action_dim; ++i) noise_.push_back(float(rng.normal()));
  }

  std::unique_ptr<Session> session(const EngineOptions& options) const {
    return Session::create(Engine::load(folder_.path(), options));
  }
  Observation observation() const {
    return {.cameras = views_, .state = state_, .joints = {}, .prompt = "put the red cube in the bin"};
  }
  ImportanceMaps maps_of(Session& session, const PrefixCache& cache) const {
    ImportanceMaps maps;
    ActionChunk chunk;
    session.denoise(cache, state_, noise_, chunk, &maps);
    return maps;
  }
  ImportanceMaps maps_of(const EngineOptions& options) const {
    const auto session = this->session(options);
    PrefixCache cache;
    session->encode(observation(), cache);
    return maps_of(*session, cache);
  }
  /// Euclidean distance to `before` of the chunk that the held image tokens of `cache` give now.
  double chunk_change(Session& session, PrefixCache& cache, const ActionChunk& before) const {
    EncodePlan plan;
    plan.hold_vision = true;
    plan.keep_vision.fill(true);
    ActionChunk after;
    session.encode_planned(observation(), plan, cache);
    session.denoise(cache, state_, noise_, after, nullptr);
    double squares = 0;
    for (std::size_t i = 0; i < after.values.size(); ++i) {
      squares += std::pow(double(after.values[i]) - double(before.values[i]), 2);
    }
    return std::sqrt(squares);
  }
  static double sum(const std::array<float, kPatchGrid * kPatchGrid>& map) {
    return std::accumulate(map.begin(), map.end(), 0.0);
  }

  ModelConfig config_ = small_geometry(GetParam());
  TestFolder folder_;
  std::array<std::vector<std::uint8_t>, 2> pictures_;
  std::array<ImageView, 2> views_;
  std::vector<float> state_, noise_;
};

TEST_P(SaliencyTest, MapsSumToOneWhateverTheTarget) {
  for (const GradientStep step : {GradientStep::kFirst, GradientStep::kLast}) {
    for (const GradientTarget target : {GradientTarget::kVelocity, GradientTarget::kChunk}) {
      EngineOptions options = gradient_options();
      options.gradient_step = step;
      options.gradient_target = target;
      options.gradient_reduce = GradientReduce::kProduct;
      const ImportanceMaps all_rows = maps_of(options);
      options.gradient_rows = 1;
      const ImportanceMaps one_row = maps_of(options);
      for (std::size_t camera = 0; camera < 2; ++camera) {
        EXPECT_NEAR(sum(all_rows.map[camera]), 1.0, 1e-5);
        EXPECT_NEAR(sum(one_row.map[camera]), 1.0, 1e-5);
      }
      EXPECT_NE(all_rows.map, one_row.map);
    }
  }
}

TEST_P(SaliencyTest, MissingCameraHasZeros) {
  views_[0] = {};
  for (const ImportanceSource source : {ImportanceSource::kGradient, ImportanceSource::kUniform}) {
    EngineOptions options = gradient_options();
    options.importance = source;
    const ImportanceMaps maps = maps_of(options);
    EXPECT_EQ(maps.n_cameras, 2);
    EXPECT_EQ(sum(maps.map[0]), 0.0);
    EXPECT_NEAR(sum(maps.map[1]), 1.0, 1e-5);
  }
}

TEST_P(SaliencyTest, EveryBackendGivesTheSameMaps) {
  const ImportanceMaps expected = maps_of(gradient_options(EngineBackend::kRef));
  const ImportanceMaps got = maps_of(gradient_options(EngineBackend::kCpu));
  const float largest = *std::max_element(expected.map[0].begin(), expected.map[0].end());
  for (std::size_t i = 0; i < expected.map[0].size(); ++i) {
    EXPECT_NEAR(got.map[0][i], expected.map[0][i], 1e-3f * largest) << i;
  }
}

TEST_P(SaliencyTest, ActionsStayThoseOfThePlainEngine) {
  const auto chunk_of = [&](const EngineOptions& options) {
    const auto session = this->session(options);
    PrefixCache cache;
    ActionChunk chunk;
    ImportanceMaps maps;
    session->encode(observation(), cache);
    session->denoise(cache, state_, noise_, chunk, &maps);
    return chunk.values;
  };
  EngineOptions plain = gradient_options();
  plain.importance = ImportanceSource::kAttention;
  EXPECT_EQ(chunk_of(gradient_options()), chunk_of(plain));
}

TEST_P(SaliencyTest, ACacheCarriesWhatItsGradientNeeds) {
  const auto session = this->session(gradient_options());
  PrefixCache cache;
  session->encode(observation(), cache);
  const ImportanceMaps expected = maps_of(*session, cache);
  const PrefixCache copy = cache.clone();
  Observation other = observation();
  other.prompt = "put the green box in the bin";
  std::swap(views_[0], views_[1]);
  session->encode(other, cache);
  EXPECT_NE(maps_of(*session, cache).map, expected.map);
  EXPECT_EQ(maps_of(*session, copy).map, expected.map);
}

TEST_P(SaliencyTest, ChangingAnImportantTokenChangesTheChunkMore) {
  // product is the first-order effect of scaling a token, norm the largest one of any small change. So shrink tokens,
  // or shift them in a random direction, run prefix and flow again, and compare the most with the least important
  // quarter.
  for (const GradientReduce reduce : {GradientReduce::kProduct, GradientReduce::kNorm}) {
    EngineOptions options = gradient_options();
    options.gradient_reduce = reduce;
    const auto session = this->session(options);
    PrefixCache cache;
    session->encode(observation(), cache);
    const ImportanceMaps maps = maps_of(*session, cache);
    std::vector<int> order(maps.map[0].size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [&](int token) { return maps.map[0][std::size_t(token)]; });

    ActionChunk before;
    session->denoise(cache, state_, noise_, before, nullptr);
    Rng rng(9);
    const auto effect = [&](int token) {
      const Tensor row = cache.impl().camera_vision(0).row_range(token, 1);
      const std::span<float> values(static_cast<float*>(row.data), std::size_t(row.cols));
      const std::vector<float> original(values.begin(), values.end());
      for (float& value : values) value += reduce == GradientReduce::kProduct ? -0.5f * value : float(rng.normal());
      const double change = chunk_change(*session, cache, before);
      std::ranges::copy(original, values.begin());
      return change;
    };
    double low = 0, high = 0;
    const std::size_t quarter = order.size() / 4;
    for (std::size_t i = 0; i < quarter; ++i) {
      low += effect(order[i]);
      high += effect(order[order.size() - 1 - i]);
    }
    EXPECT_GT(high, 1.1 * low) << word_of(reduce);
    RecordProperty(std::string(word_of(reduce)), std::to_string(high / low));
  }
}

INSTANTIATE_TEST_SUITE_P(All, SaliencyTest, testing::Values(Variant::kPi0, Variant::kPi05),
                         [](const auto& test) { return std::string(test.param == Variant::kPi0 ? "pi0" : "pi05"); });

}  // namespace
}  // namespace awd
