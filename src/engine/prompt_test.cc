// Prompt cleaning, state bins at their edges, prompt formats, prompts that are none.
#include "engine/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "awd/error.h"

namespace awd {
namespace {

const Tokenizer& tokenizer() {
  static const Tokenizer tokenizer(AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model");
  return tokenizer;
}

ModelConfig config_of(StateInput state_input, int max_tokens = 64) {
  ModelConfig config;
  config.variant = state_input == StateInput::kPrompt ? Variant::kPi05 : Variant::kPi0;
  config.state_input = state_input;
  config.max_tokens = max_tokens;
  config.llm.vocab = tokenizer().size();
  return config;
}

std::string error_of(const ModelConfig& config, std::string_view prompt) {
  try {
    prompt_tokens(tokenizer(), config, prompt, {});
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(Prompt, CleanTrimsAndFlattens) {
  EXPECT_EQ(clean_prompt("  put the_cube\nin the bin \n"), "put the cube in the bin");
  EXPECT_EQ(clean_prompt(" \t\n"), "");
  EXPECT_EQ(clean_prompt("\u3000\u00a0 fold\u00a0it\x1c\u2028"), "fold\u00a0it");
  EXPECT_EQ(clean_prompt("\u200bfold"), "\u200bfold") << "no white space in Python either";
}

TEST(Prompt, StateBinsFollowTheirEdges) {
  EXPECT_EQ(state_bin(-1.001f), -1);
  EXPECT_EQ(state_bin(-1.f), 0);
  EXPECT_EQ(state_bin(-1.f + 1.f / 128.f), 1);
  EXPECT_EQ(state_bin(0.f), 128);
  EXPECT_EQ(state_bin(-1e-30f), 127);
  EXPECT_EQ(state_bin(std::nextafter(0.9921875f, 0.f)), 254);
  EXPECT_EQ(state_bin(0.9921875f), 255);
  EXPECT_EQ(state_bin(50.f), 255);
  EXPECT_EQ(state_bin(-1e30f), -1);
}

TEST(Prompt, NewlineIsEncodedOnItsOwn) {
  const std::vector<int> tokens = prompt_tokens(tokenizer(), config_of(StateInput::kNone), "put the red cube", {});
  EXPECT_EQ(tokens.front(), tokenizer().bos());
  EXPECT_EQ(tokens.back(), tokenizer().encode("\n").front());
}

TEST(Prompt, StateIsWrittenAsBins) {
  const std::vector<float> state = {-2.f, 0.f, 2.f};
  std::vector<int> expected = tokenizer().encode("Task: put the cube, State: -1 128 255;\nAction: ");
  expected.insert(expected.begin(), tokenizer().bos());
  EXPECT_EQ(prompt_tokens(tokenizer(), config_of(StateInput::kPrompt), "put the_cube", state), expected);
}

TEST(Prompt, VerbatimTextIsNotCleanedAndEndsInOneNewline) {
  ModelConfig config = config_of(StateInput::kToken);
  config.io.prompt = PromptText::kVerbatim;
  std::vector<int> expected = tokenizer().encode(" put the cube \n");
  expected.insert(expected.begin(), tokenizer().bos());
  EXPECT_EQ(prompt_tokens(tokenizer(), config, " put the cube ", {}), expected);
  EXPECT_EQ(prompt_tokens(tokenizer(), config, " put the cube \n", {}), expected);
}

TEST(Prompt, WhatCannotBeAPromptIsAnError) {
  ModelConfig config = config_of(StateInput::kNone, 5);
  EXPECT_THAT(error_of(config, "a rather long instruction"), testing::HasSubstr("[prompt] expected at most 5 tokens"));
  config.max_tokens = 64;
  EXPECT_THAT(error_of(config, "put the \xff cube"), testing::HasSubstr("[prompt] expected UTF-8, got other bytes"));
  config.llm.vocab = 10;
  EXPECT_THAT(error_of(config, "put the cube"),
              testing::HasSubstr("[prompt] expected token ids below the model's vocabulary of 10, got"));
}

}  // namespace
}  // namespace awd
