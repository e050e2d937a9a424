// msgpack-cxx behind a small interface. Array headers are maps of four with binary keys, in openpi_client's order.
#include "server/codec/packer.h"

#include <array>
#include <bit>
#include <msgpack.hpp>
#include <utility>
#include <vector>

namespace awd::server {

struct Packer::Impl {
  msgpack::sbuffer buffer;
  msgpack::packer<msgpack::sbuffer> packer{buffer};

  void binary(const void* data, std::size_t bytes) {
    packer.pack_bin(std::uint32_t(bytes));
    packer.pack_bin_body(static_cast<const char*>(data), std::uint32_t(bytes));
  }
  void key(std::string_view name) { binary(name.data(), name.size()); }
  void array(const void* data, std::size_t bytes, std::string_view dtype, std::span<const std::int64_t> shape) {
    packer.pack_map(4);
    key("__ndarray__");
    packer.pack_true();
    key("data");
    binary(data, bytes);
    key("dtype");
    packer.pack(dtype);
    key("shape");
    packer.pack_array(std::uint32_t(shape.size()));
    for (const std::int64_t side : shape) packer.pack(side);
  }
};

Packer::Packer() : impl_(std::make_unique<Impl>()) {}
Packer::~Packer() = default;
Packer::Packer(Packer&&) noexcept = default;
Packer& Packer::operator=(Packer&&) noexcept = default;

Packer& Packer::map(std::size_t entries) {
  impl_->packer.pack_map(std::uint32_t(entries));
  return *this;
}

Packer& Packer::list(std::size_t entries) {
  impl_->packer.pack_array(std::uint32_t(entries));
  return *this;
}

Packer& Packer::text(std::string_view text) {
  impl_->packer.pack(text);
  return *this;
}

Packer& Packer::number(double number) {
  // msgpack-cxx would write a whole number as an integer, and Python then reads another type.
  std::array<char, 9> bytes{'\xcb'};
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(number);
  for (std::size_t i = 0; i < 8; ++i) bytes[1 + i] = char(bits >> (56 - 8 * i));
  impl_->buffer.write(bytes.data(), bytes.size());
  return *this;
}

Packer& Packer::integer(std::int64_t number) {
  impl_->packer.pack(number);
  return *this;
}

Packer& Packer::flag(bool flag) {
  impl_->packer.pack(flag);
  return *this;
}

Packer& Packer::nil() {
  impl_->packer.pack_nil();
  return *this;
}

Packer& Packer::array(std::span<const float> floats, std::span<const std::int64_t> shape) {
  const std::vector<double> wide(floats.begin(), floats.end());
  impl_->array(wide.data(), wide.size() * sizeof(double), "<f8", shape);
  return *this;
}

Packer& Packer::array(std::span<const std::uint8_t> bytes, std::span<const std::int64_t> shape) {
  impl_->array(bytes.data(), bytes.size(), "|u1", shape);
  return *this;
}

std::string Packer::take() {
  std::string text(impl_->buffer.data(), impl_->buffer.size());
  impl_->buffer.clear();
  return text;
}

}  // namespace awd::server
