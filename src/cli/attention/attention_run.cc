// One job per episode; a thread keeps its session and view from job to job.
#include "cli/attention/attention_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "awd/error.h"
#include "base/parallel.h"
#include "cli/attention/attention_walk.h"
#include "cli/build_info.h"
#include "cli/default_policy.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/run_manifest.h"
#include "engine/attention_capture.h"
#include "io/run_directory.h"
#include "io/video.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kPool = 8;              // pixels per cell of the gate's grid, the study's
constexpr int kFramesPerUpdate = 10;  // of the progress bar

/// Everything that all threads share.
struct Job {
  const AttentionOptions& options;
  const InputOptions& input;
  const Recording& recording;
  std::shared_ptr<const Engine> engine;
  ImportanceSource importance;
  AttentionAbout about;
  fs::path figures;  // folder
};

/// What one thread keeps from episode to episode.
struct Thread {
  explicit Thread(const Job& job)
      : view(job.recording.info(), job.engine->info(), job.input),
        source(job.engine, job.importance, job.about.selection),
        eyes{job.recording, view, source, {}} {
    for (const int camera : view.cameras()) {
      eyes.cameras.push_back(job.recording.info().cameras[std::size_t(camera)]);
    }
  }
  PolicyView view;
  PolicyAttention source;
  AttentionEyes eyes;
};

/// The bar for all threads. Readers may know the number of frames only while they read: then it is an estimate.
class WalkProgress {
 public:
  explicit WalkProgress(const Recording& recording) : bar_(count_frames(recording)) {}

  void count_frame() {
    const int done = ++done_;
    if (done % kFramesPerUpdate != 0) return;
    const std::lock_guard lock(mutex_);
    bar_.show(done, "frames");
  }

 private:
  static int count_frames(const Recording& recording) {
    int frames = 0;
    for (const RecordedEpisode& episode : recording.episodes()) frames += episode.frames;
    return frames;
  }
  std::atomic<int> done_{0};
  std::mutex mutex_;
  ProgressBar bar_;
};

/// The layers, flow steps and heads that the options ask for. Throws awd::Error where the importance is none of them.
AttentionSelection select(const AttentionOptions& options, ImportanceSource importance, const AttentionShape& shape) {
  const bool is_chosen = !options.layers.empty() || options.steps != "last" || options.heads != "all";
  if (importance != ImportanceSource::kAttention && (is_chosen || options.grid >= 0)) {
    throw Error("options layers, steps, heads, grid",
                fmt::format("expected them only with --importance attention, got {}", word_of(importance)));
  }
  AttentionWords words{options.layers, options.steps, options.heads};
  if (options.layers.empty()) {
    const LayerRange layers = importance_layers(EngineOptions{}, shape.layers);
    words.layers = fmt::format("{}-{}", layers.first, layers.last);
  }
  return parse_attention_selection(words, shape);
}

int thread_count(int wanted, std::size_t episodes) {
  const int cores = int(std::max(1u, std::thread::hardware_concurrency()));
  return std::clamp(wanted > 0 ? wanted : cores, 1, std::max(1, int(episodes)));
}

AttentionWalkOptions walk_options(const Job& job, std::size_t episode) {
  const bool has_figures = episode < std::size_t(job.options.figures);
  return {.stride = job.options.stride,
          .grid_side = job.engine->info().image_size / kPool,
          .dilation = job.options.dilation,
          .seed = job.options.seed,
          .wants_scenes = has_figures,
          .grid_step = has_figures ? job.options.grid : -1};
}

void write_video(const Job& job, Thread& thread, std::size_t episode, const AttentionTitle& title, double full) {
  const fs::path file = job.figures / fmt::format("episode_{:04d}.mp4", episode);
  std::unique_ptr<VideoWriter> writer;
  walk_scenes(thread.eyes, episode, walk_options(job, episode), [&](const AttentionScene& scene) {
    throw_if_interrupted();
    const Image image = draw_attention_frame(title, scene, full);
    if (writer == nullptr) {
      const int fps = std::max(1, int(std::lround(job.recording.info().fps)));
      writer = std::make_unique<VideoWriter>(
          file, VideoWriter::Options{.width = image.width, .height = image.height, .fps = fps});
    }
    writer->add(image.view());
  });
  if (writer != nullptr) writer->finish();
}

