// The library calls behind groups, attributes and rows; whatever it refuses becomes one sentence with file and key.
#include "io/hdf5_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "awd/error.h"
#include "base/check.h"

namespace awd {
namespace {

// A text attribute longer than this is damage, not text: LIBERO's longest, a MuJoCo model, has about 100 kB.
constexpr std::size_t kMaxTextBytes = std::size_t{1} << 26;

[[noreturn]] void fail(const std::string& file, const std::string& key, const std::string& expected,
                       const std::string& got) {
  throw Error(file, fmt::format("key \"{}\": expected {}, got {}", key, expected, got));
}

[[noreturn]] void fail_library(const std::string& file, const std::string& key, const std::string& expected) {
  fail(file, key, expected, fmt::format("\"{}\"", hdf5_failure()));
}

/// Takes over `id`; refused by the library, it becomes an error.
Hdf5Handle opened(hid_t id, herr_t (*close)(hid_t), const std::string& file, const std::string& key,
                  const char* expected) {
  if (id < 0) fail_library(file, key, expected);
  return {id, close};
}

Hdf5Dataset::Kind kind_of(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_ENUM:  // how h5py stores truth values
      return Hdf5Dataset::Kind::kInteger;
    case H5T_FLOAT:
      return Hdf5Dataset::Kind::kFloat;
    default:
      return Hdf5Dataset::Kind::kOther;
  }
}

std::string describe_type(hid_t type) {
  const std::size_t bits = 8 * H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return fmt::format("{}-bit {}", bits, H5Tget_sign(type) == H5T_SGN_NONE ? "unsigned integers" : "integers");
    case H5T_FLOAT:
      return fmt::format("{}-bit floats", bits);
    case H5T_STRING:
      return "text";
    case H5T_ENUM:
      return "truth values or other named numbers";
    default:
      return "compound or other values";
  }
}

