// Names of random policies, and folders that are made once and never mixed up.
#include "cli/bench/bench_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"
#include "engine/random_policy.h"

namespace awd::cli {
namespace {

using testing::HasSubstr;

BenchOptions random_options(const std::string& name, const std::string& keep = "") {
  BenchOptions options;
  options.random = name;
  options.keep = keep;
  return options;
}

std::string refusal(const BenchOptions& options) {
  try {
    bench_policy(options);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(RandomGeometry, KnownNames) {
  EXPECT_EQ(random_geometry(random_options("tiny")).llm.width, tiny_geometry().llm.width);
  const ModelConfig libero = random_geometry(random_options("pi05"));
  EXPECT_EQ(libero.llm.width, 2048);
  EXPECT_EQ(libero.cameras.size(), 2u);
  EXPECT_EQ(libero.horizon, 10);
  const ModelConfig aloha = random_geometry(random_options("pi0:aloha"));
  EXPECT_EQ(aloha.variant, Variant::kPi0);
  EXPECT_EQ(aloha.action_dim, 14);
}

TEST(RandomGeometry, HorizonAndSeedNameTheWeights) {
  BenchOptions options = random_options("tiny");
  const std::string plain = random_geometry(options).name;
  options.horizon = 7;
  EXPECT_EQ(random_geometry(options).horizon, 7);
  const std::string longer = random_geometry(options).name;
  options.seed = 2;
  EXPECT_NE(plain, longer);
  EXPECT_NE(longer, random_geometry(options).name);
}

TEST(RandomGeometry, UnknownNames) {
  for (const char* name : {"pi1", "tiny:libero", "pi05:banana", "pi05:", ":libero"}) {
    EXPECT_THROW(random_geometry(random_options(name)), Error) << name;
  }
}

TEST(BenchPolicy, WeightsAreDrawnOnce) {
  const TestFolder folder;
  const BenchOptions options = random_options("tiny", folder.file("policy"));
  EXPECT_GT(bench_policy(options).drawing_ms, 0);
  const auto written = std::filesystem::last_write_time(folder.file("policy/model.safetensors"));
  const BenchPolicy again = bench_policy(options);
  EXPECT_EQ(again.drawing_ms, 0);
  EXPECT_EQ(again.folder, folder.file("policy"));
  EXPECT_EQ(std::filesystem::last_write_time(folder.file("policy/model.safetensors")), written);
}

TEST(BenchPolicy, RefusesTheWeightsOfAnotherGeometry) {
  const TestFolder folder;
  BenchOptions options = random_options("tiny", folder.file("policy"));
  bench_policy(options);
  options.horizon = 7;
  EXPECT_THAT(refusal(options), HasSubstr("expected random weights of tiny-h7-seed1"));
  EXPECT_TRUE(std::filesystem::exists(folder.file("policy/model.safetensors")));
}

TEST(BenchPolicy, RefusesOptionsThatContradictEachOther) {
  BenchOptions options = random_options("tiny");
  options.policy = "models/tiny";
  EXPECT_THAT(refusal(options), HasSubstr("expected no --policy"));
  options = {};
  options.horizon = 5;
  EXPECT_THAT(refusal(options), HasSubstr("expected --random beside it"));
  options = {};
  options.keep = "somewhere";
  EXPECT_THAT(refusal(options), HasSubstr("expected --random beside it"));
}

}  // namespace
}  // namespace awd::cli
