// Rows of a Parquet file out of Arrow's record batches.
#pragma once

#include <arrow/record_batch.h>

#include <memory>
#include <string>
#include <vector>

#include "io/parquet/parquet_table.h"

namespace awd::internal {

class ArrowRows : public RowReader {
 public:
  /// Rows of `batches`, whose columns are named as in `request`; the first `skip` rows are passed over. `first_row`
  /// of the request is the file's number of the first row after that, for messages.
  ArrowRows(std::string file, RowRequest request, std::unique_ptr<arrow::RecordBatchReader> batches, std::int64_t skip);

  bool next() override;
  std::int64_t integer(std::size_t column) const override;
  double number(std::size_t column) const override;
  std::span<const float> numbers(std::size_t column) const override;
  std::string_view text(std::size_t column) const override;
  std::vector<std::string> texts(std::size_t column) const override;
  StoredFile stored_file(std::size_t column) const override;

 private:
  struct Column {
    std::shared_ptr<arrow::Array> array;  // of the present batch
    std::vector<float> numbers;           // of the present row, kNumbers only
    std::vector<std::string> texts;       // of the present row, kTexts only
  };

  bool next_batch();
  void read_cell(std::size_t column);
  const arrow::Array& array_of(std::size_t column, ColumnKind kind) const;

  std::string file_;
  RowRequest request_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::vector<Column> columns_;
  std::int64_t row_ = -1;  // within the batch
  std::int64_t batch_row_count_ = 0;
  std::int64_t file_row_;  // of the present row
  std::int64_t skip_;
};

}  // namespace awd::internal
