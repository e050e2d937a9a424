// What made a result file: the build and every option with its value.
#pragma once

#include <string>
#include <vector>

#include "base/options_io.h"

namespace awd {

struct MadeBy {
  std::string commit{};               // of the binary
  std::vector<OptionText> options{};  // defaults included
};

}  // namespace awd
