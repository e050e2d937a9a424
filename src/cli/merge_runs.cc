// Checks that runs belong together, orders their episodes, and writes logs, manifest and results of the whole.
#include "cli/merge_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <tuple>

#include "awd/error.h"
#include "awd/types.h"
#include "cli/build_info.h"
#include "cli/interrupt.h"
#include "cli/run_manifest.h"
#include "io/episode_log.h"
#include "io/run_directory.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// One run directory to be joined.
struct Source {
  std::string folder;
  Json manifest;
  EpisodeLogIndex log;
};

Json read_manifest(const std::string& folder) {
  const fs::path file = fs::path(folder) / kRunFile;
  std::ifstream stream(file, std::ios::binary);
  Json json = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("format", "") != kRunFormat) {
    throw Error(file.string(), fmt::format("expected the manifest of a finished run ({}), got none", kRunFormat));
  }
  return json;
}

void expect_same(const Source& first, const Source& other, const std::string& pointer) {
  const Json::json_pointer key(pointer);
  const Json expected = first.manifest.value(key, Json()), got = other.manifest.value(key, Json());
  if (expected != got) {
    throw Error(other.folder, fmt::format("expected {} as in {}: {}, got {}", pointer.substr(1), first.folder,
                                          expected.dump(), got.dump()));
  }
}

/// Named things of all runs, each once, in order of appearance; the same name must stand for the same thing.
class Names {
 public:
  void add(const Source& source, const char* list) {
    for (const Json& entry : source.manifest.at(list)) {
      const std::string name = entry.is_string() ? entry.get<std::string>() : entry.at("name").get<std::string>();
      const int known = find(name);
      if (known < 0) {
        names_.push_back(name);
        entries_.push_back(entry);
      } else if (entries_[std::size_t(known)] != entry) {
        throw Error(source.folder,
                    fmt::format("expected \"{}\" in {} to mean the same as in the runs before", name, list));
      }
    }
  }
  /// Position of `name`; -1 if there is none.
  int find(const std::string& name) const {
    const auto found = std::ranges::find(names_, name);
    return found == names_.end() ? -1 : int(found - names_.begin());
  }
  const std::vector<std::string>& names() const { return names_; }
  const Json& json() const { return entries_; }

 private:
  std::vector<std::string> names_;
  Json entries_ = Json::array();
};

struct Catalogue {
  Names scenarios, arms, tasks;
};

/// Where an episode goes, and where it comes from.
struct Place {
  std::tuple<int, int, int, std::uint64_t> key;  // scenario, arm, task, seed
  std::size_t source = 0;
  std::size_t index = 0;
};

std::vector<Source> open_sources(const std::vector<std::string>& runs) {
  std::vector<Source> sources;
  for (const std::string& run : runs) {
    sources.push_back({run, read_manifest(run), EpisodeLogIndex(run)});
    for (const char* key : {"/policy/fingerprint", "/engine", "/options/max_steps"}) {
      expect_same(sources.front(), sources.back(), key);
    }
  }
  return sources;
}

Catalogue catalogue_of(const std::vector<Source>& sources) {
  Catalogue catalogue;
  for (const Source& source : sources) {
    catalogue.scenarios.add(source, "scenarios");
    catalogue.arms.add(source, "arms");
    catalogue.tasks.add(source, "tasks");
  }
  return catalogue;
}

/// All episodes in the order of the joined run. Throws on one that two runs share.
std::vector<Place> order_episodes(const std::vector<Source>& sources, const Catalogue& catalogue) {
  std::vector<Place> places;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    const auto& episodes = sources[s].log.episodes();
    for (std::size_t i = 0; i < episodes.size(); ++i) {
      const EpisodeLog& e = episodes[i];
      places.push_back(
          {{catalogue.scenarios.find(e.scenario), catalogue.arms.find(e.arm), catalogue.tasks.find(e.task), e.seed},
           s,
           i});
    }
  }
  std::ranges::sort(places, {}, &Place::key);
  const auto twin = std::ranges::adjacent_find(places, {}, &Place::key);
  if (twin != places.end()) {
    const EpisodeLog& e = sources[twin->source].log.episodes()[twin->index];
    throw Error(sources[std::next(twin)->source].folder,
                fmt::format("expected episodes that {} has not, got arm {}, task {}, scenario {}, seed {} again",
                            sources[twin->source].folder, e.arm, e.task, e.scenario, e.seed));
  }
  return places;
}

