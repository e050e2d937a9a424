// The engine's public face: bad policy folders, bad observations, camera order, threads, allocation.
#include "awd/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <thread>

#include "awd/error.h"
#include "base/alloc_counter.h"
#include "base/rng.h"
#include "base/test_folder.h"
#include "engine/loaded_engine.h"
#include "engine/random_policy.h"
#include "io/image_resize.h"

namespace awd {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

const std::string kTokenizer = AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model";

/// A geometry of a few thousand weights.
ModelConfig small_geometry() {
  ModelConfig config = tiny_geometry();
  config.image_size = 32;
  config.patch_size = 2;
  config.vision = {.width = 16, .depth = 1, .heads = 2, .mlp = 16};
  config.llm = {.width = 16, .depth = 2, .mlp = 16, .heads = 2, .kv_heads = 1, .head_dim = 8, .vocab = 96};
  config.expert = {.width = 16, .mlp = 16};
  config.horizon = 4;
  return config;
}

EngineOptions options(EngineBackend backend, EngineDtype dtype = EngineDtype::kF32, int threads = 1) {
  EngineOptions o;
  o.backend = backend;
  o.dtype = dtype;
  o.threads = threads;
  return o;
}

template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    write_random_policy(folder_, config_, kTokenizer, StoredType::kF32, 1);
    Rng rng(2);
    for (int camera = 0; camera < 2; ++camera) {
      for (int i = 0; i < 32 * 32 * 3; ++i) pictures_[camera].push_back(std::uint8_t(rng.index(256)));
      views_[std::size_t(camera)] = {pictures_[camera].data(), 32, 32};
    }
    for (int i = 0; i < config_.state_dim; ++i) state_.push_back(float(rng.normal()));
    for (int i = 0; i < config_.horizon * config_.model_action_dim; ++i) noise_.push_back(float(rng.normal()));
  }

  Observation observation() const {
    return {.cameras = views_, .state = state_, .joints = {}, .prompt = "put the red cube in the bin"};
  }
  std::string load_error() const {
    return error_of([&] { (void)Engine::load(folder_, options(EngineBackend::kRef)); });
  }
  std::unique_ptr<Session> session(const EngineOptions& o) const { return Session::create(Engine::load(folder_, o)); }

  std::vector<float> query(Session& session) const {
    PrefixCache cache;
    ActionChunk chunk;
    session.encode(observation(), cache);
    session.denoise(cache, state_, noise_, chunk, nullptr);
    return chunk.values;
  }

  /// Rewrites model.safetensors after `change` has seen its tensors.
  template <class F>
  void change_weights(F&& change) const {
    const SafetensorsFile file(folder_ + "/model.safetensors");
    std::vector<TensorToWrite> tensors;
    for (const auto& [name, stored] : file.tensors()) {
      tensors.push_back({name, stored.shape, std::vector<float>(std::size_t(stored.elements())), StoredType::kF32});
      stored.read(0, tensors.back().values);
    }
    change(tensors);
    write_safetensors(folder_ + "/changed.safetensors", tensors);
    fs::rename(folder_ + "/changed.safetensors", folder_ + "/model.safetensors");
  }

  ModelConfig config_ = small_geometry();
  TestFolder test_folder_;
  std::string folder_ = test_folder_.path();
  std::vector<std::uint8_t> pictures_[2];
  std::array<ImageView, 2> views_;
  std::vector<float> state_, noise_;
};

TEST_F(EngineTest, InfoDescribesTheCheckpoint) {
  const EngineInfo info = Engine::load(folder_, options(EngineBackend::kCpu))->info();
  EXPECT_EQ(info.name, "random-tiny");
  EXPECT_EQ(info.cameras, (std::vector<std::string>{"base", "wrist"}));
  EXPECT_EQ(info.horizon, 4);
  EXPECT_EQ(info.flow_steps, 10);
  EXPECT_EQ(info.heads, 2);
  EXPECT_EQ(info.dtype, EngineDtype::kF32);
  EXPECT_GT(info.weight_bytes, 1000u);
}

TEST_F(EngineTest, MissingFilesAreNamed) {
  for (const char* name : {"config.json", "model.safetensors", "norm_stats.json", "tokenizer.model"}) {
    fs::rename(folder_ + "/" + name, folder_ + "/away");
    EXPECT_THAT(load_error(), HasSubstr(std::string(name) + "] expected")) << name;
    fs::rename(folder_ + "/away", folder_ + "/" + name);
  }
  EXPECT_EQ(load_error(), "no error");
}

