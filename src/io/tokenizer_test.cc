// Encoding with a real model, and files that are none.
#include "io/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

const std::string kModel = AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model";

std::string error_of(const std::string& path) {
  try {
    const Tokenizer tokenizer(path);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(Tokenizer, EncodesWithoutMarks) {
  const Tokenizer tokenizer(kModel);
  EXPECT_EQ(tokenizer.bos(), 2);
  EXPECT_EQ(tokenizer.size(), 90);
  const std::vector<int> ids = tokenizer.encode("put the red cube in the bin");
  EXPECT_FALSE(ids.empty());
  for (const int id : ids) EXPECT_TRUE(id > 3 && id < tokenizer.size()) << id;
  EXPECT_EQ(tokenizer.encode("\n").size(), 1u);
  EXPECT_TRUE(tokenizer.encode("").empty());
}

TEST(Tokenizer, MissingOrGarbledModelIsNamed) {
  EXPECT_THAT(error_of("/no/such/tokenizer.model"), testing::HasSubstr("/no/such/tokenizer.model] expected"));
  const TestFolder folder;
  const std::string path = folder.file("tokenizer.model");
  for (const char* text : {"", "this is no model, but long enough to be looked at"}) {
    std::ofstream(path) << text;
    EXPECT_THAT(error_of(path), testing::HasSubstr("expected a SentencePiece model")) << text;
  }
}

}  // namespace
}  // namespace awd
