// What kind of column an Arrow type is to us, and single cells of it.
#pragma once

#include <arrow/array.h>
#include <arrow/type.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/parquet/parquet_table.h"

namespace awd::internal {

ColumnKind kind_of(const arrow::DataType& type);

/// True if a column of kind `stored` can be read as `wanted`.
bool is_readable_as(ColumnKind stored, ColumnKind wanted);

/// Cells of arrays whose type has the kind that the function's name says; `row` is valid and not null.
std::int64_t integer_cell(const arrow::Array& array, std::int64_t row);
double number_cell(const arrow::Array& array, std::int64_t row);
std::string_view text_cell(const arrow::Array& array, std::int64_t row);
StoredFile stored_file_cell(const arrow::Array& array, std::int64_t row);

/// Replaces `out` by the numbers of the cell; false if one of them is null.
[[nodiscard]] bool numbers_cell(const arrow::Array& array, std::int64_t row, std::vector<float>& out);
/// The texts of the cell; false if one of them is null.
[[nodiscard]] bool texts_cell(const arrow::Array& array, std::int64_t row, std::vector<std::string>& out);

}  // namespace awd::internal
