// Reading HDF5 files: groups, attributes, and rows of datasets, a few at a time. One mutex guards the library
// (Hdf5Lock), so everything here may be used from several threads; reads then wait for each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5_handle.h"

namespace awd {

/// An open dataset. Rows are counted along its first axis. Keeps its file open.
class Hdf5Dataset {
 public:
  enum class Kind { kInteger, kFloat, kOther };

  /// Opened by Hdf5Reader::dataset().
  Hdf5Dataset(std::shared_ptr<const Hdf5Handle> file, Hdf5Handle handle, std::string file_name, std::string key);

  const std::string& file_name() const { return file_name_; }
  const std::string& key() const { return key_; }  // "data/demo_0/actions"
  const std::vector<std::size_t>& shape() const { return shape_; }
  /// "[50, 224, 224, 3] of 8-bit unsigned integers", for messages.
  std::string description() const;
  Kind kind() const { return kind_; }
  /// Bytes of one stored value.
  std::size_t value_bytes() const { return value_bytes_; }
  std::size_t rows() const { return shape_.empty() ? 0 : shape_[0]; }
  /// Values per row.
  std::size_t row_values() const;
  /// Rows that are stored (and unpacked) together; 1 where rows lie one behind the other.
  std::size_t chunk_rows() const { return chunk_rows_; }

  /// Rows first .. first + count - 1, row-major, into `values` of count * row_values(). Numbers are converted by the
  /// library, clipped to the range of the type asked for. Throws awd::Error naming file, key and rows where the data
  /// cannot be read (cut, damaged, packed by an unknown filter). Bad bounds are a bug of the caller.
  void read(std::size_t first, std::size_t count, std::span<std::uint8_t> values) const;
  void read(std::size_t first, std::size_t count, std::span<std::int32_t> values) const;
  void read(std::size_t first, std::size_t count, std::span<float> values) const;
  void read(std::size_t first, std::size_t count, std::span<double> values) const;

 private:
  void read_rows(std::size_t first, std::size_t count, std::int64_t type, void* values, std::size_t size) const;

  std::shared_ptr<const Hdf5Handle> file_;
  Hdf5Handle handle_;
  std::string file_name_, key_;
  std::vector<std::size_t> shape_;
  Kind kind_ = Kind::kOther;
  std::string type_text_;
  std::size_t value_bytes_ = 0;
  std::size_t chunk_rows_ = 1;
};

/// A file opened for reading. Keys are paths from its root, "data/demo_0/obs". Thread-safe after construction.
class Hdf5Reader {
 public:
  /// Throws awd::Error where the file is missing, no HDF5 file, or cut short.
  explicit Hdf5Reader(const std::filesystem::path& path);

  const std::string& file_name() const { return file_name_; }
  /// Whether there is a group or a dataset of that name.
  bool has(const std::string& key) const;
  /// Names of what lies directly in the group, in the library's order (alphabetical). Throws where it is no group.
  std::vector<std::string> members(const std::string& key) const;
  /// Throws awd::Error where there is no such dataset, naming what is beside it.
  Hdf5Dataset dataset(const std::string& key) const;
  /// The attribute of a group or dataset as text or number; nullopt where absent. Throws where it has another type.
  std::optional<std::string> text_attribute(const std::string& key, const std::string& name) const;
  std::optional<double> number_attribute(const std::string& key, const std::string& name) const;
  std::optional<std::uint64_t> integer_attribute(const std::string& key, const std::string& name) const;

 private:
  std::string file_name_;
  std::shared_ptr<const Hdf5Handle> file_;
};

}  // namespace awd
