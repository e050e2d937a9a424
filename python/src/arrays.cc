// What an array must be is checked here, so that a wrong one gives one line that says what it was.
#include "arrays.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "awd/error.h"

namespace awd::python {
namespace {

std::string class_name(nb::handle source) { return nb::cast<std::string>(nb::type_name(source.type())); }

std::string dtype_name(const AnyArray& array) {
  const auto dtype = array.dtype();
  const char* kind = "type ";
  switch (nb::dlpack::dtype_code(dtype.code)) {
    case nb::dlpack::dtype_code::Int:
      kind = "int";
      break;
    case nb::dlpack::dtype_code::UInt:
      kind = "uint";
      break;
    case nb::dlpack::dtype_code::Float:
      kind = "float";
      break;
    case nb::dlpack::dtype_code::Bfloat:
      kind = "bfloat";
      break;
    case nb::dlpack::dtype_code::Bool:
      kind = "bool";
      break;
    default:
      break;
  }
  return fmt::format("{}{}", kind, dtype.bits);
}

std::vector<std::size_t> shape_of(const AnyArray& array) {
  std::vector<std::size_t> shape(array.ndim());
  for (std::size_t i = 0; i < shape.size(); ++i) shape[i] = array.shape(i);
  return shape;
}

/// Calls work(const T*) for the element type of `array`; false for a type that is no plain number.
template <class Work>
bool with_numbers(const AnyArray& array, Work&& work) {
  const auto is = [&]<class T>(const T*) {
    if (array.dtype() != nb::dtype<T>()) return false;
    work(static_cast<const T*>(array.data()));
    return true;
  };
  return is((const float*){}) || is((const double*){}) || is((const std::uint8_t*){}) || is((const std::int8_t*){}) ||
         is((const std::int32_t*){}) || is((const std::int64_t*){}) || is((const std::int16_t*){}) ||
         is((const std::uint16_t*){});
}

/// Values of a list or tuple of numbers.
std::vector<float> list_values(nb::handle source, std::string_view name) {
  std::vector<float> values;
  if (!nb::try_cast(source, values)) {
    throw Error(std::string(name), fmt::format("expected numbers, got {} with something else", class_name(source)));
  }
  return values;
}

/// Row-major copy of an array with any steps, at most three sides.
template <class T>
void copy_numbers(const AnyArray& array, const T* data, std::vector<float>& out) {
  const std::size_t sides = array.ndim();
  const auto side = [&](std::size_t from_last) { return from_last < sides ? array.shape(sides - 1 - from_last) : 1; };
  const auto step = [&](std::size_t from_last) { return from_last < sides ? array.stride(sides - 1 - from_last) : 0; };
  out.reserve(array.size());
  for (std::size_t i = 0; i < side(2); ++i) {
    for (std::size_t j = 0; j < side(1); ++j) {
      for (std::size_t k = 0; k < side(0); ++k) {
        out.push_back(float(data[std::int64_t(i) * step(2) + std::int64_t(j) * step(1) + std::int64_t(k) * step(0)]));
      }
    }
  }
}

bool is_dense(const AnyArray& array) {
  std::int64_t step = 1;
  for (std::size_t i = array.ndim(); i-- > 0;) {
    if (array.shape(i) != 1 && array.stride(i) != step) return false;
    step *= std::int64_t(array.shape(i));
  }
  return true;
}

}  // namespace

bool on_host(const AnyArray& array) { return array.device_type() == nb::device::cpu::value; }

std::string array_text(const AnyArray& array) {
  return fmt::format("{} [{}]{}", dtype_name(array), fmt::join(shape_of(array), ", "),
                     on_host(array) ? "" : " on a device");
}

AnyArray to_array(nb::handle source, std::string_view name, std::string_view expected) {
  AnyArray array;
  if (!nb::try_cast(source, array, false)) {
    throw Error(std::string(name), fmt::format("expected {}, got {}", expected, class_name(source)));
  }
  return array;
}

Floats::Floats(nb::handle source, std::string_view name, std::size_t sides) {
  if (source.is_none()) return;
  if (sides == 1 && (nb::isinstance<nb::list>(source) || nb::isinstance<nb::tuple>(source))) {
    copy_ = list_values(source, name);
    shape_ = {copy_.size()};
    values_ = copy_;
    return;
  }
  array_ = to_array(source, name, "an array of numbers");
  shape_ = shape_of(array_);
  while (shape_.size() > sides && shape_.front() == 1) shape_.erase(shape_.begin());
  if (shape_.size() != sides || array_.ndim() > 3 || !on_host(array_)) {
    throw Error(std::string(name),
                fmt::format("expected an array of {} sides in host memory, got {}", sides, array_text(array_)));
  }
  if (array_.dtype() == nb::dtype<float>() && is_dense(array_)) {
    values_ = {static_cast<const float*>(array_.data()), array_.size()};
    return;
  }
  if (!with_numbers(array_, [&](const auto* data) { copy_numbers(array_, data, copy_); })) {
    throw Error(std::string(name), fmt::format("expected float32 or float64, got {}", array_text(array_)));
  }
  values_ = copy_;
}

bool read_importance(nb::handle source, ImportanceMaps& maps) {
  if (source.is_none()) return false;
  std::string word;
  if (nb::try_cast(source, word, false)) {
    if (word == "uniform") return false;
    throw Error("importance", fmt::format("expected an array, None or \"uniform\", got \"{}\"", word));
  }
  constexpr std::size_t kCells = std::size_t(kPatchGrid) * kPatchGrid;
  const AnyArray array = to_array(source, "importance", "an array, None or \"uniform\"");
  const bool is_grid = array.ndim() == 3 && array.shape(1) == kPatchGrid && array.shape(2) == kPatchGrid;
  const bool is_flat = array.ndim() == 2 && array.shape(1) == kCells;
  if (!(is_grid || is_flat) || array.shape(0) > kMaxCameras) {
    throw Error("importance", fmt::format("expected [cameras, {}, {}] of at most {} cameras, got {}", kPatchGrid,
                                          kPatchGrid, kMaxCameras, array_text(array)));
  }
  const Floats floats(source, "importance", array.ndim());
  maps.n_cameras = int(array.shape(0));
  for (std::size_t c = 0; c < array.shape(0); ++c) {
    std::ranges::copy(floats.values().subspan(c * kCells, kCells), maps.map[c].begin());
  }
  return true;
}

nb::object numpy_array(std::span<const float> values, std::initializer_list<std::size_t> shape) {
  auto memory = std::make_unique<float[]>(std::max<std::size_t>(values.size(), 1));
  std::ranges::copy(values, memory.get());
  const nb::capsule owner(memory.get(), [](void* held) noexcept { delete[] static_cast<float*>(held); });
  float* data = memory.release();
  return nb::cast(nb::ndarray<nb::numpy, float>(data, shape.size(), shape.begin(), owner));
}

nb::object maps_array(const ImportanceMaps& maps) {
  std::vector<float> values;
  for (int c = 0; c < maps.n_cameras; ++c) values.insert(values.end(), maps.map[c].begin(), maps.map[c].end());
  return numpy_array(values, {std::size_t(maps.n_cameras), kPatchGrid, kPatchGrid});
}

}  // namespace awd::python
