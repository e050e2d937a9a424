// Splits lines at commas; nothing is guessed.
#include "io/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "awd/error.h"

namespace awd {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

void split(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  for (std::size_t comma = line.find(','); comma != std::string_view::npos; comma = line.find(',')) {
    fields.push_back(trimmed(line.substr(0, comma)));
    line.remove_prefix(comma + 1);
  }
  fields.push_back(trimmed(line));
}

}  // namespace

CsvReader::CsvReader(const std::filesystem::path& file) : file_name_(file.string()), stream_(file) {
  if (!stream_) throw Error(file_name_, "expected a CSV file that can be read, got none");
  if (!read_line()) throw Error(file_name_, "expected a header line, got an empty file");
  std::string_view header = line_;
  if (constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF"; header.starts_with(kByteOrderMark)) {
    header.remove_prefix(kByteOrderMark.size());
  }
  split(header, fields_);
  columns_.assign(fields_.begin(), fields_.end());
  for (auto name = columns_.begin(); name != columns_.end(); ++name) {
    if (name->empty() || std::find(columns_.begin(), name, *name) != name) {
      throw Error(where(),
                  fmt::format("column {}: expected a name of its own, got \"{}\"", name - columns_.begin() + 1, *name));
    }
  }
}

std::string CsvReader::where() const { return fmt::format("{}:{}", file_name_, line_number_); }

bool CsvReader::read_line() {
  do {
    if (!std::getline(stream_, line_)) return false;
    ++line_number_;
  } while (trimmed(line_).empty());
  return true;
}

bool CsvReader::next() {
  if (!read_line()) return false;
  split(line_, fields_);
  if (fields_.size() != columns_.size()) {
    throw Error(where(), fmt::format("expected {} fields as in the header, got {}", columns_.size(), fields_.size()));
  }
  return true;
}

double CsvReader::number(std::size_t column) const {
  const std::string_view field = fields_[column];
  double value = 0;
  const auto [end, code] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (code != std::errc{} || end != field.data() + field.size() || !std::isfinite(value)) {
    throw Error(where(), fmt::format("column {}: expected a finite number, got \"{}\"", columns_[column], field));
  }
  return value;
}

}  // namespace awd
