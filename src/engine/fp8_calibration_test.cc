// Ranges that a calibration finds, and the file that holds them.
#include "engine/fp8_calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"
#include "engine/device_choice.h"
#include "engine/test_scene.h"

namespace awd {
namespace {

class Fp8CalibrationTest : public testing::Test {
 protected:
  Fp8Ranges calibrate(EngineBackend backend, std::initializer_list<const SmallScene*> scenes) {
    Fp8Calibration calibration(load_small_engine(folder_.path(), backend));
    for (const SmallScene* scene : scenes) calibration.add(scene->observation());
    return calibration.ranges();
  }

  std::string refusal(const std::string& text) {
    std::ofstream(file_) << text;
    try {
      read_fp8_ranges(file_, small_geometry());
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }

  TestFolder folder_;
  std::string file_ = folder_.file("scales.json");
  SmallScene one_{5}, other_{6};
};

TEST_F(Fp8CalibrationTest, RangesAreThoseOfTheLargestObservation) {
  const Fp8Ranges first = calibrate(EngineBackend::kRef, {&one_}), second = calibrate(EngineBackend::kRef, {&other_}),
                  both = calibrate(EngineBackend::kRef, {&other_, &one_});
  ASSERT_EQ(both.layers.size(), std::size_t(small_geometry().llm.depth - 1));
  EXPECT_EQ(both.samples, 2);
  for (std::size_t i = 0; i < both.layers.size(); ++i) {
    EXPECT_GT(first.layers[i].normed, 1.f);  // a norm leaves a mean square of 1
    EXPECT_GT(first.layers[i].hidden, 0.f);
    EXPECT_EQ(both.layers[i].normed, std::max(first.layers[i].normed, second.layers[i].normed));
    EXPECT_EQ(both.layers[i].hidden, std::max(first.layers[i].hidden, second.layers[i].hidden));
  }
}

TEST_F(Fp8CalibrationTest, BackendsSeeTheSame) {
  const Fp8Ranges expected = calibrate(EngineBackend::kRef, {&one_});
  for (const EngineBackend backend : {EngineBackend::kCpu, EngineBackend::kCuda}) {
    if (!has_device(backend, EngineDtype::kF32)) continue;
    const Fp8Ranges got = calibrate(backend, {&one_});
    for (std::size_t i = 0; i < got.layers.size(); ++i) {
      EXPECT_NEAR(got.layers[i].normed, expected.layers[i].normed, 1e-4 * expected.layers[i].normed);
      EXPECT_NEAR(got.layers[i].hidden, expected.layers[i].hidden, 1e-4 * expected.layers[i].hidden);
    }
  }
}

TEST_F(Fp8CalibrationTest, AFileKeepsThem) {
  const Fp8Ranges ranges{.samples = 3, .layers = {{.normed = 12.5f, .hidden = 0.3f}, {.normed = 7.f, .hidden = 1e4f}}};
  write_fp8_ranges(file_, small_geometry(), ranges);
  const Fp8Ranges read = read_fp8_ranges(file_, small_geometry());
  EXPECT_EQ(read.samples, 3);
  ASSERT_EQ(read.layers.size(), 2U);
  EXPECT_EQ(read.layers[0].normed, 12.5f);
  EXPECT_EQ(read.layers[0].hidden, 0.3f);
  EXPECT_EQ(read.layer(1).hidden, 1e4f);
  EXPECT_EQ(read.layer(2).hidden, 0.f);

  ModelConfig deeper = small_geometry(), wider = small_geometry();
  deeper.llm.depth = 4;
  wider.llm.width = 32;
  EXPECT_THROW(read_fp8_ranges(file_, deeper), Error);
  EXPECT_THROW(read_fp8_ranges(file_, wider), Error);
}

TEST_F(Fp8CalibrationTest, OtherFilesAreRefused) {
  const std::string head = R"({"format": "awd-fp8-scales-1", "llm": {"width": 16, "mlp": 16}, "samples": 1, )";
  EXPECT_THAT(refusal("[]"), testing::HasSubstr("expected a JSON object"));
  EXPECT_THAT(refusal("{}"), testing::HasSubstr("field format: expected awd-fp8-scales-1, got none"));
  EXPECT_THAT(refusal(head + R"("layers": [{"normed": 1, "hidden": 1}]})"),
              testing::HasSubstr("field layers: expected 2 layers as in the policy, got 1"));
  EXPECT_THAT(refusal(head + R"("layers": [{"normed": 1, "hidden": 1}, {"normed": 1, "hidden": 0}]})"),
              testing::HasSubstr("field layers[1].hidden: expected a positive number, got 0"));
  EXPECT_THROW(read_fp8_ranges(folder_.file("absent.json"), small_geometry()), Error);
}

TEST_F(Fp8CalibrationTest, AnEngineOfFp8SaysWhichItUses) {
  if (!has_device(EngineBackend::kCuda, EngineDtype::kFp8)) GTEST_SKIP() << "no GPU";
  const auto notes = [&] {
    const auto engine = load_small_engine(folder_.path(), EngineBackend::kCuda, EngineDtype::kFp8);
    return testing::PrintToString(engine->info().notes);
  };
  EXPECT_THAT(notes(), testing::HasSubstr("fp8: standard activation scales"));
  const std::string own = folder_.file(kFp8RangesFile);
  write_fp8_ranges(own, small_geometry(), {.samples = 3, .layers = {{12.f, 3.f}, {7.f, 1.f}}});
  EXPECT_THAT(notes(), testing::HasSubstr("from 3 observations"));
  std::ofstream(own) << "{}";
  EXPECT_THROW(notes(), Error);
}

TEST_F(Fp8CalibrationTest, AQuantisedEngineIsRefused) {
  if (!has_device(EngineBackend::kCpu, EngineDtype::kInt8)) GTEST_SKIP() << "no 8-bit units";
  EXPECT_THROW(Fp8Calibration(load_small_engine(folder_.path(), EngineBackend::kCpu, EngineDtype::kInt8)), Error);
}

}  // namespace
}  // namespace awd
