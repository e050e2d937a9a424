// The text of the bar.
#include "cli/progress.h"

#include <gtest/gtest.h>

namespace awd::cli {
namespace {

TEST(Progress, ShowsShareAndTimeLeft) {
  EXPECT_EQ(progress_text(0, 10, 0, ""), "[------------------------------] 0/10  --:-- left  ");
  EXPECT_EQ(progress_text(5, 10, 100, "none"), "[###############---------------] 5/10  01:40 left  none");
  EXPECT_EQ(progress_text(10, 10, 100, "x"), "[##############################] 10/10  00:00 left  x");
}

}  // namespace
}  // namespace awd::cli
