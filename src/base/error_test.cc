// One line, whatever is quoted.
#include "awd/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace awd {
namespace {

TEST(Error, NamesThePlace) { EXPECT_STREQ(Error("a.json", "expected 1, got 2").what(), "[a.json] expected 1, got 2"); }

TEST(Error, ControlCharactersBecomeBlanks) {
  const std::string quoted("a\n\x1b[2J\0\x7f\t\xc3\xa9", 11);
  EXPECT_STREQ(Error("f", quoted).what(), "[f] a  [2J   \xc3\xa9");
}

TEST(Error, LongLinesEndBetweenTwoCharacters) {
  for (int shift = 0; shift < 3; ++shift) {
    std::string text(std::size_t(shift), 'x');
    while (text.size() < 2 * Error::kMaxBytes) text += "\xe2\x82\xac";  // the euro sign
    const std::string line = Error("f", text).what();
    EXPECT_THAT(line, testing::EndsWith("\xe2\x82\xac...")) << shift;
    EXPECT_LE(line.size(), Error::kMaxBytes + 3);
    EXPECT_GT(line.size(), Error::kMaxBytes - 3);
  }
}

}  // namespace
}  // namespace awd
