// Writes messages of openpi's protocol: msgpack with numpy arrays as openpi_client.msgpack_numpy writes them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace awd::server {

/// Appends one value after the other; a map of n entries is map(n) followed by n keys and values.
class Packer {
 public:
  Packer();
  ~Packer();
  Packer(Packer&&) noexcept;
  Packer& operator=(Packer&&) noexcept;

  Packer& map(std::size_t entries);
  Packer& list(std::size_t entries);
  Packer& text(std::string_view text);
  Packer& number(double number);
  Packer& integer(std::int64_t number);
  Packer& flag(bool flag);
  Packer& nil();
  /// A numpy array of float64 with the values of `floats`.
  Packer& array(std::span<const float> floats, std::span<const std::int64_t> shape);
  /// A numpy array of uint8.
  Packer& array(std::span<const std::uint8_t> bytes, std::span<const std::int64_t> shape);

  /// What was written, which is a message if every map and list is full.
  std::string take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace awd::server
