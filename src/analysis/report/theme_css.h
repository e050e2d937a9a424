// The colours of palette.h as custom properties of the page, for light and dark paper.
#pragma once

#include <string>

namespace awd::report {

/// ":root" rules for both themes: --group-WORD, --series-0 .., --gate, --control, --phase-WORD.
std::string theme_css();

}  // namespace awd::report
