// Walk, statistics, thresholds, figures, files.
#include "cli/drift/drift_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "analysis/figures/curve_figure.h"
#include "analysis/figures/distribution_figure.h"
#include "awd/error.h"
#include "cli/drift/closed_loop.h"
#include "cli/drift/drift_walk.h"
#include "cli/drift/logged_rates.h"
#include "cli/drift/open_loop.h"
#include "cli/made_by.h"
#include "cli/run_manifest.h"
#include "io/run_directory.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kUsualHorizon = 20;                        // steps, without a policy
constexpr double kStudyState = 0.23, kStudyDrift = 1.0;  // what the study recommended after its own analysis
constexpr const char* kStudy = "study";

/// What the walk left behind for the rest of the analysis.
struct Walked {
  std::vector<DriftRow> rows;  // the sample
  std::vector<std::vector<DriftRow>> first_episodes;
};

/// The limit of the age in open-loop rates. Throws awd::Error on one that the policy cannot keep.
int horizon_of(const DriftOptions& options, const DriftPolicy& policy) {
  const int longest = policy.engine != nullptr ? policy.view.horizon : kUsualHorizon;
  if (policy.engine != nullptr && options.horizon > longest) {
    throw Error("option horizon",
                fmt::format("expected at most the policy's {} steps, got {}", longest, options.horizon));
  }
  return options.horizon > 0 ? options.horizon : longest;
}

/// Runs the walk and fills what it says about itself.
Walked walk(const DriftInput& input, const fs::path& out, const fs::path& pooled, DriftReport& report) {
  report.cameras = viewed_cameras(input);
  DriftSink sink(out, report.cameras, input.options.figures);
  walk_recording(input, pooled, sink);
  sink.close();
  Walked walked{sink.sample().sorted(), sink.first_episodes()};
  report.frames = sink.sample().seen();
  report.sampled_frames = std::int64_t(walked.rows.size());
  report.queries = input.policy.engine != nullptr ? sink.queries() : 0;
  report.key_frames = std::ranges::count(walked.rows, true, &DriftRow::is_key);
  return walked;
}

double percentile(std::span<const DriftRow> rows, const DriftSignal& signal, double percent) {
  std::vector<double> values;
  for (const DriftRow& row : rows) {
    const double value = signal.of(row);
    if (!std::isnan(value)) values.push_back(value);
  }
  return quantile(std::move(values), percent / 100);
}

/// The pairs of this recording in both conventions, then the study's own. A recording of one frame has none of its own.
std::vector<ThresholdPair> recommend(std::span<const DriftRow> rows, const DriftOptions& options) {
  std::vector<ThresholdPair> pairs;
  for (const auto convention : {DriftConvention::kFrameToFrame, DriftConvention::kAnchor}) {
    const double state = percentile(rows, {convention, DriftKind::kState, -1}, options.state_percentile);
    const double drift = percentile(rows, {convention, DriftKind::kWeighted, -1}, options.drift_percentile);
    if (std::isnan(state) || std::isnan(drift)) continue;
    pairs.push_back({.source = std::string(word_of(convention)), .state = state, .drift = drift});
  }
  pairs.push_back({.source = kStudy, .state = kStudyState, .drift = kStudyDrift});
  return pairs;
}

/// Fills the open-loop rates of every pair, without and with the limit `horizon`, and those of the logged arms.
void fill_open_loop(const PooledEpisodes& episodes, const std::vector<RecordedEpisode>& names, int horizon,
                    DriftReport& report) {
  std::vector<OpenLoopGate> gates;
  for (const ThresholdPair& pair : report.thresholds) {
    gates.push_back({pair.state, pair.drift, 0});
    gates.push_back({pair.state, pair.drift, horizon});
  }
  const auto rates = walk_open_loop(episodes, gates);
  for (std::size_t i = 0; i < report.thresholds.size(); ++i) {
    report.thresholds[i].open_loop = {sum_of(rates[2 * i]), sum_of(rates[2 * i + 1])};
    for (LoggedRate& logged : report.logged) {
      std::vector<OpenLoopRate> own;
      for (std::size_t e = 0; e < names.size(); ++e) {
        if (names[e].arm == logged.arm) own.push_back(rates[2 * i + 1][e]);
      }
      logged.open_loop.push_back({report.thresholds[i].source, sum_of(own).reuse_rate()});
    }
  }
}

