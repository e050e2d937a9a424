// run.json holds every option, also those nobody has set.
#include "cli/run_manifest.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace awd::cli {
namespace {

TEST(RunManifest, HoldsEveryOptionWithDefaults) {
  EvalManifest manifest;
  manifest.plan.options.seed = 42;
  manifest.plan.scenarios = {"clean"};
  manifest.plan.arms = parse_arms("none,awd-aligned");
  const auto json = nlohmann::json::parse(eval_manifest_json(manifest));
  EXPECT_EQ(json.at("format"), kRunFormat);
  EXPECT_EQ(json.at("seed"), 42);
  EXPECT_EQ(json.at("options").at("max_steps"), 130);
  EXPECT_EQ(json.at("engine").at("backend"), "cpu");
  EXPECT_EQ(json.at("arms").at(1).at("name"), "awd-aligned");
  EXPECT_EQ(json.at("arms").at(1).at("gate").at("pool"), 8);
  EXPECT_EQ(json.at("arms").at(1).at("reuse").at("mode"), "aligned");
  for (const char* key : {"version", "commit", "machine", "started_utc", "wall_s", "processes", "policy", "tasks",
                          "scenarios", "matched"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_TRUE(json["machine"].contains("cpu"));
}

TEST(RunManifest, TimeIsUtcInIsoForm) {
  const std::string now = utc_now();
  ASSERT_EQ(now.size(), 20u);
  EXPECT_EQ(now[10], 'T');
  EXPECT_EQ(now.back(), 'Z');
}

}  // namespace
}  // namespace awd::cli
