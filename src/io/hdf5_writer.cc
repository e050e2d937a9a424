// The calls of the HDF5 library behind groups, attributes and datasets; every handle is owned and every failure an
// awd::Error that names file and object.
#include "io/hdf5_writer.h"

#include <hdf5.h>

#include <filesystem>
#include <functional>
#include <numeric>

#include "awd/error.h"
#include "base/check.h"

namespace awd {
namespace {

[[noreturn]] void fail(const std::string& object, const char* what) {
  throw Error("hdf5", std::string("expected to ") + what + " " + object + ", got: " + hdf5_failure());
}

Hdf5Handle opened(hid_t id, herr_t (*close)(hid_t), const std::string& object, const char* what) {
  if (id < 0) fail(object, what);
  return {id, close};
}

hid_t native_type(Hdf5Type type) {
  switch (type) {
    case Hdf5Type::kU8:
      return H5T_NATIVE_UINT8;
    case Hdf5Type::kI32:
      return H5T_NATIVE_INT32;
    case Hdf5Type::kF32:
      return H5T_NATIVE_FLOAT;
    case Hdf5Type::kF64:
      return H5T_NATIVE_DOUBLE;
  }
  AWD_CHECK(false, "type {}", int(type));
}

Hdf5Group new_group(hid_t parent, const std::string& name, const std::string& path) {
  const Hdf5Lock lock;
  return {opened(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, path, "create"),
          path};
}

void write_attribute(hid_t owner, const std::string& path, const std::string& name, hid_t type, const void* value) {
  const Hdf5Lock lock;
  const std::string object = path + "@" + name;
  const Hdf5Handle space = opened(H5Screate(H5S_SCALAR), H5Sclose, object, "describe");
  const Hdf5Handle attribute =
      opened(H5Acreate2(owner, name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, object, "create");
  if (H5Awrite(attribute.id(), type, value) < 0) fail(object, "write");
}

/// Storage layout: contiguous, or one gzip chunk per first-axis row.
Hdf5Handle creation_properties(const std::vector<hsize_t>& shape, int compress, const std::string& object) {
  Hdf5Handle properties = opened(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, object, "describe");
  if (compress == 0) return properties;
  std::vector<hsize_t> chunk = shape;
  chunk[0] = 1;
  if (H5Pset_chunk(properties.id(), int(chunk.size()), chunk.data()) < 0 ||
      H5Pset_deflate(properties.id(), unsigned(compress)) < 0) {
    fail(object, "compress");
  }
  return properties;
}

}  // namespace

Hdf5Group Hdf5Group::create_group(const std::string& name) const {
  return new_group(handle_.id(), name, path_ + "/" + name);
}

void Hdf5Group::set_attribute(const std::string& name, std::uint64_t value) const {
  write_attribute(handle_.id(), path_, name, H5T_NATIVE_UINT64, &value);
}

void Hdf5Group::set_attribute(const std::string& name, std::string_view text) const {
  const Hdf5Lock lock;
  const Hdf5Handle type = opened(H5Tcopy(H5T_C_S1), H5Tclose, path_, "describe");
  const std::string value(text);
  H5Tset_size(type.id(), value.size() + 1);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  write_attribute(handle_.id(), path_, name, type.id(), value.c_str());
}

void Hdf5Group::write_bytes(const std::string& name, const std::vector<std::size_t>& shape, Hdf5Type type,
                            const void* values, std::size_t count, int compress) const {
  const Hdf5Lock lock;
  const std::string object = path_ + "/" + name;
  AWD_CHECK(count == std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()), "{}", object);
  const std::vector<hsize_t> extent(shape.begin(), shape.end());
  const Hdf5Handle space =
      opened(H5Screate_simple(int(extent.size()), extent.data(), nullptr), H5Sclose, object, "describe");
  const Hdf5Handle properties = creation_properties(extent, compress, object);
  const Hdf5Handle dataset = opened(
      H5Dcreate2(handle_.id(), name.c_str(), native_type(type), space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
      H5Dclose, object, "create");
  if (H5Dwrite(dataset.id(), native_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) fail(object, "write");
}

Hdf5Writer::Hdf5Writer(const std::string& path) : path_(path), partial_path_(path + ".partial") {
  const Hdf5Lock lock;
  const hid_t file = H5Fcreate(partial_path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (file < 0) throw Error("hdf5", "expected a folder that can be written to, got " + path);
  file_ = Hdf5Handle(file, H5Fclose);
}

Hdf5Writer::~Hdf5Writer() {
  if (partial_path_.empty()) return;
  file_.reset();
  std::error_code ignored;  // a destructor has no one to tell
  std::filesystem::remove(partial_path_, ignored);
}

Hdf5Group Hdf5Writer::create_group(const std::string& name) const {
  return new_group(file_.id(), name, path_ + ":/" + name);
}

void Hdf5Writer::commit() {
  const Hdf5Lock lock;
  if (H5Fflush(file_.id(), H5F_SCOPE_GLOBAL) < 0 || file_.reset() < 0) fail(path_, "finish");
  std::error_code code;
  std::filesystem::rename(partial_path_, path_, code);
  if (code) throw Error("hdf5", "expected to rename " + partial_path_ + " to " + path_ + ", got: " + code.message());
  partial_path_.clear();
}

}  // namespace awd
