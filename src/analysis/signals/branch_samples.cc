// Branch episodes as JSON lines.
#include "analysis/signals/branch_samples.h"

#include <nlohmann/json.hpp>

#include "awd/error.h"

namespace awd {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const BranchOutcome& outcome) { return {{"success", outcome.success}, {"steps", outcome.steps}}; }

BranchOutcome outcome_from(const Json& json) { return {json.at("success"), json.at("steps")}; }

Json to_json(const BranchSample& sample) {
  Json continued = Json::array();
  for (const ContinuedBranch& branch : sample.continued) {
    continued.push_back({{"more_steps", branch.more_steps}, {"outcome", to_json(branch.outcome)}});
  }
  return {{"step", sample.step},
          {"age", sample.age},
          {"scores", sample.scores},
          {"replanned", to_json(sample.replanned)},
          {"continued", std::move(continued)}};
}

BranchSample sample_from(const Json& json) {
  BranchSample sample{.step = json.at("step"),
                      .age = json.at("age"),
                      .scores = json.at("scores"),
                      .replanned = outcome_from(json.at("replanned")),
                      .continued = {}};
  for (const Json& branch : json.at("continued")) {
    sample.continued.push_back({branch.at("more_steps"), outcome_from(branch.at("outcome"))});
  }
  return sample;
}

}  // namespace

std::string branch_line(const BranchEpisode& episode) {
  Json samples = Json::array();
  for (const BranchSample& sample : episode.samples) samples.push_back(to_json(sample));
  return Json{{"job", episode.job},   {"scenario", episode.scenario},      {"task", episode.task},
              {"seed", episode.seed}, {"driver", to_json(episode.driver)}, {"samples", std::move(samples)}}
             .dump() +
         "\n";
}

BranchEpisode parse_branch_line(std::string_view line, const std::string& where) {
  try {
    const Json json = Json::parse(line);
    BranchEpisode episode{.job = json.at("job"),
                          .scenario = json.at("scenario"),
                          .task = json.at("task"),
                          .seed = json.at("seed"),
                          .driver = outcome_from(json.at("driver")),
                          .samples = {}};
    for (const Json& sample : json.at("samples")) episode.samples.push_back(sample_from(sample));
    return episode;
  } catch (const nlohmann::json::exception& problem) {
    throw Error(where, std::string("expected the samples of an episode, got another line: ") + problem.what());
  }
}

}  // namespace awd
