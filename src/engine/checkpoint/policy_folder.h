// PolicyFolder: everything a folder says about its policy, from configurations and headers alone, and what is wrong
// with it. Loading and `awd inspect` both read a folder through this.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "awd/engine_options.h"
#include "awd/error.h"
#include "engine/checkpoint/checkpoint.h"
#include "engine/checkpoint/tensor_check.h"
#include "engine/config.h"
#include "engine/norm_stats.h"
#include "io/tokenizer.h"

namespace awd {

enum class FolderKind {
  kOwn,      // config.json of format awd-policy-1
  kLeRobot,  // config.json of type pi0 or pi05, and processor files
  kOpenpi,   // config.json of openpi's converter, and assets
};

/// "AWD policy", "LeRobot policy", "openpi checkpoint".
std::string_view kind_name(FolderKind kind);

/// Parts that cannot be read are absent; `problems` then says why.
struct PolicyFolder {
  std::string path;
  std::optional<FolderKind> kind;
  std::shared_ptr<const Checkpoint> checkpoint;
  std::optional<ModelConfig> config;
  std::optional<TensorCheck> tensors;
  std::optional<NormStats> norms;
  std::string norms_source;  // what the statistics are, for people
  std::optional<Tokenizer> tokenizer;
  std::string tokenizer_path;
  std::vector<std::string> notes;  // what was inferred, and why
  std::vector<Error> problems;     // why the policy cannot run; empty if it can
};

/// Reads what is there; throws nothing for a folder that is wrong, but lists every problem.
PolicyFolder read_policy_folder(const std::string& path, const EngineOptions& options);

/// Throws the only problem as it is, or one awd::Error that names the first ones and their number.
void require_policy(const PolicyFolder& folder);

}  // namespace awd
