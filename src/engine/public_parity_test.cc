// Every stage of the engine against the public PyTorch models of pi0 and pi0.5: tests/golden/public, made by
// make_public_goldens.py there. The public models pad their prompt and give missing cameras a masked slot; the engine
// drops both, so agreement also proves that dropping changes nothing.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "awd/engine.h"
#include "engine/device_choice.h"
#include "engine/test_stages.h"
#include "io/safetensors.h"

namespace awd {
namespace {

constexpr int kRowStride = 13;                      // of stored image tokens, keys and values, from the last row back
constexpr std::array<int, 2> kVelocitySteps{0, 6};  // stored flow steps
const std::string kFolder = AWD_SOURCE_DIR "/tests/golden/public/";

/// What an engine is allowed to differ by: norm of the difference over norm of the public model's values.
struct Precision {
  EngineBackend backend;
  EngineDtype dtype;
  /// In f32 against openpi, whose times the engine has; LeRobot's differ in the last bit, which moves actions by 2e-5.
  double tolerance;
};

constexpr double kTimeGrids = 1e-4;  // least tolerance against LeRobot

struct Row {
  const char* policy;
  const char* case_name;
  Precision precision;
};

std::vector<float> floats(const SafetensorsFile& file, const std::string& name) {
  const StoredTensor& tensor = *file.find(name);
  std::vector<float> values(std::size_t(tensor.elements()));
  tensor.read(0, values);
  return values;
}

/// One case's inputs; its files stay mapped.
class PublicCase {
 public:
  PublicCase(const std::string& policy, const std::string& name)
      : pictures_(kFolder + "pictures.safetensors"), inputs_(kFolder + policy + "/inputs.safetensors") {
    const StoredTensor& pictures = *pictures_.find("pictures");
    const StoredTensor& present = *inputs_.find(name + ".present");
    const int side = int(pictures.shape[1]);
    for (std::size_t i = 0; i < present.bytes.size(); ++i) {
      const auto* pixels = reinterpret_cast<const std::uint8_t*>(pictures.bytes.data()) + i * side * side * 3;
      const bool is_present = present.bytes[i] != std::byte{0};
      views.push_back(is_present ? ImageView{pixels, side, side} : ImageView{});
      if (is_present) stages.pictures.push_back({pixels, side});
    }
    const StoredTensor& tokens = *inputs_.find("tokens");
    stages.tokens.resize(std::size_t(tokens.elements()));
    std::memcpy(stages.tokens.data(), tokens.bytes.data(), tokens.bytes.size());
    stages.state = floats(inputs_, "state");
    stages.noise = floats(inputs_, "noise");
  }

  std::vector<ImageView> views;  // by camera
  StageInputs stages;

 private:
  SafetensorsFile pictures_, inputs_;
};

double relative_error(std::span<const float> got, std::span<const float> expected) {
  if (got.size() != expected.size()) return HUGE_VAL;
  double squares = 0;
  double expected_squares = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double difference = double(got[i]) - double(expected[i]);
    squares += difference * difference;
    expected_squares += double(expected[i]) * double(expected[i]);
  }
  return std::isnan(squares) ? HUGE_VAL : std::sqrt(squares / expected_squares);
}

/// Every kRowStride-th row, the last one first.
std::vector<float> stored_rows(const Stage& stage) {
  std::vector<float> values;
  for (int row = stage.rows - 1; row >= 0; row -= kRowStride) {
    const auto first = stage.values.begin() + std::ptrdiff_t(row) * stage.cols;
    values.insert(values.end(), first, first + stage.cols);
  }
  return values;
}

class PublicParityTest : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    const EngineDtype dtype = GetParam().precision.dtype;
    if (!has_device(GetParam().precision.backend, dtype)) GTEST_SKIP() << "no such device";
    EngineOptions options;
    options.backend = GetParam().precision.backend;
    options.dtype = dtype;
    options.threads = 1;
    engine_ = Engine::load(kFolder + GetParam().policy, options);
  }

  void expect_near(const std::string& what, std::span<const float> got, std::span<const float> expected,
                   double tolerance) {
    const double error = relative_error(got, expected);
    EXPECT_LE(error, tolerance) << what;
    RecordProperty(what, fmt::format("{:.1e}", error));
  }

  void expect_stages(const Stages& stages, const std::string& reference, double tolerance) {
    const SafetensorsFile file(kFolder + GetParam().policy + "/" + reference + ".safetensors");
    const std::string of_case = std::string(GetParam().case_name) + ".";
    for (const std::string name : {"vision", "k_first", "v_first", "k_last", "v_last"}) {
      expect_near(fmt::format("{}_{}", reference, name), stored_rows(stages.at(name)), floats(file, of_case + name),
                  tolerance);
    }
    const Stage& velocities = stages.at("velocities");
    for (const int step : kVelocitySteps) {
      const std::string name = fmt::format("velocity_{}", step);
      const std::size_t size = stages.at("actions").values.size();
      expect_near(fmt::format("{}_{}", reference, name),
                  std::span(velocities.values).subspan(std::size_t(step) * size, size), floats(file, of_case + name),
                  tolerance);
    }
    expect_near(reference + "_actions", stages.at("actions").values, floats(file, of_case + "actions"), tolerance);
    ASSERT_EQ(stages.contains("modulations"), file.find("modulations") != nullptr);
    if (stages.contains("modulations")) {
      expect_near(reference + "_modulations", stages.at("modulations").values, floats(file, "modulations"), tolerance);
    }
  }

  std::shared_ptr<const Engine> engine_;
};

