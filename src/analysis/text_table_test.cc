// Alignment of columns.
#include "analysis/text_table.h"

#include <gtest/gtest.h>

namespace awd {
namespace {

TEST(TextTable, AlignsWordsLeftAndNumbersRight) {
  TextTable table;
  table.columns = {
      {.header = "arm", .is_left_aligned = true}, {.header = "n"}, {.header = "why", .is_left_aligned = true}};
  table.rows = {{"none", "7", "-"}, {"a", "1234", "cosine"}};
  EXPECT_EQ(table.render(),
            "arm      n  why\n"
            "----  ----  ------\n"
            "none     7  -\n"
            "a     1234  cosine\n");
}

TEST(TextTable, NoRowsStillHasItsHeader) {
  TextTable table;
  table.columns = {{.header = "arm"}};
  EXPECT_EQ(table.render(), "arm\n---\n");
}

}  // namespace
}  // namespace awd
