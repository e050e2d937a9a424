// A folder of random weights is complete or absent, and is only used again for the very geometry it was made for.
#include "cli/bench/bench_policy.h"

#include <fmt/format.h>

#include <filesystem>

#include "awd/error.h"
#include "base/clock.h"
#include "cli/default_policy.h"
#include "engine/presets.h"
#include "engine/random_policy.h"
#include "io/run_directory.h"

namespace awd::cli {
namespace {

constexpr const char* kRandomFolder = "runs/random";
constexpr int kTinyVocab = 380;  // pieces of the tokenizer of models/tiny

[[noreturn]] void bad_name(const std::string& name) {
  throw Error("option random", fmt::format("expected tiny, pi0 or pi05, the last two perhaps with :libero, :droid, "
                                           ":aloha or :generic behind, got \"{}\"",
                                           name));
}

RobotKind robot_of(const std::string& word, const std::string& name) {
  for (const RobotKind kind : {RobotKind::kLibero, RobotKind::kDroid, RobotKind::kAloha, RobotKind::kGeneric}) {
    if (word == word_of(kind)) return kind;
  }
  bad_name(name);
}

/// Draws the weights unless `folder` holds them.
double ensure_drawn(const std::string& folder, const ModelConfig& config, std::uint64_t seed) {
  const Stopwatch watch;
  if (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder)) {
    if (is_random_policy(folder, config)) return 0;
    throw Error(folder, fmt::format("expected random weights of {} or an empty place, got something else (remove it, "
                                    "or choose another with --keep)",
                                    config.name));
  }
  fmt::print(stderr, "drawing random weights of {} into {}\n", config.name, folder);
  RunDirectory directory(folder);
  write_random_policy(directory.path().string(), config, policy_or_default("") + "/tokenizer.model", StoredType::kBf16,
                      seed);
  directory.commit();
  return watch.ms();
}

}  // namespace

ModelConfig random_geometry(const BenchOptions& options) {
  const std::size_t colon = options.random.find(':');
  const std::string model = options.random.substr(0, colon);
  const bool has_robot = colon != std::string::npos;
  if (model != "pi0" && model != "pi05" && (model != "tiny" || has_robot)) bad_name(options.random);

  ModelConfig config = tiny_geometry();
  if (model == "tiny") {
    config.name = model;
    config.llm.vocab = kTinyVocab;
  } else {
    const std::string robot = has_robot ? options.random.substr(colon + 1) : "libero";
    config = pi_preset(model == "pi0" ? Variant::kPi0 : Variant::kPi05, robot_of(robot, options.random));
  }
  if (options.horizon > 0) {
    config.horizon = options.horizon;
    config.name += fmt::format("-h{}", options.horizon);
  }
  config.name += fmt::format("-seed{}", options.seed);
  return config;
}

BenchPolicy bench_policy(const BenchOptions& options) {
  if (options.random.empty()) {
    if (options.horizon > 0) throw Error("option horizon", "expected --random beside it: a policy has its own");
    if (!options.keep.empty()) throw Error("option keep", "expected --random beside it, got none");
    return {.folder = policy_or_default(options.policy)};
  }
  if (!options.policy.empty()) throw Error("option random", "expected no --policy beside it, got both");
  const ModelConfig config = random_geometry(options);
  const std::string folder = options.keep.empty() ? fmt::format("{}/{}", kRandomFolder, config.name) : options.keep;
  return {.folder = folder, .drawing_ms = ensure_drawn(folder, config, options.seed)};
}

}  // namespace awd::cli
