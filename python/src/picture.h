// One camera's picture out of an array of Python.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "arrays.h"
#include "awd/types.h"

namespace awd::python {

/// One picture, alive as long as this.
class Picture {
 public:
  /// uint8 [height, width, 3] or [3, height, width], or float32 / float64 of these shapes in [0, 1]; leading sides of
  /// length 1 are dropped. uint8 [height, width, 3] without gaps is used in place. None: camera missing. `on_device`:
  /// memory of a GPU is welcome (uint8 [height, width, 3] without gaps). Throws awd::Error naming `name`.
  Picture(nb::handle source, std::string_view name, bool on_device);
  const ImageView& view() const { return view_; }

 private:
  AnyArray array_;  // keeps the memory
  std::vector<std::uint8_t> copy_;
  ImageView view_;
};

}  // namespace awd::python
