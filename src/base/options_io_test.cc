// set_option(): text reaches the right field, bad text names field, range and text.
#include "base/options_io.h"

#include <gtest/gtest.h>

#include "awd/gate.h"

namespace awd {
namespace {

TEST(OptionsIo, SetsNumbersEnumsAndBooleans) {
  GateOptions options;
  EXPECT_TRUE(set_option(options, "state_threshold", "0.23", "test"));
  EXPECT_TRUE(set_option(options, "gate", "cosine", "test"));
  EXPECT_TRUE(set_option(options, "explain", "true", "test"));
  EXPECT_DOUBLE_EQ(options.state_threshold, 0.23);
  EXPECT_EQ(options.kind, GateKind::kCosine);
  EXPECT_TRUE(options.explain);
}

TEST(OptionsIo, UnknownNameIsFalse) {
  GateOptions options;
  EXPECT_FALSE(set_option(options, "no_such_option", "1", "test"));
}

TEST(OptionsIo, OutOfRangeNamesFieldRangeAndText) {
  GateOptions options;
  try {
    (void)set_option(options, "period", "0", "--arms");
    FAIL() << "accepted period 0";
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("[--arms]"), std::string::npos) << message;
    EXPECT_NE(message.find("period"), std::string::npos) << message;
    EXPECT_NE(message.find("\"0\""), std::string::npos) << message;
  }
}

TEST(OptionsIo, NotANumberIsRefused) {
  GateOptions options;
  EXPECT_THROW((void)set_option(options, "drift_threshold", "1.0x", "test"), Error);
  EXPECT_THROW((void)set_option(options, "drift_threshold", "nan", "test"), Error);
}

TEST(OptionsIo, ListsEveryFieldWithItsValue) {
  const auto options = list_options(GateOptions{});
  ASSERT_GE(options.size(), 10u);
  EXPECT_EQ(options[0].name, "gate");
  EXPECT_EQ(options[0].value, "awd");
}

}  // namespace
}  // namespace awd