/// The children's names, gathered by H5Literate.
herr_t append_name(hid_t /*group*/, const char* name, const H5L_info_t* /*info*/, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

/// Whether every part of `key` is there; asking the library for a path with a missing middle would be a failure.
bool link_exists(hid_t file, const std::string& key) {
  if (key == "/") return true;
  for (std::size_t end = key.find('/');; end = key.find('/', end + 1)) {
    if (H5Lexists(file, key.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
    if (end == std::string::npos) return H5Oexists_by_name(file, key.c_str(), H5P_DEFAULT) > 0;
  }
}

/// The text of an open attribute of a string type, stored with fixed or variable length.
std::string read_text(hid_t attribute, hid_t type, const std::string& file, const std::string& key) {
  const char* const expected = "readable text";
  if (H5Tis_variable_str(type) > 0) {
    const Hdf5Handle memory_type = opened(H5Tcopy(H5T_C_S1), H5Tclose, file, key, expected);
    H5Tset_size(memory_type.id(), H5T_VARIABLE);
    H5Tset_cset(memory_type.id(), H5Tget_cset(type));
    char* text = nullptr;
    if (H5Aread(attribute, memory_type.id(), &text) < 0) fail_library(file, key, expected);
    std::string out = text == nullptr ? "" : text;
    H5free_memory(text);
    return out;
  }
  const std::size_t size = H5Tget_size(type);
  if (size > kMaxTextBytes) fail(file, key, expected, fmt::format("{} bytes", size));
  std::string out(size, '\0');
  if (H5Aread(attribute, type, out.data()) < 0) fail_library(file, key, expected);
  const std::size_t end = out.find('\0');
  return end == std::string::npos ? out : out.substr(0, end);
}

struct Attribute {
  std::string name;  // "data/demo_0@task", for messages
  Hdf5Handle handle, type;
  bool is_single = false;  // one value, not an array
};

/// nullopt where the object has no such attribute.
std::optional<Attribute> find_attribute(hid_t file, const std::string& file_name, const std::string& key,
                                        const std::string& name) {
  if (H5Aexists_by_name(file, key.c_str(), name.c_str(), H5P_DEFAULT) <= 0) return std::nullopt;
  Attribute found;
  found.name = key + "@" + name;
  const char* const expected = "a readable attribute";
  found.handle = opened(H5Aopen_by_name(file, key.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, file_name,
                        found.name, expected);
  found.type = opened(H5Aget_type(found.handle.id()), H5Tclose, file_name, found.name, expected);
  const Hdf5Handle space = opened(H5Aget_space(found.handle.id()), H5Sclose, file_name, found.name, expected);
  found.is_single = H5Sget_simple_extent_npoints(space.id()) == 1;
  return found;
}

template <class T>
std::optional<T> read_number(hid_t file, const std::string& file_name, const std::string& key, const std::string& name,
                             hid_t type) {
  const Hdf5Lock lock;
  const std::optional<Attribute> found = find_attribute(file, file_name, key, name);
  if (!found) return std::nullopt;
  T value{};
  if (kind_of(found->type.id()) == Hdf5Dataset::Kind::kOther || !found->is_single ||
      H5Aread(found->handle.id(), type, &value) < 0) {
    fail(file_name, found->name, "one number", describe_type(found->type.id()));
  }
  return value;
}

}  // namespace

Hdf5Dataset::Hdf5Dataset(std::shared_ptr<const Hdf5Handle> file, Hdf5Handle handle, std::string file_name,
                         std::string key)
    : file_(std::move(file)), handle_(std::move(handle)), file_name_(std::move(file_name)), key_(std::move(key)) {
  const Hdf5Lock lock;
  const Hdf5Handle space = opened(H5Dget_space(handle_.id()), H5Sclose, file_name_, key_, "a dataset with a shape");
  const Hdf5Handle type = opened(H5Dget_type(handle_.id()), H5Tclose, file_name_, key_, "a dataset with a type");
  std::vector<hsize_t> extent(std::size_t(std::max(0, H5Sget_simple_extent_ndims(space.id()))));
  H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr);
  shape_.assign(extent.begin(), extent.end());
  kind_ = kind_of(type.id());
  type_text_ = describe_type(type.id());
  value_bytes_ = H5Tget_size(type.id());

  const Hdf5Handle layout = opened(H5Dget_create_plist(handle_.id()), H5Pclose, file_name_, key_, "a known layout");
  if (!extent.empty() && H5Pget_layout(layout.id()) == H5D_CHUNKED) {
    H5Pget_chunk(layout.id(), int(extent.size()), extent.data());
    chunk_rows_ = std::max<std::size_t>(1, extent[0]);
  }
}

std::string Hdf5Dataset::description() const { return fmt::format("[{}] of {}", fmt::join(shape_, ", "), type_text_); }

std::size_t Hdf5Dataset::row_values() const {
  if (shape_.empty()) return 0;
  return std::accumulate(shape_.begin() + 1, shape_.end(), std::size_t{1}, std::multiplies<>());
}

void Hdf5Dataset::read(std::size_t first, std::size_t count, std::span<std::uint8_t> values) const {
  read_rows(first, count, H5T_NATIVE_UINT8, values.data(), values.size());
}

void Hdf5Dataset::read(std::size_t first, std::size_t count, std::span<std::int32_t> values) const {
  read_rows(first, count, H5T_NATIVE_INT32, values.data(), values.size());
}

void Hdf5Dataset::read(std::size_t first, std::size_t count, std::span<float> values) const {
  read_rows(first, count, H5T_NATIVE_FLOAT, values.data(), values.size());
}

void Hdf5Dataset::read(std::size_t first, std::size_t count, std::span<double> values) const {
  read_rows(first, count, H5T_NATIVE_DOUBLE, values.data(), values.size());
}

void Hdf5Dataset::read_rows(std::size_t first, std::size_t count, std::int64_t type, void* values,
                            std::size_t size) const {
  AWD_CHECK(!shape_.empty() && first + count <= rows() && size == count * row_values(), "{} {} + {} of {}, {} values",
            key_, first, count, rows(), size);
  if (size == 0) return;
  const Hdf5Lock lock;
  std::vector<hsize_t> start(shape_.size(), 0), extent(shape_.begin(), shape_.end());
  const Hdf5Handle file_space(H5Dget_space(handle_.id()), H5Sclose);
  start[0] = first;
  extent[0] = count;
  H5Sselect_hyperslab(file_space.id(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
  const Hdf5Handle memory_space(H5Screate_simple(int(extent.size()), extent.data(), nullptr), H5Sclose);
  if (H5Dread(handle_.id(), type, memory_space.id(), file_space.id(), H5P_DEFAULT, values) < 0) {
    fail_library(file_name_, key_,
                 fmt::format("readable rows {} to {} of {}", first, first + count - 1, description()));
  }
}

Hdf5Reader::Hdf5Reader(const std::filesystem::path& path) : file_name_(path.string()) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code)) {
    throw Error(file_name_, fmt::format("expected an HDF5 file, got {}",
                                        std::filesystem::exists(path, code) ? "no regular file" : "no such file"));
  }
  const Hdf5Lock lock;
  const hid_t id = H5Fopen(file_name_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (id < 0) throw Error(file_name_, fmt::format("expected a complete HDF5 file, got \"{}\"", hdf5_failure()));
  file_ = std::make_shared<const Hdf5Handle>(id, H5Fclose);
}

bool Hdf5Reader::has(const std::string& key) const {
  const Hdf5Lock lock;
  return link_exists(file_->id(), key);
}

std::vector<std::string> Hdf5Reader::members(const std::string& key) const {
  const Hdf5Lock lock;
  if (!link_exists(file_->id(), key)) fail(file_name_, key, "a group", "none");
  const Hdf5Handle group =
      opened(H5Gopen2(file_->id(), key.c_str(), H5P_DEFAULT), H5Gclose, file_name_, key, "a group");
  std::vector<std::string> names;
  if (H5Literate(group.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, append_name, &names) < 0) {
    fail_library(file_name_, key, "a readable group");
  }
  return names;
}

Hdf5Dataset Hdf5Reader::dataset(const std::string& key) const {
  const Hdf5Lock lock;
  if (!link_exists(file_->id(), key)) {
    const std::size_t slash = key.rfind('/');
    const std::string parent = slash == std::string::npos ? "/" : key.substr(0, slash);
    fail(file_name_, key, "a dataset",
         parent == "/" || link_exists(file_->id(), parent)
             ? fmt::format("none (beside it: {})", fmt::join(members(parent), ", "))
             : "none");
  }
  Hdf5Handle handle = opened(H5Dopen2(file_->id(), key.c_str(), H5P_DEFAULT), H5Dclose, file_name_, key, "a dataset");
  return {file_, std::move(handle), file_name_, key};
}

std::optional<std::string> Hdf5Reader::text_attribute(const std::string& key, const std::string& name) const {
  const Hdf5Lock lock;
  const std::optional<Attribute> found = find_attribute(file_->id(), file_name_, key, name);
  if (!found) return std::nullopt;
  if (H5Tget_class(found->type.id()) != H5T_STRING || !found->is_single) {
    fail(file_name_, found->name, "one text", describe_type(found->type.id()));
  }
  return read_text(found->handle.id(), found->type.id(), file_name_, found->name);
}

std::optional<double> Hdf5Reader::number_attribute(const std::string& key, const std::string& name) const {
  return read_number<double>(file_->id(), file_name_, key, name, H5T_NATIVE_DOUBLE);
}

std::optional<std::uint64_t> Hdf5Reader::integer_attribute(const std::string& key, const std::string& name) const {
  return read_number<std::uint64_t>(file_->id(), file_name_, key, name, H5T_NATIVE_UINT64);
}

}  // namespace awd
