// The Arrow types that robot data sets use: integers, floats, strings, lists of them, and structs of bytes and path.
#include "io/parquet/arrow/column_kind.h"

#include "base/check.h"

namespace awd::internal {
namespace {

using arrow::Type;

/// Calls `use` with `array` as the class of its numeric type.
template <class Use>
auto with_numbers(const arrow::Array& array, Use&& use) {
  switch (array.type_id()) {
    case Type::INT8:
      return use(static_cast<const arrow::Int8Array&>(array));
    case Type::INT16:
      return use(static_cast<const arrow::Int16Array&>(array));
    case Type::INT32:
      return use(static_cast<const arrow::Int32Array&>(array));
    case Type::INT64:
      return use(static_cast<const arrow::Int64Array&>(array));
    case Type::UINT8:
      return use(static_cast<const arrow::UInt8Array&>(array));
    case Type::UINT16:
      return use(static_cast<const arrow::UInt16Array&>(array));
    case Type::UINT32:
      return use(static_cast<const arrow::UInt32Array&>(array));
    case Type::FLOAT:
      return use(static_cast<const arrow::FloatArray&>(array));
    case Type::DOUBLE:
      return use(static_cast<const arrow::DoubleArray&>(array));
    default:
      AWD_CHECK(false, "type {}", array.type()->ToString());
  }
}

/// The elements of a list cell: values[first .. first + count).
struct ListCell {
  const arrow::Array* values = nullptr;
  std::int64_t first = 0;
  std::int64_t count = 0;
};

template <class List>
ListCell list_cell_of(const arrow::Array& array, std::int64_t row) {
  const auto& list = static_cast<const List&>(array);
  return {list.values().get(), list.value_offset(row), list.value_length(row)};
}

ListCell list_cell(const arrow::Array& array, std::int64_t row) {
  switch (array.type_id()) {
    case Type::LIST:
      return list_cell_of<arrow::ListArray>(array, row);
    case Type::LARGE_LIST:
      return list_cell_of<arrow::LargeListArray>(array, row);
    case Type::FIXED_SIZE_LIST:
      return list_cell_of<arrow::FixedSizeListArray>(array, row);
    default:
      return {&array, row, 1};
  }
}

bool is_list(const arrow::DataType& type) {
  return type.id() == Type::LIST || type.id() == Type::LARGE_LIST || type.id() == Type::FIXED_SIZE_LIST;
}

bool holds_bytes(Type::type id) { return id == Type::BINARY || id == Type::LARGE_BINARY; }
bool holds_text(Type::type id) { return id == Type::STRING || id == Type::LARGE_STRING; }

bool is_stored_file(const arrow::DataType& type) {
  if (type.id() != Type::STRUCT) return false;
  const auto& fields = static_cast<const arrow::StructType&>(type);
  const auto bytes = fields.GetFieldByName("bytes");
  const auto path = fields.GetFieldByName("path");
  return bytes != nullptr && path != nullptr && holds_bytes(bytes->type()->id()) && holds_text(path->type()->id());
}

/// Bytes of a string or binary cell; empty for null.
std::string_view bytes_cell(const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return {};
  const bool is_large = array.type_id() == Type::LARGE_STRING || array.type_id() == Type::LARGE_BINARY;
  return is_large ? static_cast<const arrow::LargeBinaryArray&>(array).GetView(row)
                  : static_cast<const arrow::BinaryArray&>(array).GetView(row);
}

}  // namespace

ColumnKind kind_of(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::INT8:
    case Type::INT16:
    case Type::INT32:
    case Type::INT64:
    case Type::UINT8:
    case Type::UINT16:
    case Type::UINT32:
      return ColumnKind::kInteger;
    case Type::FLOAT:
    case Type::DOUBLE:
      return ColumnKind::kNumber;
    case Type::STRING:
    case Type::LARGE_STRING:
      return ColumnKind::kText;
    default:
      break;
  }
  if (is_stored_file(type)) return ColumnKind::kStoredFile;
  if (!is_list(type)) return ColumnKind::kOther;
  switch (kind_of(*static_cast<const arrow::BaseListType&>(type).value_type())) {
    case ColumnKind::kInteger:
    case ColumnKind::kNumber:
      return ColumnKind::kNumbers;
    case ColumnKind::kText:
      return ColumnKind::kTexts;
    default:
      return ColumnKind::kOther;
  }
}

bool is_readable_as(ColumnKind stored, ColumnKind wanted) {
  if (stored == ColumnKind::kOther) return false;
  const bool is_single = stored == ColumnKind::kInteger || stored == ColumnKind::kNumber;
  return stored == wanted || (is_single && (wanted == ColumnKind::kNumber || wanted == ColumnKind::kNumbers));
}

std::int64_t integer_cell(const arrow::Array& array, std::int64_t row) {
  return with_numbers(array, [row](const auto& numbers) { return static_cast<std::int64_t>(numbers.Value(row)); });
}

double number_cell(const arrow::Array& array, std::int64_t row) {
  return with_numbers(array, [row](const auto& numbers) { return static_cast<double>(numbers.Value(row)); });
}

std::string_view text_cell(const arrow::Array& array, std::int64_t row) { return bytes_cell(array, row); }

StoredFile stored_file_cell(const arrow::Array& array, std::int64_t row) {
  const auto& fields = static_cast<const arrow::StructArray&>(array);
  const auto bytes = fields.GetFieldByName("bytes");
  const auto path = fields.GetFieldByName("path");
  // The fields share their buffers with `array`, so the views outlive them.
  const std::string_view content = bytes_cell(*bytes, row);
  return {{reinterpret_cast<const std::uint8_t*>(content.data()), content.size()}, bytes_cell(*path, row)};
}

bool numbers_cell(const arrow::Array& array, std::int64_t row, std::vector<float>& out) {
  const ListCell cell = list_cell(array, row);
  out.resize(std::size_t(cell.count));
  return with_numbers(*cell.values, [&](const auto& numbers) {
    for (std::int64_t i = 0; i < cell.count; ++i) {
      if (numbers.IsNull(cell.first + i)) return false;
      out[std::size_t(i)] = static_cast<float>(numbers.Value(cell.first + i));
    }
    return true;
  });
}

bool texts_cell(const arrow::Array& array, std::int64_t row, std::vector<std::string>& out) {
  const ListCell cell = list_cell(array, row);
  out.clear();
  for (std::int64_t i = cell.first; i < cell.first + cell.count; ++i) {
    if (cell.values->IsNull(i)) return false;
    out.emplace_back(text_cell(*cell.values, i));
  }
  return true;
}

}  // namespace awd::internal
