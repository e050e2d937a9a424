// Queries that take parts over from the cache, and flows that start in the middle: what they give and what they refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"
#include "base/test_folder.h"
#include "engine/test_scene.h"

namespace awd {
namespace {

using testing::Each;
using testing::Gt;
using testing::HasSubstr;
using testing::Le;

class SessionPlanTest : public testing::Test {
 protected:
  void load(const ModelConfig& config = small_geometry()) {
    engine_ = load_small_engine(folder_.path(), EngineBackend::kRef, EngineDtype::kF32, config);
    session_ = Session::create(engine_);
    noise_.assign(std::size_t(config.horizon) * std::size_t(config.model_action_dim), 0.3f);
  }
  void SetUp() override { load(); }

  std::vector<float> chunk_of(const PrefixCache& cache) {
    ActionChunk chunk;
    session_->denoise(cache, scene_.state, noise_, chunk, nullptr);
    return chunk.values;
  }
  std::vector<float> full_chunk() {
    PrefixCache cache;
    session_->encode(scene_.observation(), cache);
    return chunk_of(cache);
  }
  std::string plan_error(const EncodePlan& plan, PrefixCache& cache) {
    try {
      session_->encode_planned(scene_.observation(), plan, cache);
    } catch (const Error& error) {
      EXPECT_TRUE(cache.empty());
      return error.what();
    }
    return "no error";
  }
  /// Layers for base and wrist tokens.
  static std::vector<std::uint8_t> layers(int base, int wrist) {
    std::vector<std::uint8_t> values(512, std::uint8_t(base));
    std::fill_n(values.begin() + 256, 256, std::uint8_t(wrist));
    return values;
  }

  TestFolder folder_;
  SmallScene scene_{7};
  std::shared_ptr<const Engine> engine_;
  std::unique_ptr<Session> session_;
  std::vector<float> noise_;
};

TEST_F(SessionPlanTest, APlanThatKeepsNothingIsAFullEncode) {
  PrefixCache cache;
  session_->encode(scene_.observation(), cache);
  scene_.change(0, 9);
  const std::vector<std::uint8_t> all = layers(3, 3);
  const EncodeTiming timing =
      session_->encode_planned(scene_.observation(), {.hold_vision = true, .token_layers = all}, cache);
  EXPECT_EQ(timing.work, 1.0);
  EXPECT_EQ(chunk_of(cache), full_chunk());
}

TEST_F(SessionPlanTest, UnchangedPicturesGiveTheFullChunkWhateverIsKept) {
  const std::vector<float> full = full_chunk();
  for (const auto& plan : {layers(0, 3), layers(3, 0), layers(1, 2), layers(2, 0), layers(0, 0)}) {
    PrefixCache cache;
    session_->encode_planned(scene_.observation(), {.hold_vision = true}, cache);
    const EncodePlan keep{.hold_vision = true, .keep_vision = {true, false}, .token_layers = plan};
    const double work = session_->encode_planned(scene_.observation(), keep, cache).work;
    EXPECT_LT(work, 0.9);
    EXPECT_GT(work, 0.0);
    EXPECT_EQ(chunk_of(cache), full);
  }
}

// Held vision output is of the picture it was made from, also in a clone.
TEST_F(SessionPlanTest, KeptVisionIsOfTheOldPicture) {
  PrefixCache cache;
  session_->encode_planned(scene_.observation(), {.hold_vision = true}, cache);
  const std::vector<float> before = chunk_of(cache);
  scene_.change(0, 9);
  PrefixCache copy = cache.clone();
  session_->encode_planned(scene_.observation(), {.keep_vision = {true, true}}, copy);
  EXPECT_EQ(chunk_of(copy), before);
  session_->encode_planned(scene_.observation(), {.keep_vision = {false, true}}, cache);
  EXPECT_EQ(chunk_of(cache), full_chunk());
}

TEST_F(SessionPlanTest, WhatIsNotHeldCannotBeKept) {
  PrefixCache cache;
  const std::vector<std::uint8_t> some = layers(0, 3), few(256, 0);
  EXPECT_THAT(plan_error({.token_layers = some}, cache), HasSubstr("expected a cache of the same cameras"));
  EXPECT_THAT(plan_error({.keep_vision = {true}}, cache), HasSubstr("vision output of camera base"));
  session_->encode(scene_.observation(), cache);
  EXPECT_THAT(plan_error({.keep_vision = {false, true}}, cache), HasSubstr("vision output of camera wrist"));
  session_->encode(scene_.observation(), cache);
  EXPECT_THAT(plan_error({.token_layers = few}, cache), HasSubstr("expected 2 x 256 values, got 256"));
  session_->encode(scene_.observation(), cache);
  scene_.views[1] = {};
  EXPECT_THAT(plan_error({.token_layers = some}, cache), HasSubstr("expected a cache of the same cameras"));
}

TEST_F(SessionPlanTest, AnAbsentCamerasLayersAreNotRead) {
  scene_.views[0] = {};
  PrefixCache cache;
  session_->encode(scene_.observation(), cache);
  scene_.change(1, 9);
  const std::vector<std::uint8_t> plan = layers(0, 3);
  EXPECT_EQ(session_->encode_planned(scene_.observation(), {.token_layers = plan}, cache).work, 1.0);
  EXPECT_EQ(chunk_of(cache), full_chunk());
}

// pi0.5 with the state in the prompt: another state is another text, perhaps of another length.
TEST_F(SessionPlanTest, TextRunsAgainBehindKeptCameras) {
  ModelConfig config = small_geometry();
  config.variant = Variant::kPi05;
  config.state_input = StateInput::kPrompt;
  config.max_tokens = 96;
  load(config);
  PrefixCache cache, fresh;
  session_->encode(scene_.observation(), cache);
  const std::vector<float> before = chunk_of(cache);
  scene_.state.assign(8, -0.99f);
  session_->encode(scene_.observation(), fresh);
  const std::vector<std::uint8_t> plan = layers(0, 0);
  session_->encode_planned(scene_.observation(), {.token_layers = plan}, cache);
  EXPECT_EQ(cache.tokens(), fresh.tokens());
  EXPECT_NE(chunk_of(cache), before);
  EXPECT_NE(chunk_of(cache), chunk_of(fresh)) << "image rows have seen the old text";
}

TEST_F(SessionPlanTest, FlowFromAnyStep) {
  PrefixCache cache;
  ActionChunk chunk, late;
  FlowDetails details;
  session_->encode(scene_.observation(), cache);
  session_->denoise_from(cache, scene_.state, {.x = noise_}, chunk, &details);
  EXPECT_EQ(chunk.values, chunk_of(cache));
  // The statistics of a random policy are 0 and 1 + 1e-6.
  EXPECT_THAT(details.actions, testing::Pointwise(testing::FloatNear(1e-5f), chunk.values));
  EXPECT_EQ(details.importance.n_cameras, 2);
  ASSERT_EQ(details.layer_entropy.size(), 3u);
  EXPECT_THAT(details.layer_entropy, Each(Gt(0.f)));
  EXPECT_THAT(details.layer_entropy, Each(Le(std::log(512.f) + 1e-5f)));

  session_->denoise_from(cache, scene_.state, {.x = noise_, .step = 9}, late, nullptr);
  EXPECT_NE(late.values, chunk.values);
  EXPECT_THROW(session_->denoise_from(cache, scene_.state, {.x = noise_, .step = 10}, late, nullptr), Error);
  EXPECT_THROW(session_->denoise_from(cache, scene_.state, {.x = noise_, .step = -1}, late, nullptr), Error);
}

}  // namespace
}  // namespace awd
