// Arrays of Python (NumPy, torch, anything with DLPack or the buffer protocol) as the views of AWD's interface. Memory
// of the right type and layout is used in place; anything else is converted into memory of the reader.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "awd/types.h"

namespace awd::python {

namespace nb = nanobind;

using AnyArray = nb::ndarray<nb::ro>;

/// An array or tensor as it is. Throws awd::Error naming `name` and what was `expected` for any other object.
AnyArray to_array(nb::handle source, std::string_view name, std::string_view expected);
/// "float32 [3, 224, 224]", and where it is if not in host memory.
std::string array_text(const AnyArray& array);
bool on_host(const AnyArray& array);

/// A list of numbers or an array of floats or integers as float32, alive as long as this.
class Floats {
 public:
  /// None: no values. Leading sides of length 1 are dropped down to `sides` sides. Throws awd::Error naming `name` on
  /// another number of sides, a type that is no number, or memory of a GPU.
  Floats(nb::handle source, std::string_view name, std::size_t sides = 1);
  std::span<const float> values() const { return values_; }
  std::size_t size(std::size_t side) const { return shape_.empty() ? 0 : shape_[side]; }

 private:
  AnyArray array_;
  std::vector<float> copy_;
  std::vector<std::size_t> shape_;
  std::span<const float> values_;
};

/// None and "uniform" are no maps. Else [cameras, 16, 16] or [cameras, 256].
bool read_importance(nb::handle source, ImportanceMaps& maps);

/// A NumPy array of its own with these values.
nb::object numpy_array(std::span<const float> values, std::initializer_list<std::size_t> shape);

/// [cameras, 16, 16].
nb::object maps_array(const ImportanceMaps& maps);

}  // namespace awd::python
