// Names with options in braces: splitting, assignment, and what is refused.
#include "base/named_text.h"

#include <gmock/gmock.h>

namespace awd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct Sample {
  double length = 0.5;
  int steps = 3;

  template <class V>
  void visit(V&& v) {
    v(Field{"length", "m", "how long", 0, 1}, length);
    v(Field{"steps", "", "how many", 0, 10}, steps);
  }
};

struct Nothing {
  template <class V>
  void visit(V&& /*v*/) {}
};

TEST(NamedText, SeparatorsInsideBracesDoNotSplit) {
  EXPECT_THAT(split_outside_braces("a,b{x=1,y=2},c", ','), ElementsAre("a", "b{x=1,y=2}", "c"));
  EXPECT_THAT(split_outside_braces("", ','), ElementsAre(""));
  EXPECT_THAT(split_outside_braces("a+", '+'), ElementsAre("a", ""));
}

TEST(NamedText, NameAndBodyComeApart) {
  EXPECT_EQ(split_name("nudge", "here").body, "");
  EXPECT_EQ(split_name("nudge{}", "here").name, "nudge");
  EXPECT_EQ(split_name("nudge{a=1,b=2}", "here").body, "a=1,b=2");
  for (const char* text : {"a{", "a}", "a{b}c", "a{b{c}"}) {
    EXPECT_THAT([&] { split_name(text, "here"); }, ThrowsMessage<Error>(HasSubstr("[here] expected braces"))) << text;
  }
}

TEST(NamedText, OptionsAreAssignedAndFormattedBack) {
  Sample sample;
  assign_options(sample, "steps=4", "here");
  EXPECT_EQ(sample.steps, 4);
  EXPECT_EQ(format_named("sample", sample), "sample{length=0.5,steps=4}");
  assign_options(sample, "", "here");
  EXPECT_EQ(format_named("nothing", Nothing{}), "nothing");
}

TEST(NamedText, RefusesUnknownOptionsAndTextsThatAreNone) {
  Sample sample;
  EXPECT_THAT([&] { assign_options(sample, "width=4", "here"); },
              ThrowsMessage<Error>(HasSubstr("expected one of the options length, steps, got \"width\"")));
  EXPECT_THAT([&] { assign_options(sample, "steps", "here"); }, ThrowsMessage<Error>(HasSubstr("option=value")));
  EXPECT_THAT([&] { assign_options(sample, "length=2", "here"); }, ThrowsMessage<Error>(HasSubstr("[0, 1] m")));
  Nothing nothing;
  EXPECT_THAT([&] { assign_options(nothing, "a=1", "here"); }, ThrowsMessage<Error>(HasSubstr("expected no options")));
}

}  // namespace
}  // namespace awd
