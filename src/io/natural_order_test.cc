// Numbers inside names count as numbers.
#include "io/natural_order.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace awd {
namespace {

TEST(NaturalOrder, CountsAsPeopleDo) {
  std::vector<std::string> names{"demo_10", "demo_2", "demo", "a9b1", "demo_002", "demo_1", "a10b0"};
  std::sort(names.begin(), names.end(), natural_less);
  EXPECT_THAT(names, testing::ElementsAre("a9b1", "a10b0", "demo", "demo_1", "demo_002", "demo_2", "demo_10"));
}

TEST(NaturalOrder, NumbersMayBeLongerThanAnyInteger) {
  EXPECT_TRUE(natural_less("x99999999999999999998", "x99999999999999999999"));
  EXPECT_FALSE(natural_less("x100000000000000000000", "x99999999999999999999"));
  EXPECT_FALSE(natural_less("x1", "x1"));
}

}  // namespace
}  // namespace awd
