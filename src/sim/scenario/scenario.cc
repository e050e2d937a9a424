// The table of all scenarios by name.
#include "sim/scenario/scenario.h"

#include <fmt/format.h>

#include "awd/error.h"
#include "sim/scenario/clean.h"

namespace awd::sim {
namespace {

struct Entry {
  std::string_view name;
  std::unique_ptr<Scenario> (*make)(std::uint64_t seed);
};

template <class S>
std::unique_ptr<Scenario> make(std::uint64_t seed) {
  return std::make_unique<S>(seed);
}

constexpr Entry kScenarios[] = {{"clean", make<Clean>}};

}  // namespace

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kScenarios) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<Scenario> make_scenario(std::string_view name, std::uint64_t seed) {
  for (const Entry& entry : kScenarios) {
    if (entry.name == name) return entry.make(seed);
  }
  throw Error("scenario", fmt::format("expected one of {}, got \"{}\"", fmt::join(scenario_names(), ", "), name));
}

}  // namespace awd::sim