TEST_F(EngineTest, BadWeightsAreNamed) {
  const std::string name = "paligemma_with_expert.gemma_expert.model.layers.1.mlp.down_proj.weight";
  const auto find = [&](std::vector<TensorToWrite>& tensors) {
    return std::find_if(tensors.begin(), tensors.end(), [&](const TensorToWrite& t) { return t.name == name; });
  };
  change_weights([&](auto& tensors) { find(tensors)->values[3] = std::nanf(""); });
  EXPECT_THAT(load_error(), HasSubstr("model.safetensors] tensor " + name + ": expected finite values"));
  change_weights([&](auto& tensors) {
    find(tensors)->values.resize(160);
    find(tensors)->shape = {16, 10};
  });
  EXPECT_THAT(load_error(), HasSubstr("tensor " + name + ": expected shape [16, 16], got [16, 10]"));
  change_weights([&](auto& tensors) { tensors.erase(find(tensors)); });
  EXPECT_THAT(load_error(), HasSubstr("tensor " + name + ": expected shape [16, 16], got no such tensor"));
}

TEST_F(EngineTest, TruncatedWeights) {
  const std::string path = folder_ + "/model.safetensors";
  fs::resize_file(path, fs::file_size(path) - 100);
  EXPECT_THAT(load_error(), HasSubstr("is it truncated?"));
}

TEST_F(EngineTest, LerobotPrefixAndEmbeddingNameAreAccepted) {
  const std::vector<float> expected = query(*session(options(EngineBackend::kRef)));
  change_weights([](auto& tensors) {
    for (TensorToWrite& tensor : tensors) {
      if (tensor.name == "paligemma_with_expert.paligemma.lm_head.weight") {
        tensor.name = "paligemma_with_expert.paligemma.model.language_model.embed_tokens.weight";
      }
      tensor.name = "model." + tensor.name;
    }
  });
  EXPECT_EQ(query(*session(options(EngineBackend::kRef))), expected);
}

TEST_F(EngineTest, TokenizerLargerThanEmbedding) {
  config_.llm.vocab = 80;
  write_random_policy(folder_, config_, kTokenizer, StoredType::kF32, 1);
  EXPECT_THAT(load_error(), HasSubstr("tokenizer.model] expected at most llm.vocab = 80 pieces, got 90"));
}

TEST_F(EngineTest, BadOptions) {
  EngineOptions o = options(EngineBackend::kRef);
  o.importance_last_layer = 2;
  EXPECT_THAT(error_of([&] { (void)Engine::load(folder_, o); }), HasSubstr("importance_last_layer"));
}

TEST_F(EngineTest, BadObservations) {
  const auto session = this->session(options(EngineBackend::kRef));
  PrefixCache cache;
  const auto encode_error = [&](const Observation& obs) { return error_of([&] { session->encode(obs, cache); }); };
  Observation obs = observation();

  obs.cameras = std::span(views_).first(1);
  EXPECT_THAT(encode_error(obs), HasSubstr("expected 2 cameras, got 1"));
  std::array<ImageView, 2> wrong = views_;
  wrong[1].width = 0;
  obs.cameras = wrong;
  EXPECT_THAT(encode_error(obs), HasSubstr("camera wrist: expected sides of 1 to 16384 pixels, got 32 x 0"));
  const std::array<ImageView, 2> none{};
  obs.cameras = none;
  EXPECT_THAT(encode_error(obs), HasSubstr("at least one camera picture"));
  obs = observation();
  const std::string long_prompt(500, 'x');
  obs.prompt = long_prompt;
  EXPECT_THAT(encode_error(obs), HasSubstr("expected at most 48 tokens"));
  EXPECT_TRUE(cache.empty()) << "a failed encode leaves nothing that looks valid";
}

TEST_F(EngineTest, BadDenoiseInputs) {
  const auto session = this->session(options(EngineBackend::kRef));
  PrefixCache cache;
  ActionChunk chunk;
  const auto denoise_error = [&](std::span<const float> state, std::span<const float> noise) {
    return error_of([&] { session->denoise(cache, state, noise, chunk, nullptr); });
  };
  EXPECT_THAT(denoise_error(state_, noise_), HasSubstr("expected a prefix cache filled by encode()"));
  session->encode(observation(), cache);
  std::vector<float> state = state_;
  state[3] = std::nanf("");
  EXPECT_THAT(denoise_error(state, noise_), HasSubstr("state[3]: expected a finite value, got nan"));
  state.pop_back();
  EXPECT_THAT(denoise_error(state, noise_), HasSubstr("state: expected 8 values, got 7"));
  std::vector<float> noise = noise_;
  noise[0] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(denoise_error(state_, noise), HasSubstr("noise: expected 4 x 7 finite values"));
  EXPECT_THAT(denoise_error(state_, std::span(noise_).first(3)), HasSubstr("got 3 values"));

  const auto other = this->session(options(EngineBackend::kCpu));
  EXPECT_THAT(error_of([&] { other->denoise(cache, state_, noise_, chunk, nullptr); }), HasSubstr("of this engine"));
}

