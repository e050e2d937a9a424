// Prompt cleaning, state bins at their edges, both prompt formats.
#include "engine/prompt.h"

#include <gtest/gtest.h>

#include "awd/error.h"

namespace awd {
namespace {

const Tokenizer& tokenizer() {
  static const Tokenizer tokenizer(AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model");
  return tokenizer;
}

TEST(Prompt, CleanTrimsAndFlattens) {
  EXPECT_EQ(clean_prompt("  put the_cube\nin the bin \n"), "put the cube in the bin");
  EXPECT_EQ(clean_prompt(" \t\n"), "");
}

TEST(Prompt, StateBinsFollowTheirEdges) {
  EXPECT_EQ(state_bin(-1.001f), -1);
  EXPECT_EQ(state_bin(-1.f), 0);
  EXPECT_EQ(state_bin(-1.f + 1.f / 128.f), 1);
  EXPECT_EQ(state_bin(0.f), 128);
  EXPECT_EQ(state_bin(0.9921875f), 255);
  EXPECT_EQ(state_bin(50.f), 255);
  EXPECT_EQ(state_bin(-1e30f), -1);
}

TEST(Prompt, NewlineIsEncodedOnItsOwn) {
  ModelConfig config;
  config.max_tokens = 48;
  const std::vector<int> tokens = prompt_tokens(tokenizer(), config, "put the red cube", {});
  EXPECT_EQ(tokens.front(), tokenizer().bos());
  EXPECT_EQ(tokens.back(), tokenizer().encode("\n").front());
}

TEST(Prompt, StateIsWrittenAsBins) {
  ModelConfig config;
  config.variant = Variant::kPi05;
  config.state_input = StateInput::kPrompt;
  config.max_tokens = 64;
  const std::vector<float> state = {-2.f, 0.f, 2.f};
  std::vector<int> expected = tokenizer().encode("Task: put the cube, State: -1 128 255;\nAction: ");
  expected.insert(expected.begin(), tokenizer().bos());
  EXPECT_EQ(prompt_tokens(tokenizer(), config, "put the_cube", state), expected);
}

TEST(Prompt, TooLongIsAnError) {
  ModelConfig config;
  config.max_tokens = 5;
  EXPECT_THROW(prompt_tokens(tokenizer(), config, "a rather long instruction", {}), Error);
}

}  // namespace
}  // namespace awd