void write_figures(const Job& job, Thread& thread, std::size_t episode, const EpisodeAttention& result) {
  if (result.scenes.empty()) return;
  const RecordedEpisode& about = job.recording.episodes()[episode];
  const std::string what = about.prompt.empty() ? about.task : about.prompt;
  const AttentionTitle title{what.empty() ? about.name : fmt::format("{}: {}", about.name, what),
                             fmt::format("{}, {}", job.about.policy, job.about.selected())};
  write_attention_strip(job.figures / fmt::format("episode_{:04d}.png", episode), title, result.scenes);
  if (result.grid) {
    const std::string name = fmt::format("episode_{:04d}_step_{:04d}_grid.png", episode, job.options.grid);
    write_attention_grid(job.figures / name, *result.grid);
  }
  if (job.options.video) write_video(job, thread, episode, title, heat_full(result.scenes));
}

/// The rows of every episode; figures are written on the way.
std::vector<std::vector<AttentionRow>> walk_episodes(const Job& job, int thread_total) {
  const std::size_t episodes = job.recording.episodes().size();
  std::vector<std::vector<AttentionRow>> rows(episodes);
  std::vector<std::unique_ptr<Thread>> threads{std::size_t(thread_total)};
  WalkProgress progress(job.recording);
  parallel_jobs(int(episodes), thread_total, [&](int episode, int worker) {
    auto& thread = threads[std::size_t(worker)];
    if (thread == nullptr) thread = std::make_unique<Thread>(job);
    const auto index = std::size_t(episode);
    EpisodeAttention result = walk_attention(thread->eyes, index, walk_options(job, index), [&progress] {
      throw_if_interrupted();
      progress.count_frame();
    });
    write_figures(job, *thread, index, result);
    rows[index] = std::move(result.rows);
  });
  return rows;
}

AttentionAbout describe(const InputOptions& input, const AttentionOptions& options, const EngineOptions& engine,
                        const Recording& recording, const EngineInfo& policy) {
  const AttentionShape shape{policy.depth, policy.flow_steps, policy.heads};
  AttentionAbout about{.input = input.input,
                       .format = recording.info().format,
                       .policy = policy.name,
                       .importance = std::string(word_of(engine.importance)),
                       .shape = shape,
                       .selection = select(options, engine.importance, shape),
                       .stride = options.stride,
                       .commit = build_commit(),
                       .options = list_options(input)};
  std::ranges::copy(list_options(options), std::back_inserter(about.options));
  std::ranges::copy(list_options(engine), std::back_inserter(about.options));
  return about;
}

}  // namespace

AttentionResult run_attention(const InputOptions& input, const AttentionOptions& options,
                              const EngineOptions& engine_options) {
  if (options.dilation % 2 == 0) {
    throw Error("option dilation", fmt::format("expected an odd number, got {}", options.dilation));
  }
  if (options.video && options.figures > 0 && !is_ffmpeg_available()) {
    throw Error("option video", "expected an ffmpeg program on the PATH, got none");
  }
  const auto recording = open_input(input, WithLabels::kYes);
  const int threads = thread_count(options.walk.threads, recording->episodes().size());
  EngineOptions session = engine_options;
  session.threads = std::max(1, int(std::thread::hardware_concurrency()) / threads);
  const auto engine = Engine::load(policy_or_default(options.policy), session);
  AttentionResult result{
      .folder = options.output.out.empty() ? default_out("attention", utc_now()) : options.output.out,
      .summary = {},
      .about = describe(input, options, engine_options, *recording, engine->info())};

  RunDirectory folder(result.folder);
  const Job job{.options = options,
                .input = input,
                .recording = *recording,
                .engine = engine,
                .importance = engine_options.importance,
                .about = result.about,
                .figures = folder.path() / "figures"};
  const std::vector<std::string> cameras = Thread(job).eyes.cameras;  // also refuses what does not fit, before any work
  if (options.figures > 0) fs::create_directories(job.figures);
  std::vector<AttentionRow> rows;
  for (auto& episode : walk_episodes(job, threads)) std::ranges::move(episode, std::back_inserter(rows));

  result.summary = summarise_attention(rows, cameras, {.resamples = options.walk.resamples});
  std::string lines;
  for (const AttentionRow& row : rows) {
    lines += attention_line(row, recording->episodes()[std::size_t(row.episode)].name, cameras);
  }
  write_file_atomically(folder.path() / kAttentionLinesFile, lines);
  write_file_atomically(folder.path() / kAttentionFile, attention_json(result.summary, result.about));
  folder.commit();
  return result;
}

}  // namespace awd::cli
