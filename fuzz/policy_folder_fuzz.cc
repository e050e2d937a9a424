// Any folder as a policy of AWD, LeRobot or openpi: a list of problems, or configurations, statistics and tensors that
// fit each other. Weights stand in the input as their headers.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>

#include "base/check.h"
#include "engine/checkpoint/policy_folder.h"
#include "target.h"

namespace awd::fuzz {
namespace {

constexpr std::array<std::string_view, 11> kFiles = {"config.json",
                                                     "norm_stats.json",
                                                     "policy_preprocessor.json",
                                                     "policy_postprocessor.json",
                                                     "stats.safetensors",
                                                     "model.safetensors",
                                                     "model.safetensors.index.json",
                                                     "a.safetensors",
                                                     "b.safetensors",
                                                     "assets/libero/norm_stats.json",
                                                     "assets/trossen/norm_stats.json"};
constexpr std::size_t kValues = 256;            // 1, 2, 3, ... as f32 behind each header, for statistics
constexpr std::uintmax_t kDataBytes = 1 << 20;  // behind each header in all; the rest are zeros

/// Writes one file of the folder; a safetensors header gets its length in front and data behind.
void write_part(const InputFolder& folder, const InputPart& part) {
  if (!part.name.ends_with(".safetensors")) {
    folder.write(part.name, part.bytes);
    return;
  }
  const std::uint64_t length = part.bytes.size();
  std::array<float, kValues> values{};
  std::iota(values.begin(), values.end(), 1.f);
  std::vector<std::uint8_t> bytes(sizeof(length) + length + sizeof(values));
  std::memcpy(bytes.data(), &length, sizeof(length));
  std::ranges::copy(part.bytes, bytes.begin() + sizeof(length));
  std::memcpy(bytes.data() + sizeof(length) + length, values.data(), sizeof(values));
  const std::string path = folder.write(part.name, bytes);
  std::filesystem::resize_file(path, sizeof(length) + length + kDataBytes);
}

bool is_finite(const AffineStats& stats) {
  const auto all_finite = [](const std::vector<double>& list) {
    return std::ranges::all_of(list, [](double value) { return std::isfinite(value); });
  };
  return all_finite(stats.offset) && all_finite(stats.to_model) && all_finite(stats.to_robot);
}

void check_folder(const PolicyFolder& folder) {
  for (const Error& problem : folder.problems) check_message(problem.what());
  AWD_CHECK(!folder.problems.empty() || (folder.kind && folder.checkpoint && folder.config && folder.norms));
  if (!folder.config) return;
  const ModelConfig& config = *folder.config;
  AWD_CHECK(config.cameras.size() <= std::size_t(kMaxCameras) && config.horizon > 0 && config.max_prefix_tokens() > 0);
  AWD_CHECK(std::ranges::none_of(config.cameras, [](const std::string& name) { return name.empty(); }));
  AWD_CHECK(config.state_dim > 0 && config.state_dim <= config.model_state_dim);
  AWD_CHECK(config.action_dim > 0 && config.action_dim <= config.model_action_dim);
  AWD_CHECK(config.io.relative_actions.empty() || int(config.io.relative_actions.size()) == config.action_dim);
  if (!folder.norms) return;
  AWD_CHECK(int(folder.norms->state.offset.size()) == config.state_dim && is_finite(folder.norms->state));
  AWD_CHECK(int(folder.norms->actions.offset.size()) == config.action_dim && is_finite(folder.norms->actions));
}

}  // namespace
}  // namespace awd::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace awd;
  const fuzz::InputFolder& folder = fuzz::fresh_folder({data, size}, fuzz::kFiles, fuzz::write_part);
  const PolicyFolder read = read_policy_folder(folder.path(), EngineOptions{});
  fuzz::check_folder(read);
  fuzz::read_untrusted([&] { require_policy(read); });
  return 0;
}
