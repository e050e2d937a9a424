// JSON and table of made-up results, and the comparison of two of them.
#include "cli/bench/bench_compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"
#include "engine/random_policy.h"

namespace awd::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A query of 2 ms that does 10 GFLOP at half of the machine's peak.
BenchResult made_up_result() {
  BenchResult result;
  result.info.name = "made up";
  result.info.dtype = EngineDtype::kBf16;
  result.threads = 2;
  result.shape = {.config = tiny_geometry(), .cameras = 2, .text_tokens = 9, .flow_steps = 10};
  result.memory = {.peak = 1000, .anonymous = 600, .file = 400};
  result.ceilings = {.read_gb_per_s = 100, .f32 = {1, "f32 unit"}, .bf16 = {10'000, "bf16 unit"}};
  result.stages = {{"full", {.p50 = 2, .p95 = 3, .p99 = 4, .mean = 2.5, .min = 1, .n = 7}, 10, 0.1},
                   {"gate", {.p50 = 0.5, .n = 3}}};
  return result;
}

std::string write_result(const BenchResult& result, const TestFolder& folder) {
  std::ofstream(folder.file("bench.json")) << bench_json(result);
  return folder.file("bench.json");
}

std::string refusal(const BenchResult& earlier, const BenchResult& now) {
  const TestFolder folder;
  const std::string file = write_result(earlier, folder);
  try {
    check_comparable(read_bench_json(file), now.shape, now.info.dtype, file);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(BenchJson, HasTheKeysThatScriptsRead) {
  const auto json = nlohmann::json::parse(bench_json(made_up_result()));
  for (const char* key : {"machine", "ceilings", "peak_rss_bytes", "latency_ms", "geometry", "dtype", "commit",
                          "options", "engine", "load_ms", "first_action_ms"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json["peak_rss_bytes"], 1000);
  const auto& full = json["latency_ms"]["full"];
  EXPECT_EQ(full["p50"], 2);
  EXPECT_EQ(full["p95"], 3);
  EXPECT_EQ(full["p99"], 4);
  EXPECT_EQ(full["n"], 7);
}

TEST(BenchJson, RatesAreOfTheMedianAndOfTheCeilingOfItsType) {
  const auto stages = nlohmann::json::parse(bench_json(made_up_result()))["latency_ms"];
  EXPECT_DOUBLE_EQ(stages["full"]["gflop_per_s"], 5000);
  EXPECT_DOUBLE_EQ(stages["full"]["percent_of_peak"], 50);
  EXPECT_DOUBLE_EQ(stages["full"]["gb_per_s"], 50);
  EXPECT_DOUBLE_EQ(stages["full"]["percent_of_read"], 50);
  EXPECT_FALSE(stages["gate"].contains("gflop_per_s")) << "no products in the gate";
}

TEST(BenchText, OneRowPerStage) {
  const std::string text = bench_text(made_up_result());
  EXPECT_THAT(text, testing::ContainsRegex("full +2\\.00 +3\\.00 +4\\.00 +7 +5000 +50 % +50\\.0 +50 %"));
  EXPECT_THAT(text, testing::ContainsRegex("gate +0\\.5000 +- +- +3 +- +- +- +-"));
  EXPECT_THAT(text, HasSubstr("2 cameras, 9 text tokens, horizon 20, 10 flow steps"));
}

TEST(BenchCompare, OldNewAndRatio) {
  const TestFolder folder;
  BenchResult earlier = made_up_result();
  earlier.stages[0].ms.p50 = 3;
  earlier.stages.pop_back();  // a stage that only the new one has
  const auto json = read_bench_json(write_result(earlier, folder));
  const std::string text = compare_text(json, made_up_result());
  EXPECT_THAT(text, testing::ContainsRegex("full +3 +2 +1\\.500"));
  EXPECT_THAT(text, Not(HasSubstr("gate")));
  EXPECT_THAT(text, Not(HasSubstr("note")));
}

TEST(BenchCompare, SaysWhereThreadsDiffer) {
  const TestFolder folder;
  BenchResult earlier = made_up_result();
  earlier.threads = 8;
  const auto json = read_bench_json(write_result(earlier, folder));
  EXPECT_THAT(compare_text(json, made_up_result()), HasSubstr("note: threads differ: 8 before, 2 now"));
}

TEST(BenchCompare, RefusesWhatIsNotTheSameWork) {
  const BenchResult now = made_up_result();
  EXPECT_EQ(refusal(now, now), "accepted");
  BenchResult other = now;
  other.shape.text_tokens = 21;
  EXPECT_THAT(refusal(other, now), HasSubstr("text_tokens: expected 9 as in this call, got 21"));
  other = now;
  other.shape.config.llm.width = 512;
  EXPECT_THAT(refusal(other, now), HasSubstr("llm: expected {"));
  other = now;
  other.info.dtype = EngineDtype::kF32;
  EXPECT_THAT(refusal(other, now), HasSubstr("dtype: expected \"bf16\" as in this call, got \"f32\""));
}

TEST(BenchCompare, RefusesOtherFiles) {
  const TestFolder folder;
  EXPECT_THROW(read_bench_json(folder.file("absent.json")), Error);
  for (const char* text :
       {"", "[1]", "{\"format\": \"awd-run-2\"}", "{\"format\": \"awd-bench-1\", \"geometry\": 3}"}) {
    std::ofstream(folder.file("x.json")) << text;
    EXPECT_THROW(read_bench_json(folder.file("x.json")), Error) << text;
  }
}

}  // namespace
}  // namespace awd::cli