TEST_F(EngineTest, StateReachesPi0ThroughItsToken) {
  const auto session = this->session(options(EngineBackend::kCpu));
  PrefixCache cache;
  ActionChunk first, second;
  session->encode(observation(), cache);
  session->denoise(cache, state_, noise_, first, nullptr);
  std::vector<float> state = state_;
  state[0] += 1.f;
  session->denoise(cache, state, noise_, second, nullptr);
  EXPECT_NE(first.values, second.values);
  session->denoise(cache, state_, noise_, second, nullptr);
  EXPECT_EQ(first.values, second.values) << "a held cache and the same noise give the same bits";
}

TEST_F(EngineTest, ANewPromptReplacesTheCachedOne) {
  const auto session = this->session(options(EngineBackend::kCpu));
  const std::vector<float> red = query(*session);
  PrefixCache cache;
  ActionChunk green;
  Observation obs = observation();
  obs.prompt = "put the green box in the bin";
  session->encode(obs, cache);
  session->denoise(cache, state_, noise_, green, nullptr);
  EXPECT_NE(green.values, red);
  EXPECT_EQ(query(*session), red);
}

TEST_F(EngineTest, ImportanceSumsToOnePerPresentCamera) {
  views_[0] = {};
  const auto session = this->session(options(EngineBackend::kCpu));
  PrefixCache cache;
  ActionChunk chunk;
  ImportanceMaps maps;
  session->encode(observation(), cache);
  session->denoise(cache, state_, noise_, chunk, &maps);
  ASSERT_EQ(maps.n_cameras, 2);
  const auto sum = [](const auto& map) { return std::accumulate(map.begin(), map.end(), 0.0); };
  EXPECT_EQ(sum(maps.map[0]), 0.0);
  EXPECT_NEAR(sum(maps.map[1]), 1.0, 1e-5);
}

TEST_F(EngineTest, CaptureKeepsHeadsApartOnRequest) {
  for (const EngineBackend backend : {EngineBackend::kRef, EngineBackend::kCpu}) {
    const auto session = this->session(options(backend));
    PrefixCache cache;
    ActionChunk chunk, same;
    AttentionCapture mean, apart{.wants_heads = true};
    session->encode(observation(), cache);
    session->denoise_capturing(cache, state_, noise_, chunk, mean);
    session->denoise_capturing(cache, state_, noise_, same, apart);
    EXPECT_EQ(same.values, chunk.values);
    ASSERT_EQ(mean.heads, 1);
    ASSERT_EQ(apart.heads, config_.llm.heads);
    const auto tokens = std::size_t(mean.tokens), heads = std::size_t(apart.heads);
    ASSERT_EQ(apart.share.size(), heads * mean.share.size());
    double largest_difference = 0;
    for (std::size_t i = 0; i < mean.share.size(); ++i) {
      const float* share = apart.share.data() + i / tokens * heads * tokens + i % tokens;
      double sum = 0;
      for (std::size_t head = 0; head < heads; ++head) sum += double(share[head * tokens]);
      EXPECT_NEAR(sum / double(heads), mean.share[i], 1e-6) << i;
      largest_difference = std::max(largest_difference, std::abs(double(share[0]) - double(share[tokens])));
    }
    EXPECT_GT(largest_difference, 1e-4) << "heads that are all alike are not kept apart";
  }
}

