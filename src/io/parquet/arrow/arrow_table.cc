// Parquet files through Apache Arrow: the footer at once, row groups one after another through a small buffer, in the
// calling thread.
#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <algorithm>

#include "awd/error.h"
#include "base/check.h"
#include "io/parquet/arrow/arrow_rows.h"
#include "io/parquet/arrow/column_kind.h"
#include "io/parquet/parquet_table.h"

namespace awd {
namespace {

/// The value of an Arrow result; its failure as an awd::Error.
template <class T>
T value_or_throw(arrow::Result<T> result, const std::string& file, std::string_view expected) {
  if (!result.ok()) {
    throw Error(file, fmt::format("expected {}, got \"{}\"", expected, result.status().ToStringWithoutContextLines()));
  }
  return std::move(result).ValueUnsafe();
}

/// Numbers of the leaf columns below one column of the table.
void add_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.is_leaf()) leaves.push_back(field.column_index);
  for (const auto& child : field.children) add_leaves(child, leaves);
}

class ArrowTable : public ParquetTable {
 public:
  explicit ArrowTable(const std::filesystem::path& file) : file_(file.string()) {
    const auto open = [&]() -> arrow::Result<std::unique_ptr<parquet::arrow::FileReader>> {
      ARROW_ASSIGN_OR_RAISE(const auto stream, arrow::io::ReadableFile::Open(file_));
      // A buffered stream without pre-buffering holds a few pages of each column instead of whole row groups.
      parquet::ReaderProperties properties;
      properties.enable_buffered_stream();
      parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
      arrow_properties.set_pre_buffer(false);
      parquet::arrow::FileReaderBuilder builder;
      ARROW_RETURN_NOT_OK(builder.Open(stream, properties));
      return builder.properties(arrow_properties)->Build();
    };
    reader_ = value_or_throw(open(), file_, "a Parquet file");
    std::shared_ptr<arrow::Schema> schema;
    const arrow::Status status = reader_->GetSchema(&schema);
    if (!status.ok()) throw Error(file_, fmt::format("expected a table, got \"{}\"", status.ToString()));
    for (const auto& field : schema->fields()) {
      columns_.push_back({field->name(), internal::kind_of(*field->type()), field->type()->ToString()});
    }
  }

  const std::vector<TableColumn>& columns() const override { return columns_; }
  std::int64_t row_count() const override { return reader_->parquet_reader()->metadata()->num_rows(); }

  std::unique_ptr<RowReader> read(const RowRequest& request) const override {
    AWD_CHECK(request.first_row >= 0 && request.batch_rows > 0);
    std::vector<int> leaves;
    for (const RowRequest::Column& column : request.columns) {
      add_leaves(reader_->manifest().schema_fields[index_of(column)], leaves);
    }
    // Row groups that end before the first row are not touched.
    std::vector<int> groups;
    std::int64_t group_begin = 0, skip = 0;
    for (int group = 0; group < reader_->num_row_groups(); ++group) {
      const std::int64_t rows = reader_->parquet_reader()->metadata()->RowGroup(group)->num_rows();
      if (group_begin + rows > request.first_row) {
        if (groups.empty()) skip = request.first_row - group_begin;
        groups.push_back(group);
      }
      group_begin += rows;
    }
    reader_->set_batch_size(request.batch_rows);
    return std::make_unique<internal::ArrowRows>(
        file_, request, value_or_throw(reader_->GetRecordBatchReader(groups, leaves), file_, "readable columns"), skip);
  }

 private:
  std::size_t index_of(const RowRequest::Column& wanted) const {
    const auto has_name = [&](const TableColumn& column) { return column.name == wanted.name; };
    const auto found = std::find_if(columns_.begin(), columns_.end(), has_name);
    if (std::count_if(columns_.begin(), columns_.end(), has_name) != 1) {
      std::vector<std::string_view> names;
      for (const TableColumn& column : columns_) names.push_back(column.name);
      throw Error(file_, fmt::format("expected one column \"{}\", got {}", wanted.name, fmt::join(names, ", ")));
    }
    if (!internal::is_readable_as(found->kind, wanted.kind)) {
      throw Error(file_, fmt::format("column \"{}\": expected {}, got {}", wanted.name,
                                     kColumnKindWords[std::size_t(wanted.kind)], found->type));
    }
    return std::size_t(found - columns_.begin());
  }

  std::string file_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::vector<TableColumn> columns_;
};

}  // namespace

bool is_parquet_available() { return true; }

std::unique_ptr<ParquetTable> open_parquet(const std::filesystem::path& file) {
  return std::make_unique<ArrowTable>(file);
}

}  // namespace awd
