// Missing tokenizers and those of other models.
#include "engine/checkpoint/tokenizer_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/checkpoint/test_folders.h"
#include "engine/presets.h"

namespace awd {
namespace {

using testing::HasSubstr;

TEST(TokenizerCheckTest, TheRightOneAndNone) {
  ModelConfig config = pi_preset(Variant::kPi05, RobotKind::kLibero);
  EXPECT_EQ(load_tokenizer(kTestTokenizer, config, /*is_public=*/true).size(), 90);
  EXPECT_THAT(error_text([&] { (void)load_tokenizer("/no/tokenizer.model", config, true); }),
              HasSubstr("/no/tokenizer.model] expected the tokenizer.model of google/paligemma-3b-pt-224"));
  EXPECT_THAT(error_text([&] { (void)load_tokenizer("/no/tokenizer.model", config, false); }),
              HasSubstr("expected a readable SentencePiece model"));
  config.llm.vocab = 89;
  EXPECT_THAT(error_text([&] { (void)load_tokenizer(kTestTokenizer, config, false); }),
              HasSubstr("expected at most llm.vocab = 89 pieces, got 90"));
}

}  // namespace
}  // namespace awd