TEST_F(EngineTest, SessionsRunInParallelAndAgree) {
  const auto engine = Engine::load(folder_, options(EngineBackend::kCpu));
  const std::vector<float> expected = query(*Session::create(engine));
  std::vector<std::vector<float>> got(4);
  std::vector<std::thread> threads;
  threads.reserve(got.size());
  for (auto& values : got) {
    threads.emplace_back([&] {
      const auto session = Session::create(engine);
      for (int i = 0; i < 3; ++i) values = query(*session);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& values : got) EXPECT_EQ(values, expected);
}

TEST_F(EngineTest, PicturesOfAnySizeBecomeTheModels) {
  const auto session = this->session(options(EngineBackend::kRef));
  views_[0] = {pictures_[0].data(), 20, 32};
  const std::vector<float> expected = query(*session);
  SquareResizer resizer(32);
  views_[0] = resizer.resize(views_[0]);
  EXPECT_EQ(query(*session), expected);
}

TEST_F(EngineTest, RelativeActionsAreGivenFromTheState) {
  config_.state_input = StateInput::kNone;
  write_random_policy(folder_, config_, kTokenizer, StoredType::kF32, 1);
  const EngineOptions o = options(EngineBackend::kRef);
  const std::vector<float> differences = query(*session(o));
  PolicyFolder folder = read_policy_folder(folder_, o);
  folder.config->io.relative_actions = {false, true, false, false, false, false, false};
  const auto session = Session::create(std::make_shared<const LoadedEngine>(std::move(folder), o));
  const std::vector<float> actions = query(*session);
  for (std::size_t i = 0; i < actions.size(); ++i) {
    EXPECT_NEAR(actions[i], differences[i] + (i % 7 == 1 ? state_[1] : 0.f), 1e-6) << i;
  }
  PrefixCache cache;
  ActionChunk chunk;
  session->encode(observation(), cache);
  EXPECT_THAT(error_of([&] { session->denoise(cache, {}, noise_, chunk, nullptr); }),
              HasSubstr("state: expected 8 values, got 0"));
}

TEST_F(EngineTest, AnyVariantAndGeometryMatchesRef) {
  struct Geometry {
    Variant variant;
    StateInput state_input;
    int heads, kv_heads, head_dim, cameras;
  };
  const Geometry geometries[] = {{Variant::kPi0, StateInput::kNone, 1, 1, 2, 1},
                                 {Variant::kPi0, StateInput::kToken, 6, 3, 4, 4},
                                 {Variant::kPi05, StateInput::kNone, 3, 3, 6, 2},
                                 {Variant::kPi05, StateInput::kPrompt, 4, 1, 10, 2}};
  for (const Geometry& g : geometries) {
    config_ = small_geometry();
    config_.variant = g.variant;
    config_.state_input = g.state_input;
    config_.llm.heads = g.heads;
    config_.llm.kv_heads = g.kv_heads;
    config_.llm.head_dim = g.head_dim;
    config_.max_tokens = 96;
    config_.cameras = {"a", "b", "c", "d"};
    config_.cameras.resize(std::size_t(g.cameras));
    write_random_policy(folder_, config_, kTokenizer, StoredType::kBf16, 3);
    const std::array<ImageView, 4> views = {views_[0], views_[1], views_[1], views_[0]};
    const auto run = [&](EngineBackend backend) {
      const auto session = this->session(options(backend));
      PrefixCache cache;
      ActionChunk chunk;
      Observation obs = observation();
      obs.cameras = std::span(views).first(std::size_t(g.cameras));
      session->encode(obs, cache);
      session->denoise(cache, state_, noise_, chunk, nullptr);
      return chunk.values;
    };
    const std::vector<float> expected = run(EngineBackend::kRef);
    const std::vector<float> got = run(EngineBackend::kCpu);
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-4) << i;
  }
}

TEST_F(EngineTest, NothingOfOursIsAllocatedAfterTheFirstQuery) {
  views_[1].height = 20;  // a picture that is resized
  const auto session = this->session(options(EngineBackend::kRef));
  PrefixCache cache;
  ActionChunk chunk;
  ImportanceMaps maps;
  const auto run = [&] {
    session->encode(observation(), cache);
    session->denoise(cache, state_, noise_, chunk, &maps);
  };
  run();
  const long before = allocation_count();
  run();
  EXPECT_EQ(allocation_count() - before, 0);
}

TEST_F(EngineTest, CpuAllocationsPerQueryStayThoseOfOneDnn) {
  // oneDNN itself makes a few small tables at every execution; the engine around it adds none and they do not grow.
  const auto session = this->session(options(EngineBackend::kCpu));
  PrefixCache cache;
  ActionChunk chunk;
  const auto count = [&] {
    const long before = allocation_count();
    session->encode(observation(), cache);
    session->denoise(cache, state_, noise_, chunk, nullptr);
    return allocation_count() - before;
  };
  count();
  const long second = count();
  EXPECT_EQ(count(), second);
}

}  // namespace
}  // namespace awd
