// The table that `awd inspect` prints.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "cli/inspect.h"
#include "engine/checkpoint/resident_bytes.h"

namespace awd::cli {
namespace {

constexpr std::size_t kListedNames = 8;  // of tensors; the rest is counted

std::string megabytes(std::uint64_t bytes) {
  constexpr double kMega = 1e6, kGiga = 1e9;
  return double(bytes) < kGiga ? fmt::format("{:.1f} MB", double(bytes) / kMega)
                               : fmt::format("{:.2f} GB", double(bytes) / kGiga);
}

std::string line(std::string_view label, const std::string& text) { return fmt::format("  {:<11}{}\n", label, text); }

/// One name a line, behind the label's column.
std::string some_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kListedNames; ++i) text += fmt::format("\n             {}", names[i]);
  return names.size() > kListedNames ? text + fmt::format("\n             and {} more", names.size() - kListedNames)
                                     : text;
}

std::string prompt_line(const ModelConfig& config) {
  const char* state = config.state_input == StateInput::kPrompt  ? "the state as text in it"
                      : config.state_input == StateInput::kToken ? "the state as a token before the actions"
                                                                 : "without the state";
  return fmt::format("at most {} tokens, {}", config.max_tokens, state);
}

std::string robot_line(const ModelConfig& config) {
  const auto relative = std::count(config.io.relative_actions.begin(), config.io.relative_actions.end(), true);
  std::string text = fmt::format("{}, {} state and {} action dimensions ({} and {} in the model)",
                                 kEnumWords<RobotKind>[std::size_t(config.io.robot)], config.state_dim,
                                 config.action_dim, config.model_state_dim, config.model_action_dim);
  if (relative > 0) text += fmt::format(", {} actions relative to the state", relative);
  if (config.io.aloha_units) text += ", in the units of pi0's own ALOHA";
  return text;
}

std::string model_lines(const ModelConfig& c) {
  return line("model", fmt::format("{}: vision {} x {}, prefix LM {} x {}, expert {} x {}, vocabulary {}",
                                   word_of(c.variant), c.vision.depth, c.vision.width, c.llm.depth, c.llm.width,
                                   c.llm.depth, c.expert.width, c.llm.vocab)) +
         line("robot", robot_line(c)) +
         line("cameras", fmt::format("{} of {} x {} pixels: {}", c.cameras.size(), c.image_size, c.image_size,
                                     fmt::join(c.cameras, ", "))) +
         line("chunk", fmt::format("{} actions, {} flow steps", c.horizon, c.flow_steps)) +
         line("prompt", prompt_line(c));
}

std::string file_lines(const Checkpoint& checkpoint) {
  std::uint64_t bytes = 0;
  std::size_t tensors = 0;
  for (const auto& file : checkpoint.files()) {
    bytes += file->size();
    tensors += file->tensors().size();
  }
  return line("weights", fmt::format("{}, {} in {} file{}, {} tensors",
                                     std::filesystem::path(checkpoint.path()).filename().string(), megabytes(bytes),
                                     checkpoint.files().size(), checkpoint.files().size() == 1 ? "" : "s", tensors));
}

std::string part_table(const TensorCheck& check) {
  std::string text =
      fmt::format("\n  {:<14}{:>11}{:>14}{:>12}  {}\n", "part", "tensors", "parameters", "stored", "type");
  PartCheck total;
  const auto row = [&](std::string_view name, const PartCheck& part) {
    text +=
        fmt::format("  {:<14}{:>11}{:>12.2f} M{:>12}  {}\n", name, fmt::format("{}/{}", part.present, part.expected),
                    double(part.parameters) / 1e6, megabytes(part.bytes), fmt::join(part.types, ", "));
  };
  for (int i = 0; i < kPolicyParts; ++i) {
    const PartCheck& part = check.parts[std::size_t(i)];
    row(part_name(PolicyPart(i)), part);
    total.expected += part.expected;
    total.present += part.present;
    total.parameters += part.parameters;
    total.bytes += part.bytes;
    total.types.insert(part.types.begin(), part.types.end());
  }
  row("read", total);
  if (!check.unused.empty()) {
    text += line("not read", fmt::format("{} in {} tensors{}", megabytes(check.unused_bytes), check.unused.size(),
                                         some_of(check.unused)));
  }
  if (!check.extra.empty()) {
    text += line("unknown", fmt::format("{} in {} tensors{}", megabytes(check.extra_bytes), check.extra.size(),
                                        some_of(check.extra)));
  }
  return text;
}

std::string verdict(const Inspection& inspection) {
  const ModelConfig& config = *inspection.folder.config;
  const auto size = [&](EngineDtype dtype) { return megabytes(resident_bytes(config, dtype)); };
  const EngineDtype dtype = inspection.dtype();
  std::string text = inspection.would_run() ? "\nwould run" : "\nwould NOT run";
  text += fmt::format(" on {} in {}: about {} of weights in memory (f32 {}, bf16 {}, int8 {})\n",
                      kEnumWords<EngineBackend>[std::size_t(inspection.options.backend)],
                      kEnumWords<EngineDtype>[std::size_t(dtype)], size(dtype), size(EngineDtype::kF32),
                      size(EngineDtype::kBf16), size(EngineDtype::kInt8));
  return text;
}

std::string value_line(const Inspection& inspection) {
  if (!inspection.values_checked) return "not looked at (--check-values does)";
  if (inspection.bad_tensors.empty()) return "all finite";
  return fmt::format("NaN or infinity in {} tensors{}", inspection.bad_tensors.size(), some_of(inspection.bad_tensors));
}

}  // namespace

std::string inspection_text(const Inspection& inspection) {
  const PolicyFolder& folder = inspection.folder;
  std::string text = fmt::format("{}  {}\n", folder.kind ? kind_name(*folder.kind) : "no policy", folder.path);
  if (folder.config) text += model_lines(*folder.config);
  if (folder.config) text += line("statistics", folder.norms ? folder.norms_source : "cannot be used, see below");
  if (folder.config) {
    text += line("tokenizer", folder.tokenizer
                                  ? fmt::format("{}, {} pieces", folder.tokenizer_path, folder.tokenizer->size())
                                  : "cannot be used, see below");
  }
  if (folder.checkpoint != nullptr) text += file_lines(*folder.checkpoint) + line("values", value_line(inspection));
  if (folder.tensors) text += part_table(*folder.tensors);
  if (!folder.notes.empty()) text += "\nnotes\n";
  for (const std::string& note : folder.notes) text += fmt::format("  - {}\n", note);
  text += folder.config ? verdict(inspection) : "\nwould NOT run\n";
  for (const Error& problem : folder.problems) text += fmt::format("  - {}\n", problem.what());
  // The error above names the first tensors; here are all of them.
  if (folder.tensors && folder.tensors->problems.size() > 1) {
    text += fmt::format("\nproblems of {} tensors\n", folder.tensors->problems.size());
    for (const std::string& problem : folder.tensors->problems) text += fmt::format("  - {}\n", problem);
  }
  return text;
}

}  // namespace awd::cli
