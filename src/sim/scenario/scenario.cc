// The registry of all scenarios: texts such as "nudge{distance=0.05}+flicker" to objects, to full texts, to tasks.
#include "sim/scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"
#include "base/named_text.h"
#include "base/rng.h"
#include "sim/scenario/camera_shake.h"
#include "sim/scenario/clean.h"
#include "sim/scenario/composite.h"
#include "sim/scenario/distractor.h"
#include "sim/scenario/flicker.h"
#include "sim/scenario/intruder.h"
#include "sim/scenario/latency.h"
#include "sim/scenario/nudge.h"
#include "sim/scenario/occluded_motion.h"
#include "sim/scenario/slip.h"
#include "sim/scenario/target_move.h"

namespace awd::sim {
namespace {

/// One scenario class behind plain functions; `body` is "option=value,...".
struct Entry {
  std::string_view name;
  std::unique_ptr<Scenario> (*make)(std::string_view body, const std::string& where, std::uint64_t seed);
  std::string (*resolve)(std::string_view body, const std::string& where);
  bool (*supports)(const Task& task);
  std::vector<OptionText> (*options)();
};

template <class S>
typename S::Options read_options(std::string_view body, const std::string& where) {
  typename S::Options options;
  assign_options(options, body, where);
  return options;
}

template <class S>
constexpr Entry entry() {
  return {.name = S::kName,
          .make = [](std::string_view body, const std::string& where, std::uint64_t seed) -> std::unique_ptr<Scenario> {
            return std::make_unique<S>(read_options<S>(body, where), seed);
          },
          .resolve = [](std::string_view body,
                        const std::string& where) { return format_named(S::kName, read_options<S>(body, where)); },
          .supports = S::supports,
          .options = [] { return list_options(typename S::Options{}); }};
}

constexpr Entry kScenarios[] = {entry<Clean>(),       entry<Nudge>(),      entry<TargetMove>(), entry<Slip>(),
                                entry<Intruder>(),    entry<Distractor>(), entry<Flicker>(),    entry<OccludedMotion>(),
                                entry<CameraShake>(), entry<Latency>()};

const Entry& find_entry(std::string_view name) {
  for (const Entry& entry : kScenarios) {
    if (entry.name == name) return entry;
  }
  throw Error("scenario", fmt::format("expected one of {} (several joined by +), got \"{}\"",
                                      fmt::join(scenario_names(), ", "), name));
}

/// One part of a text, checked: its entry, and what stands in its braces.
struct Part {
  const Entry* entry;
  std::string body;
  std::string where;  // for messages
};

std::vector<Part> parse_parts(std::string_view text) {
  std::vector<Part> parts;
  for (const std::string& part_text : split_outside_braces(text, '+')) {
    const std::string where = "scenario " + part_text;
    const NamedText named = split_name(part_text, where);
    const Part part{&find_entry(named.name), named.body, where};
    part.entry->resolve(part.body, where);  // throws on options that do not fit
    if (std::ranges::count(parts, part.entry, &Part::entry) > 0) {
      throw Error("scenario", fmt::format("expected every part once, got \"{}\" twice", named.name));
    }
    parts.push_back(part);
  }
  return parts;
}

}  // namespace

void Scenario::before_step(World& /*world*/, int /*step*/) {}
void Scenario::edit_pictures(std::span<MutablePicture> /*pictures*/, int /*step*/) {}
void Scenario::edit_action(std::span<float> /*action*/, int /*step*/) {}

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kScenarios) names.emplace_back(entry.name);
  return names;
}

std::vector<OptionText> scenario_options(std::string_view name) { return find_entry(name).options(); }

std::string resolve_scenario(std::string_view text) {
  std::vector<std::string> resolved;
  for (const Part& part : parse_parts(text)) resolved.push_back(part.entry->resolve(part.body, part.where));
  return fmt::format("{}", fmt::join(resolved, "+"));
}

bool supports(std::string_view text, const Task& task) {
  return std::ranges::all_of(parse_parts(text), [&](const Part& part) { return part.entry->supports(task); });
}

std::unique_ptr<Scenario> make_scenario(std::string_view text, std::uint64_t seed) {
  std::vector<std::unique_ptr<Scenario>> made;
  for (const Part& part : parse_parts(text)) {
    made.push_back(part.entry->make(part.body, part.where, mix_seed(seed, hash_text(part.entry->name))));
  }
  if (made.size() == 1) return std::move(made.front());
  return std::make_unique<Composite>(std::move(made));
}

}  // namespace awd::sim
