// Looks for the shipped policy, first below the current folder, then below the source tree.
#include "cli/default_policy.h"

#include <fmt/format.h>

#include <filesystem>

#include "awd/error.h"
#include "cli/build_info.h"

namespace awd::cli {

std::string policy_or_default(const std::string& given) {
  if (!given.empty()) return given;
  const std::filesystem::path relative = "models/tiny";
  const std::filesystem::path built = source_folder() / relative;
  for (const auto& folder : {relative, built}) {
    if (std::filesystem::exists(folder / "config.json")) return folder.string();
  }
  throw Error("policy", fmt::format("expected a policy in {} or {}, got none (name its folder with --policy)",
                                    relative.string(), built.string()));
}

}  // namespace awd::cli
