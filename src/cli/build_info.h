// What this binary was built from.
#pragma once

namespace awd::cli {

/// Abbreviated git commit at build time, "-dirty" if files differed from it; "unknown" outside a repository.
const char* build_commit();
/// Root of the source tree that was compiled.
const char* source_folder();

}  // namespace awd::cli
