// One batch is held at a time; the lists of the present row are copied out, everything else is viewed in place.
#include "io/parquet/arrow/arrow_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"
#include "base/check.h"
#include "io/parquet/arrow/column_kind.h"

namespace awd::internal {

ArrowRows::ArrowRows(std::string file, RowRequest request, std::unique_ptr<arrow::RecordBatchReader> batches,
                     std::int64_t skip)
    : file_(std::move(file)),
      request_(std::move(request)),
      batches_(std::move(batches)),
      columns_(request_.columns.size()),
      file_row_(request_.first_row - 1),
      skip_(skip) {}

bool ArrowRows::next_batch() {
  std::shared_ptr<arrow::RecordBatch> batch;
  const arrow::Status status = batches_->ReadNext(&batch);
  if (!status.ok()) {
    throw Error(file_, fmt::format("row {}: expected readable data, got \"{}\"", file_row_ + 1, status.ToString()));
  }
  if (batch == nullptr) return false;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i].array = batch->GetColumnByName(request_.columns[i].name);
    AWD_CHECK(columns_[i].array != nullptr, "column {}", request_.columns[i].name);
  }
  batch_row_count_ = batch->num_rows();
  row_ = -1;
  return true;
}

void ArrowRows::read_cell(std::size_t column) {
  Column& to = columns_[column];
  const RowRequest::Column& wanted = request_.columns[column];
  if (wanted.kind == ColumnKind::kStoredFile) return;
  bool has_value = to.array->IsValid(row_);
  if (has_value && wanted.kind == ColumnKind::kNumbers) has_value = numbers_cell(*to.array, row_, to.numbers);
  if (has_value && wanted.kind == ColumnKind::kTexts) has_value = texts_cell(*to.array, row_, to.texts);
  if (!has_value) {
    throw Error(file_, fmt::format("column \"{}\", row {}: expected a value, got null", wanted.name, file_row_));
  }
}

bool ArrowRows::next() {
  ++row_;
  while (skip_ > 0 || row_ >= batch_row_count_) {
    if (row_ < batch_row_count_) {
      const std::int64_t passed = std::min(skip_, batch_row_count_ - row_);
      row_ += passed;
      skip_ -= passed;
      continue;
    }
    if (!next_batch()) return false;
    row_ = 0;
  }
  ++file_row_;
  for (std::size_t i = 0; i < columns_.size(); ++i) read_cell(i);
  return true;
}

const arrow::Array& ArrowRows::array_of(std::size_t column, ColumnKind kind) const {
  AWD_CHECK(row_ >= 0 && row_ < batch_row_count_, "no row {}", row_);
  AWD_CHECK(column < columns_.size() && request_.columns[column].kind == kind, "column {}", column);
  return *columns_[column].array;
}

std::int64_t ArrowRows::integer(std::size_t column) const {
  return integer_cell(array_of(column, ColumnKind::kInteger), row_);
}

double ArrowRows::number(std::size_t column) const { return number_cell(array_of(column, ColumnKind::kNumber), row_); }

std::span<const float> ArrowRows::numbers(std::size_t column) const {
  array_of(column, ColumnKind::kNumbers);
  return columns_[column].numbers;
}

std::string_view ArrowRows::text(std::size_t column) const {
  return text_cell(array_of(column, ColumnKind::kText), row_);
}

std::vector<std::string> ArrowRows::texts(std::size_t column) const {
  array_of(column, ColumnKind::kTexts);
  return columns_[column].texts;
}

StoredFile ArrowRows::stored_file(std::size_t column) const {
  const arrow::Array& array = array_of(column, ColumnKind::kStoredFile);
  return array.IsNull(row_) ? StoredFile{} : stored_file_cell(array, row_);
}

}  // namespace awd::internal