std::string episode_title(const RecordedEpisode& episode) {
  return episode.prompt.empty() ? episode.name : fmt::format("{}: {}", episode.name, episode.prompt);
}

void draw_figures(const DriftReport& report, const std::vector<RecordedEpisode>& names, double fps,
                  const Walked& walked, const fs::path& folder) {
  fs::create_directories(folder);
  for (std::size_t e = 0; e < walked.first_episodes.size(); ++e) {
    CurveFigure figure{.title = episode_title(names[e]), .fps = fps, .rows = walked.first_episodes[e]};
    for (const ThresholdPair& pair : report.thresholds) {
      if (pair.source == word_of(DriftConvention::kAnchor))
        figure.thresholds[0] = {"recommended", pair.state, pair.drift};
      if (pair.source == kStudy) figure.thresholds[1] = {pair.source, pair.state, pair.drift};
    }
    for (const char* kind : {".png", ".svg"}) {
      write_curve_figure(folder / fmt::format("episode_{:04d}{}", e, kind), figure);
    }
  }
  for (const char* kind : {".png", ".svg"}) {
    write_distribution_figure(folder / fmt::format("distributions{}", kind), walked.rows, report.signals);
  }
}

}  // namespace

DriftResult run_drift(const InputOptions& input_options, const DriftOptions& options, const EngineOptions& engine) {
  const auto recording = open_input(input_options);
  const DriftPolicy policy = choose_policy(options.policy, engine, recording->info(), input_options);
  const int horizon = horizon_of(options, policy);
  const std::vector<std::string> tasks = known_tasks(recording->episodes());
  if (options.closed_loop > 0) expect_closed_loop(options, policy.folder, tasks);
  const int threads = thread_count(options.walk.threads, recording->episodes().size());
  const std::string out = options.output.out.empty() ? default_out("drift", utc_now()) : options.output.out;
  RunDirectory folder(out);
  const fs::path pooled = folder.path() / "pooled";
  fs::create_directories(pooled);

  DriftReport report{.input = input_options.input,
                     .format = recording->info().format,
                     .importance = policy.importance,
                     .note = policy.note,
                     .episodes = std::int64_t(recording->episodes().size()),
                     .key_window = options.key_window,
                     .anchor_every = options.anchor_every,
                     .query_every = options.query_every,
                     .state_percentile = options.state_percentile,
                     .drift_percentile = options.drift_percentile,
                     .made_by = made_by(input_options, options, engine)};
  const DriftInput input{
      .recording = *recording, .input = input_options, .policy = policy, .options = options, .threads = threads};
  const Walked walked = walk(input, folder.path(), pooled, report);

  const BootstrapOptions bootstrap{.resamples = options.walk.resamples};
  report.signals = summarise_drift(walked.rows, {report.cameras, bootstrap, threads});
  report.claims = claims_of(walked.rows, report.cameras, bootstrap);
  report.thresholds = recommend(walked.rows, options);
  report.logged = logged_rates(input_options.input, recording->episodes());
  fill_open_loop(
      {.folder = pooled, .count = int(recording->episodes().size()), .gate = options.gate(), .threads = threads},
      recording->episodes(), horizon, report);
  fs::remove_all(pooled);
  draw_figures(report, recording->episodes(), recording->info().fps, walked, folder.path() / "figures");
  report.closed_loop = "not measured (--closed-loop N runs N episodes per task)";
  if (options.closed_loop > 0) {
    report.closed_loop = measure_closed_loop(options, engine, policy.folder, horizon, tasks,
                                             folder.path() / "closed_loop", report.thresholds);
  }
  write_file_atomically(folder.path() / kDriftFile, drift_json(report));
  folder.commit();
  return {.folder = out, .report = std::move(report)};
}

}  // namespace awd::cli
