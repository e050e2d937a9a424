// Episodes in parallel, one reader, view, session and gate per thread.
#include "cli/drift/drift_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/parallel.h"
#include "cli/drift/episode_rows.h"
#include "cli/drift/pooled_frames.h"
#include "cli/interrupt.h"
#include "cli/offline_gate.h"
#include "cli/progress.h"

namespace awd::cli {
namespace {

constexpr int kFramesPerUpdate = 50;  // of the progress bar

/// Fixed anchors, both conventions, and no limit that could stop a score from being computed.
OfflineGateOptions gate_options(const DriftOptions& options) {
  OfflineGateOptions gate;
  gate.anchoring = Anchoring::kEveryN;
  gate.anchor_every = options.anchor_every;
  gate.query_every = options.query_every;
  gate.also_frame_to_frame = true;
  gate.gate = options.gate();
  gate.gate.state_threshold = gate.gate.drift_threshold = std::numeric_limits<double>::infinity();
  return gate;
}

/// The bar for all threads. Readers may know the number of frames only while they read: then it is an estimate.
class WalkProgress {
 public:
  explicit WalkProgress(const Recording& recording) {
    std::int64_t frames = 0;
    for (const RecordedEpisode& episode : recording.episodes()) frames += episode.frames;
    bar_.emplace(int(std::min<std::int64_t>(frames, std::numeric_limits<int>::max())));
  }
  void count_frame() {
    const int done = ++done_;
    if (done % kFramesPerUpdate != 0) return;
    const std::lock_guard lock(mutex_);
    bar_->show(done, "frames");
  }

 private:
  std::atomic<int> done_{0};
  std::mutex mutex_;
  std::optional<ProgressBar> bar_;
};

/// What one thread needs for all of its episodes.
struct Walker {
  explicit Walker(const DriftInput& input)
      : view(input.recording.info(), input.policy.view, input.input),
        importance(input.policy.source()),
        gate(gate_options(input.options), *importance) {}

  PolicyView view;
  std::unique_ptr<MapSource> importance;
  OfflineGate gate;
};

void walk_one(const DriftInput& input, int number, Walker& walker, const std::filesystem::path& pooled, DriftSink& sink,
              WalkProgress& progress) {
  const RecordedEpisode& about = input.recording.episodes()[std::size_t(number)];
  const auto reader = input.recording.open(std::size_t(number));
  PooledWriter writer(pooled_file(pooled, number), input.options.pool);
  EpisodeRows rows(number, input.recording.info().fps);
  walker.gate.begin(number, about.seed);
  RecordedFrame frame;
  while (reader->next(frame)) {
    throw_if_interrupted();
    const Observation observation = walker.view.observe(frame, about.prompt);
    const OfflineStep step = walker.gate.step(frame, observation);
    rows.add(frame, step);
    writer.add(observation, step.is_queried ? &step.importance : nullptr);
    progress.count_frame();
  }
  writer.close();
  sink.add(number, rows.finish(input.options.key_window));
}

}  // namespace

std::vector<std::string> viewed_cameras(const DriftInput& input) {
  const PolicyView view(input.recording.info(), input.policy.view, input.input);
  std::vector<std::string> names;
  for (const int camera : view.cameras()) names.push_back(input.recording.info().cameras[std::size_t(camera)]);
  return names;
}

std::filesystem::path pooled_file(const std::filesystem::path& folder, int episode) {
  return folder / fmt::format("{:06d}.pooled", episode);
}

void walk_recording(const DriftInput& input, const std::filesystem::path& pooled, DriftSink& sink) {
  WalkProgress progress(input.recording);
  std::vector<std::unique_ptr<Walker>> walkers(std::size_t(input.threads));
  parallel_jobs(int(input.recording.episodes().size()), input.threads, [&](int episode, int worker) {
    auto& walker = walkers[std::size_t(worker)];
    if (walker == nullptr) walker = std::make_unique<Walker>(input);
    walk_one(input, episode, *walker, pooled, sink, progress);
  });
}

int thread_count(int wanted, std::size_t episodes) {
  const int cores = int(std::max(1u, std::thread::hardware_concurrency()));
  return std::clamp(wanted > 0 ? wanted : cores, 1, std::max(1, int(episodes)));
}

}  // namespace awd::cli
