// One short run on random weights: every stage is timed, and counted as the work that it is.
#include "cli/bench/bench_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"
#include "cli/bench/bench_calibration.h"
#include "cli/bench/bench_policy.h"
#include "engine/device_choice.h"
#include "engine/fp8_ranges.h"

namespace awd::cli {
namespace {

class BenchRun : public testing::Test {
 protected:
  BenchRun() {
    options_.random = "tiny";
    options_.keep = folder_.file("policy");
    options_.iterations = 2;
    options_.text_tokens = 12;
    engine_.threads = 1;
    engine_.flow_steps = 3;
  }

  static const StageResult& stage(const BenchResult& result, const std::string& name) {
    return *std::ranges::find(result.stages, name, &StageResult::name);
  }

  std::string refusal() const {
    try {
      run_bench(options_, engine_);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }

  TestFolder folder_;
  BenchOptions options_;
  EngineOptions engine_;
};

TEST_F(BenchRun, TimesEveryStage) {
  const BenchResult result = run_bench(options_, engine_);
  EXPECT_EQ(result.shape.text_tokens, 12);
  EXPECT_EQ(result.shape.cameras, 2);
  EXPECT_EQ(result.shape.flow_steps, 3);
  for (const char* name : {"full", "vision", "prefix", "denoise", "denoise_step", "reuse"}) {
    EXPECT_EQ(stage(result, name).ms.n, 2) << name;
    EXPECT_GT(stage(result, name).ms.min, 0) << name;
  }
  EXPECT_GT(stage(result, "gate").ms.n, 100);
  EXPECT_EQ(stage(result, "aligned").ms.n, stage(result, "gate").ms.n);
  EXPECT_GT(result.memory.peak, result.info.weight_bytes);
  EXPECT_GE(result.first_action_ms, 0);
}

TEST_F(BenchRun, AQueryIsItsStages) {
  const BenchResult result = run_bench(options_, engine_);
  const double parts = stage(result, "vision").gflop + stage(result, "prefix").gflop + stage(result, "denoise").gflop;
  EXPECT_DOUBLE_EQ(stage(result, "full").gflop, parts);
  EXPECT_DOUBLE_EQ(stage(result, "denoise").gflop, 3 * stage(result, "denoise_step").gflop);
  EXPECT_DOUBLE_EQ(stage(result, "reuse").gbytes, 3 * stage(result, "denoise_step").gbytes);
}

TEST_F(BenchRun, FewerCamerasAreLessWork) {
  const BenchResult both = run_bench(options_, engine_);
  options_.cameras = 1;
  const BenchResult one = run_bench(options_, engine_);
  EXPECT_DOUBLE_EQ(2 * stage(one, "vision").gflop, stage(both, "vision").gflop);
  EXPECT_LT(stage(one, "prefix").gflop, stage(both, "prefix").gflop);
}

TEST_F(BenchRun, SaysHowFarActionsAreFromF32) {
  engine_.dtype = EngineDtype::kF32;
  EXPECT_EQ(run_bench(options_, engine_).action_error.queries, 0);
  options_.action_error = true;
  const ActionError same = run_bench(options_, engine_).action_error;
  EXPECT_GT(same.queries, 0);
  EXPECT_EQ(same.largest, 0);
  EXPECT_GT(same.rms_of_actions, 0);
  if (!has_device(EngineBackend::kCpu, EngineDtype::kInt8)) return;
  engine_.dtype = EngineDtype::kInt8;
  const ActionError quantised = run_bench(options_, engine_).action_error;
  EXPECT_GT(quantised.rms, 0);
  EXPECT_GT(quantised.largest, quantised.rms);
  EXPECT_LT(quantised.rms, quantised.rms_of_actions);
}

TEST_F(BenchRun, CalibrationWritesWhatFp8Reads) {
  run_bench(options_, engine_);  // draws the policy
  const std::string folder = folder_.file("policy"), own = folder + "/fp8_scales.json";
  options_.calibrate = "scene";
  EXPECT_THAT(refusal(), testing::HasSubstr("option calibrate] expected --dtype fp8"));
  engine_.dtype = EngineDtype::kFp8;
  run_bench_calibration(options_, engine_, folder);
  const Fp8Ranges ranges = read_fp8_ranges(own, random_geometry(options_));
  EXPECT_GT(ranges.samples, 1);
  EXPECT_EQ(ranges.expert.size(), ranges.prefix.size() + 1);
  engine_.fp8_scales = folder_.file("other.json");
  run_bench_calibration(options_, engine_, folder);
  EXPECT_EQ(read_fp8_ranges(engine_.fp8_scales, random_geometry(options_)).expert.size(), ranges.expert.size());
}

TEST_F(BenchRun, RefusesWhatThePolicyCannotDo) {
  options_.cameras = 3;
  EXPECT_THAT(refusal(), testing::HasSubstr("option cameras] expected at most the policy's 2, got 3"));
  options_.cameras = 0;
  options_.text_tokens = 49;
  EXPECT_THAT(refusal(), testing::HasSubstr("option text_tokens] expected at most the policy's 48, got 49"));
  options_.text_tokens = 1;
  EXPECT_THAT(refusal(), testing::HasSubstr("option text_tokens] expected a number that"));
}

TEST_F(BenchRun, RefusesToCompareBeforeItTimes) {
  std::ofstream(folder_.file("earlier.json")) << bench_json(run_bench(options_, engine_));
  options_.compare = folder_.file("earlier.json");
  options_.cameras = 1;
  EXPECT_THAT(refusal(), testing::HasSubstr("cameras: expected 1 as in this call, got 2"));
}

}  // namespace
}  // namespace awd::cli
