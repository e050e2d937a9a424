// Strict reading of a CSV file with a header, one row after another; every complaint names file, line and column.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace awd {

/// Comma-separated fields without quotes; blanks around a field, a byte-order mark and Windows line ends are ignored.
/// Not thread-safe.
class CsvReader {
 public:
  /// Reads the header. Throws awd::Error where there is no file or no header, or a name is empty or there twice.
  explicit CsvReader(const std::filesystem::path& file);

  const std::vector<std::string>& columns() const { return columns_; }
  /// "FILE:LINE" of the row last read, for messages.
  std::string where() const;

  /// The next row; false at the end. Throws awd::Error where it has more or fewer fields than the header.
  bool next();
  /// A field of the present row, valid until next().
  std::string_view text(std::size_t column) const { return fields_[column]; }
  /// A field as a finite number; throws awd::Error where it is none.
  double number(std::size_t column) const;

 private:
  bool read_line();

  std::string file_name_;
  std::ifstream stream_;
  std::string line_;
  int line_number_ = 0;
  std::vector<std::string> columns_;
  std::vector<std::string_view> fields_;
};

}  // namespace awd
