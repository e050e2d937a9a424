// run.json is there from the start, results.json at the end; in between a crash leaves logs that can be repaired.
#include "cli/serve_recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/episode_tally.h"
#include "analysis/summary.h"
#include "awd/error.h"
#include "cli/build_info.h"
#include "cli/default_policy.h"
#include "cli/evaluation.h"
#include "cli/machine_json.h"
#include "cli/options_cli.h"
#include "cli/run_manifest.h"
#include "cli/video_plan.h"
#include "io/run_directory.h"
#include "io/video.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kScenario = "served";
constexpr std::uint64_t kMegabyte = 1'000'000;

std::string manifest_json(const ServedPolicy& served) {
  Json options = options_json(served.options);
  options.erase("api_key");
  const Json json{
      {"format", kRunFormat},
      {"command", "serve"},
      {"version", kVersion},
      {"commit", build_commit()},
      {"started_utc", utc_now()},
      {"machine", machine_json()},
      {"processes", 1},
      {"seed", served.options.seed},
      {"options", options},
      {"engine", options_json(served.engine_options)},
      {"policy", policy_json(Json::object({{"folder", policy_or_default(served.options.policy)}}), served.info)},
      {"tasks", Json::array()},
      {"scenarios", {{{"name", kScenario}, {"resolved", kScenario}}}},
      {"arms", arms_json({&served.arm, 1})},
      {"matched", Json::array()}};
  return json.dump(2) + "\n";
}

/// run.json of a recording; null for anything else.
Json recording_manifest(const fs::path& folder) {
  std::ifstream stream(folder / kRunFile, std::ios::binary);
  Json json = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  return json.is_object() && json.value("command", "") == "serve" ? json : Json();
}

fs::path logs_of(const fs::path& folder) { return folder / kShardsFolder / "000"; }

void move_logs(const fs::path& folder) {
  const fs::path logs = logs_of(folder);
  if (fs::exists(logs / kEpisodesFile)) repair_episode_log(logs);
  for (const char* file : {kStepsFile, kEpisodesFile}) {
    if (fs::exists(logs / file)) fs::rename(logs / file, folder / file);
  }
}

/// What was being filmed when the server ended.
void remove_unfinished_videos(const fs::path& folder) {
  std::error_code ignored;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder / kVideosFolder, ignored)) files.push_back(entry.path());
  for (const fs::path& file : files) {
    if (file.filename().string().starts_with("session-")) fs::remove(file, ignored);
  }
}

/// From logs to a finished run directory; the caller holds the folder's lock.
void complete(const fs::path& folder, Json manifest) {
  move_logs(folder);
  remove_unfinished_videos(folder);
  const Json& arm = manifest.at("arms").at(0);
  const std::vector<ArmInfo> rows{{.name = arm.at("name"),
                                   .policy = manifest.at("policy").at("name"),
                                   .gate = arm.at("gate").at("gate"),
                                   .mode = arm.at("reuse").at("mode"),
                                   .scenario = kScenario}};
  RunSummary summary(rows);
  std::vector<std::string> tasks;
  int episodes = 0;
  read_episode_log(folder, [&](const EpisodeLog& episode, std::span<const StepLog> steps) {
    summary.add(episode, steps);
    ++episodes;
    if (std::ranges::find(tasks, episode.task) == tasks.end()) tasks.push_back(episode.task);
  });
  if (episodes == 0) {
    fs::remove_all(folder);
    return;
  }
  manifest["tasks"] = tasks;
  write_file_atomically(folder / kRunFile, manifest.dump(2) + "\n");
  write_results(folder, summary.arms());
  fs::remove_all(folder / kShardsFolder);
}

void take_lock(FolderLock& lock, const fs::path& folder) {
  if (!lock.take(folder / kShardsFolder))
    throw Error(folder.string(), "expected no other server at work there, got one");
}

/// Makes room for a new recording.
void move_away(const fs::path& folder) {
  if (!fs::exists(folder) || fs::is_empty(folder)) return;
  if (recording_manifest(folder).is_null()) {
    throw Error(folder.string(), "expected a new or empty folder or an earlier recording, got other content");
  }
  finish_recording(folder);
  if (!fs::exists(folder)) return;
  int number = 1;
  while (fs::exists(fmt::format("{}.{}", folder.string(), number))) ++number;
  fs::rename(folder, fmt::format("{}.{}", folder.string(), number));
}

}  // namespace

ServeRecording::ServeRecording(const ServedPolicy& served, server::EventLog& log)
    : folder_(fs::path(served.options.record + "/").parent_path()) {
  move_away(folder_);
  fs::create_directories(logs_of(folder_));
  take_lock(lock_, folder_);
  write_file_atomically(folder_ / kRunFile, manifest_json(served));
  server::RecorderOptions recorder;
  recorder.logs = logs_of(folder_);
  recorder.arm = served.arm.name;
  recorder.scenario = kScenario;
  recorder.max_bytes = std::uint64_t(served.options.record_limit) * kMegabyte;
  recorder.tally = tally_steps;
  if (is_ffmpeg_available()) {
    recorder.videos = folder_ / kVideosFolder;
    fs::create_directories(recorder.videos);
  } else {
    log.write("warning", "no_videos", {{"why", "no ffmpeg on the PATH"}});
  }
  recorder.video_name = [first = VideoNames(false).next(kScenario, served.arm.name)](int episode) {
    return episode == 0 ? first : fmt::format("episode-{:05}.mp4", episode);
  };
  recorder.on_trouble = [&log](const std::string& what) { log.write("error", "record_failed", {{"what", what}}); };
  recorder_ = std::make_unique<server::RunRecorder>(std::move(recorder));
}

void ServeRecording::finish() {
  recorder_->close();
  complete(folder_, recording_manifest(folder_));
}

void finish_recording(const fs::path& folder) {
  const Json manifest = recording_manifest(folder);
  if (manifest.is_null() || !fs::exists(folder / kShardsFolder)) return;
  FolderLock lock;
  take_lock(lock, folder);
  complete(folder, manifest);
}

}  // namespace awd::cli
