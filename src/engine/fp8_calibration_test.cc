// Ranges that a calibration finds, against those of a flow that is solved operation by operation.
#include "engine/fp8_calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "awd/error.h"
#include "base/test_folder.h"
#include "engine/device_choice.h"
#include "engine/loaded_engine.h"
#include "engine/test_flow.h"
#include "engine/test_scene.h"

namespace awd {
namespace {

/// Layer and rows of every call.
struct CallNotes : public MlpObserver {
  void see(int layer, const Tensor& normed, const Tensor& hidden, Ops&) override {
    EXPECT_EQ(normed.rows, hidden.rows);
    calls.push_back({layer, normed.rows});
  }
  std::vector<std::pair<int, int>> take() { return std::exchange(calls, {}); }
  std::vector<std::pair<int, int>> calls;
};

class Fp8CalibrationTest : public testing::Test {
 protected:
  std::shared_ptr<const Engine> load(EngineBackend backend, EngineDtype dtype = EngineDtype::kF32) {
    return load_small_engine(folder_.path(), backend, dtype, config_);
  }

  Fp8Ranges calibrate(const std::shared_ptr<const Engine>& engine, std::initializer_list<const SmallScene*> scenes) {
    Fp8Calibration calibration(engine);
    for (const SmallScene* scene : scenes) calibration.add(scene->observation());
    return calibration.ranges();
  }

  /// pi0 has a state token and plain norms, pi0.5 norms that differ from step to step.
  void use(Variant variant) {
    config_ = small_geometry();
    config_.variant = variant;
    config_.flow_steps = 4;
    if (variant == Variant::kPi05) config_.state_input = StateInput::kNone;
  }

  static void expect_near(const std::vector<MlpRange>& got, const std::vector<MlpRange>& expected, float tolerance) {
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_NEAR(got[i].normed, expected[i].normed, tolerance * expected[i].normed) << "layer " << i;
      EXPECT_NEAR(got[i].hidden, expected[i].hidden, tolerance * expected[i].hidden) << "layer " << i;
    }
  }

  static std::vector<MlpRange> larger(const std::vector<MlpRange>& a, const std::vector<MlpRange>& b) {
    std::vector<MlpRange> most;
    for (std::size_t i = 0; i < a.size(); ++i) {
      most.push_back({std::max(a[i].normed, b[i].normed), std::max(a[i].hidden, b[i].hidden)});
    }
    return most;
  }

