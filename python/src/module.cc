// The extension module awd._core: AWD's public interface for Python.
#include <nanobind/nanobind.h>

#include "awd/error.h"
#include "awd/types.h"
#include "bindings.h"

NB_MODULE(_core, module) {
  namespace nb = nanobind;
  module.doc() = "Gate, engine and policies of AWD. Import them from `awd`.";
  module.attr("VERSION") = awd::kVersion;
  // The one translation of our errors: the text of awd::Error, as a ValueError.
  nb::exception<awd::Error>(module, "Error", PyExc_ValueError).doc() =
      "An input, a file or an option does not fit: \"[where] expected X, got Y\".";
  awd::python::bind_decision(module);
  awd::python::bind_gate(module);
  awd::python::bind_engine(module);
  awd::python::bind_policy(module);
}