TEST_P(PublicParityTest, Stages) {
  const PublicCase input(GetParam().policy, GetParam().case_name);
  const Stages stages = StageRunner(engine_).run(input.stages);
  const double tolerance = GetParam().precision.tolerance;
  expect_stages(stages, "openpi", tolerance);
  expect_stages(stages, "lerobot", std::max(tolerance, kTimeGrids));
  EXPECT_EQ(stages.at("actions_again").values, stages.at("actions").values) << "same cache, same noise";
}

TEST_P(PublicParityTest, Session) {
  const PublicCase input(GetParam().policy, GetParam().case_name);
  const EngineInfo& info = engine_->info();
  const auto session = Session::create(engine_);
  const std::span<const float> state = std::span(input.stages.state).first(std::size_t(info.state_dim));
  PrefixCache cache;
  session->encode({.cameras = input.views, .state = state, .joints = {}, .prompt = "put the red cube_in the bin"},
                  cache);
  EXPECT_EQ(cache.tokens(),
            int(input.stages.pictures.size()) * kPatchGrid * kPatchGrid + int(input.stages.tokens.size()));
  ActionChunk chunk;
  session->denoise(cache, state, input.stages.noise, chunk, nullptr);

  const SafetensorsFile file(kFolder + GetParam().policy + "/openpi.safetensors");
  const std::vector<float> padded = floats(file, std::string(GetParam().case_name) + ".actions");
  std::vector<float> expected;  // the robot's dimensions; the statistics of these policies change nothing
  for (int row = 0; row < info.horizon; ++row) {
    const auto first = padded.begin() + std::ptrdiff_t(row) * info.model_action_dim;
    expected.insert(expected.end(), first, first + info.action_dim);
  }
  expect_near("session_actions", chunk.values, expected, GetParam().precision.tolerance);

  ActionChunk reused;
  session->denoise(cache.clone(), state, input.stages.noise, reused, nullptr);
  EXPECT_EQ(reused.values, chunk.values) << "same keys and values, same noise";
}

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  for (const char* policy : {"pi0", "pi05"}) {
    rows.push_back({policy, "no_left_wrist", {EngineBackend::kRef, EngineDtype::kF32, 1e-5}});
    for (const char* case_name : {"three", "no_left_wrist", "two", "one"}) {
      rows.push_back({policy, case_name, {EngineBackend::kCpu, EngineDtype::kF32, 1e-5}});
      rows.push_back({policy, case_name, {EngineBackend::kCpu, EngineDtype::kBf16, 2e-2}});
      rows.push_back({policy, case_name, {EngineBackend::kCpu, EngineDtype::kInt8, 8e-2}});
      rows.push_back({policy, case_name, {EngineBackend::kCuda, EngineDtype::kF32, 1e-5}});
      rows.push_back({policy, case_name, {EngineBackend::kCuda, EngineDtype::kBf16, 2e-2}});
    }
  }
  return rows;
}

INSTANTIATE_TEST_SUITE_P(All, PublicParityTest, testing::ValuesIn(all_rows()), [](const auto& test) {
  return std::string(test.param.policy) + "_" + test.param.case_name + "_" +
         std::string(word_of(test.param.precision.backend)) + "_" + std::string(word_of(test.param.precision.dtype));
});

}  // namespace
}  // namespace awd
