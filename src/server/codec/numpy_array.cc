// Element types are read from their three-character names; values through memcpy, because messages align nothing.
#include "server/codec/numpy_array.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>
#include <limits>

#include "awd/error.h"
#include "base/half.h"

namespace awd::server {
namespace {

constexpr std::size_t kMaxDimensions = 8;

template <class T>
double load(Bytes data, std::size_t i) {
  T value;
  std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
  return double(value);
}

double load_float(Bytes data, std::size_t i, int bytes) {
  if (bytes == 4) return load<float>(data, i);
  if (bytes == 8) return load<double>(data, i);
  std::uint16_t half;
  std::memcpy(&half, data.data() + i * sizeof(half), sizeof(half));
  return double(float_from_half(half));
}

double load_signed(Bytes data, std::size_t i, int bytes) {
  if (bytes == 1) return load<std::int8_t>(data, i);
  if (bytes == 2) return load<std::int16_t>(data, i);
  return bytes == 4 ? load<std::int32_t>(data, i) : load<std::int64_t>(data, i);
}

double load_unsigned(Bytes data, std::size_t i, int bytes) {
  if (bytes == 1) return load<std::uint8_t>(data, i);
  if (bytes == 2) return load<std::uint16_t>(data, i);
  return bytes == 4 ? load<std::uint32_t>(data, i) : load<std::uint64_t>(data, i);
}

std::string_view word_of_kind(NumberKind kind) {
  switch (kind) {
    case NumberKind::kBool:
      return "truth values";
    case NumberKind::kSigned:
      return "signed integers";
    case NumberKind::kUnsigned:
      return "unsigned integers";
    case NumberKind::kFloat:
      return "floats";
    case NumberKind::kOther:
      break;
  }
  return "no numbers";
}

}  // namespace

double ArrayView::at(std::size_t i) const {
  switch (kind) {
    case NumberKind::kFloat:
      return load_float(data, i, item_bytes);
    case NumberKind::kSigned:
      return load_signed(data, i, item_bytes);
    case NumberKind::kUnsigned:
      return load_unsigned(data, i, item_bytes);
    case NumberKind::kBool:
      return data[i] != 0 ? 1 : 0;
    case NumberKind::kOther:
      break;
  }
  return 0;
}

ArrayView parse_dtype(std::string_view dtype) {
  if (dtype.size() != 3 || (dtype[0] != '<' && dtype[0] != '|')) return {};
  const int bytes = dtype[2] - '0';
  const bool is_power = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  if (!is_power) return {};
  if (dtype[1] == 'f' && bytes > 1) return {.kind = NumberKind::kFloat, .item_bytes = bytes};
  if (dtype[1] == 'i') return {.kind = NumberKind::kSigned, .item_bytes = bytes};
  if (dtype[1] == 'u') return {.kind = NumberKind::kUnsigned, .item_bytes = bytes};
  if (dtype[1] == 'b' && bytes == 1) return {.kind = NumberKind::kBool, .item_bytes = bytes};
  return {};
}

void check_array(const ArrayView& array, std::string_view name) {
  if (array.kind == NumberKind::kOther) return;
  const auto fail = [&](const std::string& expected) {
    throw Error("message", fmt::format("array \"{}\": expected {}, got shape [{}] and {} bytes", name, expected,
                                       fmt::join(array.shape, ", "), array.data.size()));
  };
  if (array.shape.size() > kMaxDimensions) fail(fmt::format("at most {} dimensions", kMaxDimensions));
  std::size_t bytes = std::size_t(array.item_bytes);
  for (const std::int64_t side : array.shape) {
    if (side < 0) fail("sides of at least 0");
    // An array is never longer than its message, so that a product beyond it can stop here.
    if (side > 0 && bytes > std::numeric_limits<std::size_t>::max() / std::size_t(side)) fail("as many bytes as shape");
    bytes *= std::size_t(side);
  }
  if (bytes != array.data.size()) fail(fmt::format("{} bytes", bytes));
}

std::string describe(const Value* value) {
  if (value == nullptr || std::holds_alternative<std::monostate>(*value)) return "nothing";
  if (std::holds_alternative<bool>(*value)) return "a truth value";
  if (std::holds_alternative<std::string_view>(*value)) return "a text";
  if (const auto* list = std::get_if<std::vector<double>>(value)) {
    return fmt::format("a list of {} numbers", list->size());
  }
  if (const auto* array = std::get_if<ArrayView>(value)) {
    return fmt::format("an array [{}] of {}", fmt::join(array->shape, ", "), word_of_kind(array->kind));
  }
  return "a number";
}

}  // namespace awd::server
