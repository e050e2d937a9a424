// Words of the option norm_stats.
#pragma once

namespace awd {

/// The option's value that lets states and actions pass unchanged, where a checkpoint has no statistics on purpose.
inline constexpr const char* kIdentityStats = "identity";

}  // namespace awd
