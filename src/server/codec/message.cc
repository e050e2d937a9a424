// Parses with msgpack-cxx under tight limits, then walks the tree once. Nothing is copied but names and short lists.
#include "server/codec/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <msgpack.hpp>
#include <optional>

#include "awd/error.h"
#include "server/codec/numpy_array.h"

namespace awd::server {
namespace {

/// An observation has a dozen names two levels deep; the limits keep what a header can make msgpack-cxx allocate small.
constexpr std::size_t kMaxEntries = 1024, kMaxDepth = 8;

using Object = msgpack::object;
namespace type = msgpack::type;

std::string_view text_of(const Object& object) {
  if (object.type == type::STR) return {object.via.str.ptr, object.via.str.size};
  if (object.type == type::BIN) return {object.via.bin.ptr, object.via.bin.size};
  return {};
}

bool is_text(const Object& object) { return object.type == type::STR || object.type == type::BIN; }

/// The entry of a map whose key is `name`, as binary or as text; nullptr where there is none.
const Object* entry(const Object& map, std::string_view name) {
  for (std::uint32_t i = 0; i < map.via.map.size; ++i) {
    const msgpack::object_kv& pair = map.via.map.ptr[i];
    if (is_text(pair.key) && text_of(pair.key) == name) return &pair.val;
  }
  return nullptr;
}

std::optional<double> number_of(const Object& object) {
  switch (object.type) {
    case type::POSITIVE_INTEGER:
      return double(object.via.u64);
    case type::NEGATIVE_INTEGER:
      return double(object.via.i64);
    case type::FLOAT32:
    case type::FLOAT64:
      return object.via.f64;
    default:
      return std::nullopt;
  }
}

Value list_value(const Object& list) {
  std::vector<double> numbers;
  for (std::uint32_t i = 0; i < list.via.array.size; ++i) {
    const auto number = number_of(list.via.array.ptr[i]);
    if (!number) return std::monostate{};
    numbers.push_back(*number);
  }
  return numbers;
}

Value array_value(const Object& map, const std::string& name) {
  const Object* data = entry(map, "data");
  const Object* dtype = entry(map, "dtype");
  const Object* shape = entry(map, "shape");
  if (data == nullptr || dtype == nullptr || shape == nullptr || !is_text(*data) || !is_text(*dtype) ||
      shape->type != type::ARRAY) {
    throw Error("message", fmt::format("array \"{}\": expected data, dtype and shape, got another map", name));
  }
  ArrayView array = parse_dtype(text_of(*dtype));
  const std::string_view bytes = text_of(*data);
  array.data = {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  for (std::uint32_t i = 0; i < shape->via.array.size; ++i) {
    const Object& side = shape->via.array.ptr[i];
    if (side.type != type::POSITIVE_INTEGER || side.via.u64 > std::uint64_t(std::numeric_limits<std::int64_t>::max())) {
      throw Error("message", fmt::format("array \"{}\": expected whole numbers as its shape, got others", name));
    }
    array.shape.push_back(std::int64_t(side.via.u64));
  }
  check_array(array, name);
  return array;
}

class Walker {
 public:
  std::vector<std::pair<std::string, Value>> values;

  void walk_map(const Object& map, const std::string& prefix) {
    for (std::uint32_t i = 0; i < map.via.map.size; ++i) {
      const msgpack::object_kv& pair = map.via.map.ptr[i];
      if (!is_text(pair.key)) throw Error("message", "expected texts as keys, got another");
      walk(pair.val, prefix.empty() ? std::string(text_of(pair.key)) : fmt::format("{}/{}", prefix, text_of(pair.key)));
    }
  }

 private:
  void walk(const Object& object, const std::string& name) {
    if (object.type != type::MAP) return add(name, leaf(object));
    if (entry(object, "__ndarray__") != nullptr) return add(name, array_value(object, name));
    // A scalar of numpy carries its value as a plain one.
    if (entry(object, "__npgeneric__") != nullptr) {
      const Object* data = entry(object, "data");
      return add(name, data == nullptr ? Value() : leaf(*data));
    }
    walk_map(object, name);
  }

  void add(const std::string& name, Value value) { values.emplace_back(name, std::move(value)); }

  static Value leaf(const Object& object) {
    switch (object.type) {
      case type::BOOLEAN:
        return object.via.boolean;
      case type::POSITIVE_INTEGER:
        if (object.via.u64 > std::uint64_t(std::numeric_limits<std::int64_t>::max())) return double(object.via.u64);
        return std::int64_t(object.via.u64);
      case type::NEGATIVE_INTEGER:
        return object.via.i64;
      case type::FLOAT32:
      case type::FLOAT64:
        return object.via.f64;
      case type::STR:
      case type::BIN:
        return text_of(object);
      case type::ARRAY:
        return list_value(object);
      default:
        return std::monostate{};
    }
  }
};

}  // namespace

Message Message::parse(Bytes bytes) {
  const auto refer = [](type::object_type, std::size_t, void*) { return true; };  // texts and bytes stay in the message
  const std::size_t size = bytes.size();
  const msgpack::unpack_limit limit(kMaxEntries, kMaxEntries, size, size, size, kMaxDepth);
  msgpack::object_handle handle;
  std::size_t end = 0;
  try {
    msgpack::unpack(handle, reinterpret_cast<const char*>(bytes.data()), size, end, refer, nullptr, limit);
  } catch (const msgpack::unpack_error& error) {
    throw Error("message", fmt::format("expected one msgpack map of at most {} entries and {} levels, got {} bytes: {}",
                                       kMaxEntries, kMaxDepth, size, error.what()));
  }
  if (end != size) throw Error("message", fmt::format("expected {} bytes of one map, got {} bytes", end, size));
  if (handle.get().type != type::MAP) throw Error("message", "expected a msgpack map, got another value");
  Walker walker;
  walker.walk_map(handle.get(), "");
  Message message;
  message.values_ = std::move(walker.values);
  return message;
}

const Value* Message::find(std::string_view name) const {
  const auto found = std::ranges::find(values_, name, &std::pair<std::string, Value>::first);
  return found == values_.end() ? nullptr : &found->second;
}

}  // namespace awd::server
