// One lock for every call into the HDF5 library, and its error stack as text.
#include "io/hdf5_handle.h"

#include <hdf5.h>

#include <utility>

namespace awd {
namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

/// Called from the innermost failure outwards; keeps the first description, which says what went wrong in the file.
herr_t keep_first(unsigned /*depth*/, const H5E_error2_t* error, void* text) {
  auto& kept = *static_cast<std::string*>(text);
  if (kept.empty() && error->desc != nullptr) kept = error->desc;
  return 0;
}

}  // namespace

Hdf5Lock::Hdf5Lock() : lock_(library_mutex()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // failures become exceptions, not output on stderr
}

Hdf5Handle& Hdf5Handle::operator=(Hdf5Handle&& other) noexcept {
  if (this != &other) {
    reset();
    id_ = std::exchange(other.id_, kNone);
    close_ = other.close_;
  }
  return *this;
}

int Hdf5Handle::reset() {
  const std::int64_t id = std::exchange(id_, kNone);
  if (id == kNone) return 0;
  const Hdf5Lock lock;
  return close_(id);
}

std::string hdf5_failure() {
  const Hdf5Lock lock;
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &text);
  return text.empty() ? "a failure of the HDF5 library" : text;
}

}  // namespace awd
