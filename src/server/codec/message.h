// One message of openpi's protocol as named values: msgpack whose nested maps become "outer/inner" and whose numpy
// arrays (maps with the binary key __ndarray__) stay views of the message's bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace awd::server {

using Bytes = std::span<const std::uint8_t>;

enum class NumberKind { kBool, kSigned, kUnsigned, kFloat, kOther };

/// A numpy array, C order. Only its header has been read: `kind` kOther stands for elements that are no numbers or of
/// another byte order.
struct ArrayView {
  NumberKind kind = NumberKind::kOther;
  int item_bytes = 0;
  std::vector<std::int64_t> shape{};
  Bytes data{};  // shape's product times item_bytes, not aligned

  std::size_t size() const { return item_bytes == 0 ? 0 : data.size() / std::size_t(item_bytes); }
  /// Element i of `size()`; 0 for kOther.
  double at(std::size_t i) const;
};

/// What a name stands for; monostate: nothing that AWD reads (nil, an extension, a list of other things than numbers).
using Value =
    std::variant<std::monostate, bool, std::int64_t, double, std::string_view, ArrayView, std::vector<double>>;

/// Views are valid as long as the bytes that were parsed.
class Message {
 public:
  /// Throws awd::Error on bytes that are not one msgpack map with nothing behind it, on nesting, lists or maps beyond
  /// what a robot sends, and on an array whose bytes do not match its shape.
  static Message parse(Bytes bytes);

  /// nullptr where there is no such name.
  const Value* find(std::string_view name) const;
  /// All names and values in the order of the message.
  const std::vector<std::pair<std::string, Value>>& values() const { return values_; }

 private:
  std::vector<std::pair<std::string, Value>> values_;
};

/// What a value is, for messages: "a text", "an array [224, 224, 3] of 1-byte unsigned", "nothing".
std::string describe(const Value* value);

}  // namespace awd::server
