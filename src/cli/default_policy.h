// Where the policy comes from when the command line does not say.
#pragma once

#include <string>

namespace awd::cli {

/// `given` if not empty; else models/tiny below the current folder, else below the source tree.
/// Throws awd::Error naming both places if neither holds a policy.
std::string policy_or_default(const std::string& given);

}  // namespace awd::cli
