// What reading and writing HDF5 share: owned handles, the lock around the library, and its failures as text.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

namespace awd {

/// The HDF5 library is not thread-safe (unless built so): every call into it happens while an Hdf5Lock is alive.
/// Nested locks of one thread are fine. Keeps the library from printing its error stack for this thread.
class Hdf5Lock {
 public:
  Hdf5Lock();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

/// Owns one HDF5 object; `close` is the library's closing function for its kind. Closing takes the lock.
class Hdf5Handle {
 public:
  Hdf5Handle() = default;
  Hdf5Handle(std::int64_t id, int (*close)(std::int64_t)) : id_(id), close_(close) {}
  ~Hdf5Handle() { reset(); }
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(other.id_), close_(other.close_) { other.id_ = kNone; }
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept;
  std::int64_t id() const { return id_; }
  /// Closes now; the library's status, negative on failure.
  int reset();

 private:
  static constexpr std::int64_t kNone = -1;
  std::int64_t id_ = kNone;
  int (*close_)(std::int64_t) = nullptr;
};

/// What the library says about its last failed call on this thread ("truncated file: eof = 96, ..."), for messages.
std::string hdf5_failure();

}  // namespace awd
