// Text that is UTF-8, and each way not to be.
#include "io/utf8.h"

#include <gtest/gtest.h>

namespace awd {
namespace {

TEST(Utf8, TextOfEveryLengthIs) {
  for (const char* text : {"", "a b\n", "\xc2\x80", "caf\xc3\xa9", "\xe7\x8c\xab", "\xef\xbf\xbf", "\xf0\x9f\xa4\x96",
                           "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
}

TEST(Utf8, BytesThatAreNoTextAreNot) {
  for (const char* text : {"\x80", "a\xc3", "\xc3(", "\xe7\x8c", "\xe7\x8cz", "\xf0\x9f\xa4", "\xff", "\xfe\xff",
                           "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",  // overlong
                           "\xed\xa0\x80", "\xed\xbf\xbf",                              // surrogates
                           "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

}  // namespace
}  // namespace awd
