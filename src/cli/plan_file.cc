// Names the policy of a run by the contents of its files.
#include "cli/plan_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "awd/error.h"
#include "base/rng.h"
#include "cli/default_policy.h"
#include "server/client/policy_client.h"

namespace awd::cli {
namespace {

/// Mixes all bytes of a file into `hash`.
std::uint64_t hash_file(const std::filesystem::path& file, std::uint64_t hash) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(file.string(), "expected a file of the policy, got none");
  std::vector<char> block(1 << 20);
  while (stream) {
    std::fill(block.begin(), block.end(), '\0');
    stream.read(block.data(), std::streamsize(block.size()));
    for (std::streamsize i = 0; i < stream.gcount(); i += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, block.data() + i, sizeof word);
      hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
      hash ^= hash >> 32;
    }
    hash = mix_seed(hash, std::uint64_t(stream.gcount()));
  }
  return hash;
}

}  // namespace

PlannedPolicy plan_policy(const std::string& folder, const EngineOptions& engine) {
  if (server::is_address(folder)) return {.engine = engine, .folder = folder};
  PlannedPolicy policy{.engine = engine, .folder = policy_or_default(folder)};
  policy.engine.threads = 1;
  std::uint64_t hash = 0;
  for (const char* file : {"config.json", "norm_stats.json", "tokenizer.model", "model.safetensors"}) {
    hash = hash_file(std::filesystem::path(policy.folder) / file, hash);
  }
  policy.fingerprint = fmt::format("{:016x}", hash);
  return policy;
}

}  // namespace awd::cli
