// Tables written by Arrow itself: kinds of columns, row groups, batches, nulls, broken files.
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"
#include "io/parquet/parquet_table.h"

namespace awd {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr int kRows = 100;
constexpr int kGroupRows = 30;

/// An array of `kRows` cells, cell i made by `append(builder, i)`.
template <class Builder, class Append>
std::shared_ptr<arrow::Array> make_array(Builder&& builder, Append&& append) {
  for (int i = 0; i < kRows; ++i) append(builder, i);
  return builder.Finish().ValueOrDie();
}

/// Appends [i, i / 2] to a builder of lists of doubles.
template <class ListBuilder>
arrow::Status append_pair(ListBuilder& list, int i) {
  auto& values = static_cast<arrow::DoubleBuilder&>(*list.value_builder());
  ARROW_RETURN_NOT_OK(list.Append());
  ARROW_RETURN_NOT_OK(values.Append(i));
  return values.Append(0.5 * i);
}

class ArrowTableTest : public testing::Test {
 protected:
  /// Row i: whole = i, real = i / 4, pair and list = [i, i / 2], word = "w<i>"; row 50 of `gap` is null.
  void SetUp() override {
    const auto pool = arrow::default_memory_pool();
    const auto values = [pool] { return std::make_shared<arrow::DoubleBuilder>(pool); };
    const std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>> columns{
        {"whole",
         make_array(arrow::Int16Builder(), [](auto& b, int i) { ASSERT_TRUE(b.Append(std::int16_t(i)).ok()); })},
        {"real",
         make_array(arrow::FloatBuilder(), [](auto& b, int i) { ASSERT_TRUE(b.Append(0.25F * float(i)).ok()); })},
        {"pair", make_array(arrow::FixedSizeListBuilder(pool, values(), 2),
                            [](auto& b, int i) { ASSERT_TRUE(append_pair(b, i).ok()); })},
        {"list", make_array(arrow::LargeListBuilder(pool, values()),
                            [](auto& b, int i) { ASSERT_TRUE(append_pair(b, i).ok()); })},
        {"word",
         make_array(arrow::StringBuilder(), [](auto& b, int i) { ASSERT_TRUE(b.Append(fmt::format("w{}", i)).ok()); })},
        {"gap", make_array(arrow::Int64Builder(),
                           [](auto& b, int i) { ASSERT_TRUE((i == 50 ? b.AppendNull() : b.Append(i)).ok()); })},
        {"flag", make_array(arrow::BooleanBuilder(), [](auto& b, int i) { ASSERT_TRUE(b.Append(i > 9).ok()); })}};
    std::vector<std::shared_ptr<arrow::Field>> fields;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const auto& [name, array] : columns) {
      fields.push_back(arrow::field(name, array->type()));
      arrays.push_back(array);
    }
    const auto out = arrow::io::FileOutputStream::Open(file_).ValueOrDie();
    ASSERT_TRUE(
        parquet::arrow::WriteTable(*arrow::Table::Make(arrow::schema(fields), arrays), pool, out, kGroupRows).ok());
    ASSERT_TRUE(out->Close().ok());
  }

  TestFolder folder_;
  std::string file_ = folder_.file("table.parquet");
};

TEST_F(ArrowTableTest, TellsColumnsAndRows) {
  const auto table = open_parquet(file_);
  EXPECT_EQ(table->row_count(), kRows);
  ASSERT_EQ(table->columns().size(), 7u);
  EXPECT_EQ(table->find("whole")->kind, ColumnKind::kInteger);
  EXPECT_EQ(table->find("pair")->kind, ColumnKind::kNumbers);
  EXPECT_EQ(table->find("list")->kind, ColumnKind::kNumbers);
  EXPECT_EQ(table->find("flag")->kind, ColumnKind::kOther);
  EXPECT_EQ(table->find("none"), nullptr);
}

TEST_F(ArrowTableTest, ReadsFromAnyRowInBatchesOfAnySize) {
  const auto table = open_parquet(file_);
  for (const int first : {0, 1, 29, 30, 61, 99}) {
    for (const int batch : {1, 7, 1000}) {
      const auto rows = table->read({.columns = {{"list", ColumnKind::kNumbers},
                                                 {"whole", ColumnKind::kInteger},
                                                 {"pair", ColumnKind::kNumbers},
                                                 {"word", ColumnKind::kText},
                                                 {"real", ColumnKind::kNumbers}},
                                     .first_row = first,
                                     .batch_rows = batch});
      for (int i = first; i < kRows; ++i) {
        ASSERT_TRUE(rows->next()) << first << " " << batch << " " << i;
        EXPECT_THAT(rows->numbers(0), ElementsAre(float(i), 0.5F * float(i)));
        EXPECT_EQ(rows->integer(1), i);
        EXPECT_THAT(rows->numbers(2), ElementsAre(float(i), 0.5F * float(i)));
        EXPECT_EQ(rows->text(3), fmt::format("w{}", i));
        EXPECT_THAT(rows->numbers(4), ElementsAre(0.25F * float(i)));
      }
      EXPECT_FALSE(rows->next());
    }
  }
}

TEST_F(ArrowTableTest, ANullIsNamed) {
  const auto table = open_parquet(file_);
  const auto rows = table->read({.columns = {{"gap", ColumnKind::kInteger}}, .first_row = 45, .batch_rows = 4});
  for (int i = 45; i < 50; ++i) {
    ASSERT_TRUE(rows->next());
    EXPECT_EQ(rows->integer(0), i);
  }
  EXPECT_THAT(
      [&] { rows->next(); },
      ThrowsMessage<Error>(AllOf(HasSubstr("table.parquet"), HasSubstr("column \"gap\", row 50: expected a value"))));
}

TEST_F(ArrowTableTest, AbsentColumnsAndOtherTypesAreNamed) {
  const auto table = open_parquet(file_);
  EXPECT_THAT(
      [&] {
        table->read({.columns = {{"speed", ColumnKind::kNumber}}});
      },
      ThrowsMessage<Error>(HasSubstr("expected one column \"speed\", got whole, real, pair")));
  EXPECT_THAT(
      [&] {
        table->read({.columns = {{"word", ColumnKind::kNumbers}}});
      },
      ThrowsMessage<Error>(HasSubstr("column \"word\": expected lists of numbers, got string")));
  EXPECT_THAT(
      [&] {
        table->read({.columns = {{"flag", ColumnKind::kInteger}}});
      },
      ThrowsMessage<Error>(HasSubstr("column \"flag\": expected integers, got bool")));
}

TEST_F(ArrowTableTest, BrokenFilesAreErrors) {
  EXPECT_THAT([&] { open_parquet(folder_.file("none")); }, ThrowsMessage<Error>(HasSubstr("expected a Parquet file")));
  const auto size = fs::file_size(file_);
  // Bytes of the data behind an intact footer.
  {
    std::fstream bytes(file_, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(4);
    bytes << std::string(200, '\xff');
  }
  const auto read_all = [&] {
    const auto table = open_parquet(file_);
    const auto rows = table->read({.columns = {{"whole", ColumnKind::kInteger}}});
    while (rows->next()) {
    }
  };
  EXPECT_THAT(read_all, ThrowsMessage<Error>(AllOf(HasSubstr("table.parquet"), HasSubstr("expected readable data"))));
  for (const auto kept : {size - 1, size / 2, std::uintmax_t(3), std::uintmax_t(0)}) {
    fs::resize_file(file_, kept);
    EXPECT_THAT([&] { open_parquet(file_); }, ThrowsMessage<Error>(HasSubstr("expected a Parquet file"))) << kept;
  }
}

}  // namespace
}  // namespace awd