  TestFolder folder_;
  ModelConfig config_ = small_geometry();
  SmallScene one_{5}, other_{6};
};

TEST_F(Fp8CalibrationTest, RangesAreThoseOfTheLargestObservationInAnyOrder) {
  for (const Variant variant : {Variant::kPi0, Variant::kPi05}) {
    use(variant);
    other_.state.assign(8, -1.5f);
    const auto engine = load(EngineBackend::kRef);
    const Fp8Ranges first = calibrate(engine, {&one_}), second = calibrate(engine, {&other_});
    ASSERT_EQ(first.prefix.size(), std::size_t(config_.llm.depth - 1));
    ASSERT_EQ(first.expert.size(), std::size_t(config_.llm.depth));
    for (const auto* tower : {&first.prefix, &first.expert}) {
      for (const MlpRange& range : *tower) EXPECT_TRUE(range.normed > 0.f && range.hidden > 0.f);
    }
    for (const auto& order : {std::pair{&one_, &other_}, std::pair{&other_, &one_}}) {
      const Fp8Ranges both = calibrate(engine, {order.first, order.second});
      EXPECT_EQ(both.samples, 2);
      expect_near(both.prefix, larger(first.prefix, second.prefix), 0.f);
      expect_near(both.expert, larger(first.expert, second.expert), 0.f);
    }
  }
}

TEST_F(Fp8CalibrationTest, TheExpertsAreTheLargestOfAllFlowSteps) {
  for (const Variant variant : {Variant::kPi0, Variant::kPi05}) {
    use(variant);
    for (const EngineBackend backend : {EngineBackend::kRef, EngineBackend::kCpu}) {
      const auto engine = load(backend);
      expect_near(calibrate(engine, {&one_}).expert, FlowByHand(engine).run(one_.observation(), kCalibrationSeed),
                  1e-6f);
    }
  }
}

TEST_F(Fp8CalibrationTest, BackendsSeeTheSame) {
  for (const Variant variant : {Variant::kPi0, Variant::kPi05}) {
    use(variant);
    const Fp8Ranges expected = calibrate(load(EngineBackend::kRef), {&one_});
    for (const EngineBackend backend : {EngineBackend::kCpu, EngineBackend::kCuda}) {
      for (const EngineDtype dtype : {EngineDtype::kF32, EngineDtype::kBf16}) {
        if (!has_device(backend, dtype)) continue;
        const Fp8Ranges got = calibrate(load(backend, dtype), {&one_});
        const float tolerance = dtype == EngineDtype::kF32 ? 1e-4f : 1e-1f;
        expect_near(got.prefix, expected.prefix, tolerance);
        expect_near(got.expert, expected.expert, tolerance);
      }
    }
  }
}

TEST_F(Fp8CalibrationTest, TowersAreSeenApartAndActionsStayAsTheyAre) {
  use(Variant::kPi0);
  const auto engine = std::dynamic_pointer_cast<const LoadedEngine>(load(EngineBackend::kCpu));
  CallNotes prefix, expert;
  const auto observed = make_observed_session(engine, {.prefix = &prefix, .expert = &expert});
  const auto plain = Session::create(engine);
  PrefixCache cache;
  ActionChunk got, expected;
  const std::vector<float> noise(std::size_t(config_.horizon) * std::size_t(config_.model_action_dim), 0.25f);
  observed->encode(one_.observation(), cache);
  const int tokens = cache.tokens();
  EXPECT_THAT(prefix.take(), testing::ElementsAre(std::pair{0, tokens}, std::pair{1, tokens}));
  EXPECT_TRUE(expert.calls.empty());

  for (const int first_step : {0, 2}) {
    observed->denoise_from(cache, one_.state, {.x = noise, .step = first_step}, got, nullptr);
    plain->denoise_from(cache, one_.state, {.x = noise, .step = first_step}, expected, nullptr);
    EXPECT_EQ(got.values, expected.values);
    std::vector<std::pair<int, int>> calls{{0, 1}, {1, 1}};  // the state token
    for (int step = first_step; step < config_.flow_steps; ++step) {
      for (int layer = 0; layer < config_.llm.depth; ++layer) calls.emplace_back(layer, config_.horizon);
    }
    EXPECT_EQ(expert.take(), calls);
  }
  ImportanceMaps maps, expected_maps;
  observed->denoise(cache, one_.state, noise, got, &maps);
  plain->denoise(cache, one_.state, noise, expected, &expected_maps);
  EXPECT_EQ(maps.map, expected_maps.map);
  EXPECT_TRUE(prefix.calls.empty());

  // Only what runs is seen: half of the image tokens leave before the second layer.
  std::vector<std::uint8_t> layers(2 * std::size_t(config_.patches()), std::uint8_t(config_.llm.depth));
  std::fill_n(layers.begin(), std::size_t(config_.patches()), std::uint8_t{1});
  observed->encode_planned(one_.observation(), {.token_layers = layers}, cache);
  const int block = LayerRows::kRowBlock, left = (tokens - config_.patches() + block - 1) / block * block;
  EXPECT_THAT(prefix.take(), testing::ElementsAre(std::pair{0, tokens}, std::pair{1, left}));
}

TEST_F(Fp8CalibrationTest, AStateThatDoesNotFitIsRefused) {
  Fp8Calibration calibration(load(EngineBackend::kRef));
  one_.state.pop_back();
  EXPECT_THROW(calibration.add(one_.observation()), Error);
  EXPECT_EQ(calibration.ranges().samples, 0);
}

TEST_F(Fp8CalibrationTest, AnEngineOfFp8SaysWhichItUses) {
  if (!has_device(EngineBackend::kCuda, EngineDtype::kFp8)) GTEST_SKIP() << "no GPU";
  const auto notes = [&] {
    return testing::PrintToString(load(EngineBackend::kCuda, EngineDtype::kFp8)->info().notes);
  };
  EXPECT_THAT(notes(), testing::HasSubstr("fp8: standard activation scales"));
  const std::string own = folder_.file(kFp8RangesFile);
  Fp8Ranges ranges{.samples = 3, .prefix = {{12.f, 3.f}, {7.f, 1.f}}};
  write_fp8_ranges(own, config_, ranges);
  EXPECT_THAT(notes(), testing::HasSubstr("from 3 observations of the prefix alone"));
  ranges.expert.resize(3, {2.f, 1.f});
  write_fp8_ranges(own, config_, ranges);
  EXPECT_THAT(notes(), testing::Not(testing::HasSubstr("alone")));
  std::ofstream(own) << "{}";
  EXPECT_THROW(notes(), Error);
}

TEST_F(Fp8CalibrationTest, AQuantisedEngineIsRefused) {
  if (!has_device(EngineBackend::kCpu, EngineDtype::kInt8)) GTEST_SKIP() << "no 8-bit units";
  EXPECT_THROW(Fp8Calibration(load(EngineBackend::kCpu, EngineDtype::kInt8)), Error);
}

}  // namespace
}  // namespace awd
