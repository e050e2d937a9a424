// Parquet files: which columns there are, and their rows one after another in constant memory. Backends are folders:
// arrow/ uses Apache Arrow's C++ library, none/ is a build without it; CMake picks one (AWD_PARQUET).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace awd {

/// What a cell of a column holds. kNumbers: a list, or a single number. kStoredFile: a struct of `bytes` and `path`,
/// as Hugging Face's tables keep pictures. kOther: anything else; it cannot be read.
enum class ColumnKind { kInteger, kNumber, kNumbers, kText, kTexts, kStoredFile, kOther };
inline constexpr std::string_view kColumnKindWords[] = {
    "integers", "numbers", "lists of numbers", "text", "lists of text", "structs of bytes and path", "anything"};

struct TableColumn {
  std::string name;
  ColumnKind kind = ColumnKind::kOther;
  std::string type;  // in the words of the backend, for messages
};

/// A file kept inside a cell: its bytes (PNG, JPEG, ...), or only its name.
struct StoredFile {
  std::span<const std::uint8_t> bytes;
  std::string_view path;
};

/// Columns to read and where to begin.
struct RowRequest {
  struct Column {
    std::string name;
    ColumnKind kind = ColumnKind::kNumber;
  };
  std::vector<Column> columns;
  std::int64_t first_row = 0;
  int batch_rows = 1024;  // rows held in memory at a time
};

/// Rows in file order. Columns are counted as in the request and read with the function of their kind. What the
/// functions return is valid until the next call of next(). Not thread-safe.
class RowReader {
 public:
  virtual ~RowReader() = default;
  /// Goes to the next row, at first to `first_row`; false after the last one. Throws awd::Error naming file, column and
  /// row on broken data and on a cell without a value (but for a stored file, whose parts may both be empty).
  virtual bool next() = 0;
  virtual std::int64_t integer(std::size_t column) const = 0;
  virtual double number(std::size_t column) const = 0;
  virtual std::span<const float> numbers(std::size_t column) const = 0;
  virtual std::string_view text(std::size_t column) const = 0;
  virtual std::vector<std::string> texts(std::size_t column) const = 0;
  virtual StoredFile stored_file(std::size_t column) const = 0;
};

/// An opened file; its rows are read by readers that live no longer than it. Readers of one table may not run at once;
/// several tables may.
class ParquetTable {
 public:
  virtual ~ParquetTable() = default;
  virtual const std::vector<TableColumn>& columns() const = 0;
  virtual std::int64_t row_count() const = 0;
  /// Throws awd::Error naming file and column where a column is absent or of a kind that cannot be read as asked.
  virtual std::unique_ptr<RowReader> read(const RowRequest& request) const = 0;

  /// nullptr if there is no such column.
  const TableColumn* find(std::string_view name) const {
    for (const TableColumn& column : columns()) {
      if (column.name == name) return &column;
    }
    return nullptr;
  }
};

/// False in a build without Arrow: open_parquet() then always throws.
bool is_parquet_available();

/// Reads the file's footer. Throws awd::Error naming the file if it is missing, truncated or no Parquet file.
std::unique_ptr<ParquetTable> open_parquet(const std::filesystem::path& file);

}  // namespace awd
