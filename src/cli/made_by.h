// The build and the options of one call, for the result files of the analysis commands.
#pragma once

#include <algorithm>
#include <iterator>

#include "analysis/made_by.h"
#include "cli/build_info.h"

namespace awd::cli {

/// All options of all structs, in order.
template <class... Options>
MadeBy made_by(const Options&... options) {
  MadeBy made{.commit = build_commit()};
  (std::ranges::copy(list_options(options), std::back_inserter(made.options)), ...);
  return made;
}

}  // namespace awd::cli
