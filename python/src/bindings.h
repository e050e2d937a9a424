// What the files of the extension module share: one function per group of classes, and Python keywords as options.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <string>

#include "awd/error.h"

namespace awd::python {

namespace nb = nanobind;

void bind_decision(nb::module_& module);
void bind_gate(nb::module_& module);
void bind_engine(nb::module_& module);
void bind_policy(nb::module_& module);

/// One caller at a time in an object whose methods give the GIL away. Throws awd::Error for a second one.
class OneCaller {
 public:
  OneCaller(std::atomic<bool>& is_busy, const char* where) : is_busy_(is_busy) {
    if (is_busy_.exchange(true)) throw Error(where, "expected calls from one thread at a time, got two at once");
  }
  ~OneCaller() { is_busy_ = false; }
  OneCaller(const OneCaller&) = delete;
  OneCaller& operator=(const OneCaller&) = delete;

 private:
  std::atomic<bool>& is_busy_;
};

}  // namespace awd::python
