// Writing HDF5 files: groups, attributes and whole datasets, appearing under their final name only when complete.
// A writer and its groups are for one thread at a time; different files may be written and read at once (Hdf5Lock).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/hdf5_handle.h"

namespace awd {

enum class Hdf5Type { kU8, kI32, kF32, kF64 };

/// A group of an open file. Every function throws awd::Error naming file and object where the library refuses.
class Hdf5Group {
 public:
  Hdf5Group(Hdf5Handle handle, std::string path) : handle_(std::move(handle)), path_(std::move(path)) {}

  /// A new group inside this one.
  Hdf5Group create_group(const std::string& name) const;
  void set_attribute(const std::string& name, std::uint64_t value) const;
  void set_attribute(const std::string& name, std::string_view text) const;

  /// Writes `values` (row-major) as dataset `name` of `shape`. `compress` 0: contiguous; 1 .. 9: gzip, one chunk per
  /// row.
  void write(const std::string& name, const std::vector<std::size_t>& shape, std::span<const std::uint8_t> values,
             int compress = 0) const {
    write_bytes(name, shape, Hdf5Type::kU8, values.data(), values.size(), compress);
  }
  void write(const std::string& name, const std::vector<std::size_t>& shape,
             std::span<const std::int32_t> values) const {
    write_bytes(name, shape, Hdf5Type::kI32, values.data(), values.size(), 0);
  }
  void write(const std::string& name, const std::vector<std::size_t>& shape, std::span<const float> values) const {
    write_bytes(name, shape, Hdf5Type::kF32, values.data(), values.size(), 0);
  }
  void write(const std::string& name, const std::vector<std::size_t>& shape, std::span<const double> values) const {
    write_bytes(name, shape, Hdf5Type::kF64, values.data(), values.size(), 0);
  }

 private:
  void write_bytes(const std::string& name, const std::vector<std::size_t>& shape, Hdf5Type type, const void* values,
                   std::size_t count, int compress) const;

  Hdf5Handle handle_;
  std::string path_;  // file and group, for messages
};

/// A new HDF5 file, written as PATH.partial. commit() closes it and renames it to PATH; without commit() nothing stays.
class Hdf5Writer {
 public:
  /// Throws awd::Error where the file cannot be made.
  explicit Hdf5Writer(const std::string& path);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// A new group at the top of the file.
  Hdf5Group create_group(const std::string& name) const;
  /// All groups must be gone. Throws awd::Error where the last bytes cannot be written (disk full).
  void commit();

 private:
  std::string path_, partial_path_;
  Hdf5Handle file_;
};

}  // namespace awd
