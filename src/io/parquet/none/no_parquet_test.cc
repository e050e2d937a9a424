// The build without Arrow says what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "awd/error.h"
#include "io/parquet/parquet_table.h"

namespace awd {
namespace {

TEST(NoParquet, NamesFileAndCommand) {
  EXPECT_FALSE(is_parquet_available());
  EXPECT_THAT([] { open_parquet("data.parquet"); },
              testing::ThrowsMessage<Error>(
                  testing::AllOf(testing::HasSubstr("[data.parquet] "), testing::HasSubstr("./dev setup"))));
}

}  // namespace
}  // namespace awd