std::vector<ArmInfo> arm_infos(const Json& arms, const std::string& policy) {
  std::vector<ArmInfo> infos;
  for (const Json& arm : arms) {
    infos.push_back({.name = arm.at("name"),
                     .policy = policy,
                     .gate = arm.at("gate").at("gate"),
                     .mode = arm.at("reuse").at("mode")});
  }
  return infos;
}

std::string manifest_json(const std::vector<Source>& sources, const Catalogue& catalogue) {
  const Json& first = sources.front().manifest;
  Json json{{"format", kRunFormat}, {"command", "merge"}, {"version", kVersion}, {"commit", build_commit()}};
  json["started_utc"] = utc_now();
  json["options"] = {{"max_steps", first.at("options").at("max_steps")}};
  for (const char* key : {"engine", "policy"}) json[key] = first.at(key);
  json["tasks"] = catalogue.tasks.json();
  json["scenarios"] = catalogue.scenarios.json();
  json["arms"] = catalogue.arms.json();
  json["matched"] = Json::array();
  json["sources"] = Json::array();
  for (const Source& source : sources) {
    for (const Json& matched : source.manifest.at("matched")) json["matched"].push_back(matched);
    json["sources"].push_back({{"folder", source.folder}, {"run", source.manifest}});
  }
  return json.dump(2) + "\n";
}

/// Copies the episodes in their new order and with their new numbers.
std::vector<ArmSummary> write_logs(std::vector<Source>& sources, const Catalogue& catalogue, const fs::path& out) {
  const bool has_steps = std::ranges::all_of(sources, [](const Source& source) { return source.log.has_steps(); });
  EpisodeLogWriter writer(out, has_steps ? StepsFile::kWritten : StepsFile::kLeftOut);
  const std::string policy = sources.front().manifest.at("policy").at("name");
  RunSummary summary(summary_rows(catalogue.scenarios.names(), arm_infos(catalogue.arms.json(), policy)));
  int number = 0, trial = 0;
  std::tuple<int, int, int> group{-1, -1, -1};
  for (const Place& place : order_episodes(sources, catalogue)) {
    throw_if_interrupted();
    const auto [scenario, arm, task, seed] = place.key;
    trial = group == std::tuple(scenario, arm, task) ? trial + 1 : 0;
    group = {scenario, arm, task};
    EpisodeLogIndex& log = sources[place.source].log;
    EpisodeLog episode = log.episodes()[place.index];
    std::vector<StepLog> steps;
    if (has_steps) steps = log.read_steps(place.index);
    episode.episode = number++;
    episode.trial = trial;
    for (StepLog& step : steps) step.episode = episode.episode;
    writer.add(episode, steps);
    summary.add(episode, steps);
  }
  writer.close();
  std::vector<ArmSummary> rows = summary.arms();
  std::erase_if(rows, [](const ArmSummary& row) { return row.episodes == 0; });  // arms that a scenario never met
  return rows;
}

}  // namespace

Evaluation merge_runs(const std::vector<std::string>& runs, const std::string& out) {
  std::vector<Source> sources = open_sources(runs);
  const Catalogue catalogue = catalogue_of(sources);
  RunDirectory directory(out);
  Evaluation evaluation{.folder = out, .arms = write_logs(sources, catalogue, directory.path()), .results = {}};
  write_file_atomically(directory.path() / kRunFile, manifest_json(sources, catalogue));
  evaluation.results = write_results(directory.path(), evaluation.arms);
  directory.commit();
  return evaluation;
}

}  // namespace awd::cli
