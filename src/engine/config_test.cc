// The good config, and each bad field by name.
#include "engine/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() { std::ifstream(AWD_SOURCE_DIR "/tests/golden/pi0/config.json") >> good_; }

  ModelConfig load(const json& config) const {
    std::ofstream(path_) << config;
    return load_config(path_);
  }
  /// The message for the good config with one field changed ("/llm/heads"); null removes it.
  std::string error(const std::string& pointer, const json& value) const {
    json config = good_;
    config[json::json_pointer(pointer)] = value;
    if (value.is_null()) config.erase(pointer.substr(1));
    try {
      (void)load(config);
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }

  json good_;
  TestFolder folder_;
  std::string path_ = folder_.file("config.json");
};

TEST_F(ConfigTest, GoodConfigIsRead) {
  const ModelConfig config = load(good_);
  EXPECT_EQ(config.name, "golden-pi0");
  EXPECT_TRUE(config.has_state_token());
  EXPECT_EQ(config.q_width(), 32);
  EXPECT_EQ(config.suffix_tokens(), 7);
  EXPECT_EQ(config.max_prefix_tokens(), 2 * 256 + 24);
}

TEST_F(ConfigTest, EachBadFieldIsNamed) {
  EXPECT_THAT(error("/horizon", nullptr), HasSubstr("field horizon: expected a value, got none"));
  EXPECT_THAT(error("/horizon", 0), HasSubstr("field horizon: expected an integer in [1, 1000], got 0"));
  EXPECT_THAT(error("/horizon", "six"), HasSubstr("field horizon: expected an integer"));
  EXPECT_THAT(error("/horizon", 1e30), HasSubstr("field horizon: expected an integer"));
  EXPECT_THAT(error("/format", "v0"), HasSubstr("field format: expected awd-policy-1, got v0"));
  EXPECT_THAT(error("/variant", "pi1"), HasSubstr("field variant: expected pi0 or pi05, got pi1"));
  EXPECT_THAT(error("/state_input", "prompt"),
              HasSubstr("field state_input: expected token or none (pi0), got prompt"));
  EXPECT_THAT(error("/cameras", json::array()), HasSubstr("field cameras: expected 1 to 4 different camera names"));
  EXPECT_THAT(error("/cameras", {"a", "a"}), HasSubstr("field cameras"));
  EXPECT_THAT(error("/image_size", 30), HasSubstr("field image_size: expected 16 patches of 2 pixels = 32, got 30"));
  EXPECT_THAT(error("/llm", 3), HasSubstr("field llm: expected an object"));
  EXPECT_THAT(error("/llm/kv_heads", 3), HasSubstr("field llm.kv_heads: expected a divisor of heads (4), got 3"));
  EXPECT_THAT(error("/llm/head_dim", 7), HasSubstr("field llm.head_dim: expected an even number"));
  EXPECT_THAT(error("/vision/heads", 5), HasSubstr("field vision.width: expected a multiple of heads (5)"));
  EXPECT_THAT(error("/expert/width", 23), HasSubstr("field expert.width: expected an even number"));
  EXPECT_THAT(error("/action_dim", 7), HasSubstr("field action_dim: expected an integer in [1, 6], got 7"));
}

TEST_F(ConfigTest, AttentionThatCannotFitIsRefused) {
  good_["llm"]["heads"] = 1024;
  EXPECT_THAT(error("/max_tokens", 4096), HasSubstr("field max_tokens: expected heads * tokens^2 of at most"));
  EXPECT_EQ(error("/max_tokens", 24), "no error");
}

TEST_F(ConfigTest, MissingAndGarbledFiles) {
  EXPECT_THROW(load_config("/no/such/config.json"), Error);
  std::ofstream(path_) << "{ not json";
  EXPECT_THROW(load_config(path_), Error);
}

}  // namespace
}  // namespace awd
