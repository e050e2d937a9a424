// Fields come as they are; whatever does not fit the header is named with line and column.
#include "io/csv_reader.h"

#include <gmock/gmock.h>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class CsvReaderTest : public testing::Test {
 protected:
  CsvReader opened(const std::string& text) const {
    std::ofstream(path_, std::ios::binary) << text;
    return CsvReader(path_);
  }
  TestFolder folder_;
  std::string path_ = folder_.file("x.csv");
};

TEST_F(CsvReaderTest, ReadsRowsOfAnyLineEnd) {
  CsvReader csv = opened("\xEF\xBB\xBFstep, s0,word\r\n0, 1.5e-1 ,reach\r\n\r\n1,-2,\r\n");
  EXPECT_THAT(csv.columns(), ElementsAre("step", "s0", "word"));
  ASSERT_TRUE(csv.next());
  EXPECT_DOUBLE_EQ(csv.number(1), 0.15);
  EXPECT_EQ(csv.text(2), "reach");
  ASSERT_TRUE(csv.next());
  EXPECT_DOUBLE_EQ(csv.number(1), -2);
  EXPECT_EQ(csv.text(2), "");
  EXPECT_EQ(csv.where(), path_ + ":4");
  EXPECT_FALSE(csv.next());
}

TEST_F(CsvReaderTest, WhatIsNoNumberIsNamed) {
  for (const char* field : {"nan", "inf", "abc", "", "1e999", "1 2", "0x10"}) {
    CsvReader csv = opened(std::string("s0,s1\n1,") + field + "\n");
    ASSERT_TRUE(csv.next());
    EXPECT_THAT([&] { (void)csv.number(1); },
                ThrowsMessage<Error>(AllOf(HasSubstr(path_ + ":2"), HasSubstr("column s1: expected a finite number"),
                                           HasSubstr(field))));
  }
}

TEST_F(CsvReaderTest, LinesOfAnotherLengthAreNamed) {
  CsvReader csv = opened("s0,s1\n1,2\n3\n");
  ASSERT_TRUE(csv.next());
  EXPECT_THAT([&] { csv.next(); },
              ThrowsMessage<Error>(AllOf(HasSubstr(path_ + ":3"), HasSubstr("expected 2 fields"), HasSubstr("got 1"))));
}

TEST_F(CsvReaderTest, BadHeadersAreNamed) {
  EXPECT_THAT([&] { opened(""); }, ThrowsMessage<Error>(HasSubstr("expected a header")));
  EXPECT_THAT([&] { opened("s0,s1,s0\n"); },
              ThrowsMessage<Error>(HasSubstr(":1] column 3: expected a name of its own")));
  EXPECT_THAT([&] { opened("s0,\n"); }, ThrowsMessage<Error>(HasSubstr("column 2")));
  EXPECT_THAT([&] { CsvReader(folder_.file("none.csv")); }, ThrowsMessage<Error>(HasSubstr("none.csv")));
}

}  // namespace
}  // namespace awd
