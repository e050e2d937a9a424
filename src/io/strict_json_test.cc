// What is taken, and the two kinds of JSON that are refused though they are valid.
#include "io/strict_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "awd/error.h"

namespace awd {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& text) {
  try {
    (void)parse_strict_json(text, "file.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string brackets(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

TEST(StrictJson, ValuesAreParsed) {
  const auto json = parse_strict_json(R"({"a":[1,{"a":2}],"b":{"a":3}})", "file.json");
  EXPECT_EQ(json["a"][1]["a"], 2);
  EXPECT_EQ(json["b"]["a"], 3);
  for (const char* garbled : {"", "{", "{\"a\":1}x", "{\"a\":\"\xff\"}", "{\"a\":1e999}"}) {
    EXPECT_TRUE(parse_strict_json(garbled, "file.json").is_discarded()) << garbled;
  }
}

TEST(StrictJson, DepthIsLimited) {
  EXPECT_EQ(error_of(brackets(64)), "no error");
  EXPECT_THAT(error_of(brackets(65)), HasSubstr("[file.json] expected JSON of at most 64 levels"));
  EXPECT_THAT(error_of(brackets(1'000'000)), HasSubstr("at most 64 levels"));
}

TEST(StrictJson, KeysComeOnce) {
  EXPECT_THAT(error_of(R"({"a":{"b":1,"c":2,"b":1}})"), HasSubstr("expected every key once, got \"b\" twice"));
  EXPECT_EQ(error_of(R"([{"a":1},{"a":2}])"), "no error");
}

}  // namespace
}  // namespace awd
