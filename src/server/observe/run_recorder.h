// Writes what a server serves as episode logs and videos, on a thread of its own that no request waits for.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "io/episode_log.h"
#include "io/image.h"
#include "server/session/policy_session.h"

namespace awd::server {

struct RecorderOptions {
  std::filesystem::path logs{};    // existing folder for episodes.jsonl and steps.jsonl
  std::filesystem::path videos{};  // existing folder; empty: no videos
  std::string arm{};
  std::string scenario{};
  std::uint64_t max_bytes = 0;     // of both folders; then nothing more is written
  std::size_t max_frames = 64;     // pictures that wait for the writer; more are dropped
  std::size_t max_items = 10'000;  // steps that wait; more are dropped, too: a disk that hangs must not fill memory
  /// Fills the counts of an episode from its steps.
  std::function<void(std::span<const StepLog>, EpisodeLog&)> tally{};
  /// Name of the video of an episode; the first one's is what `awd report` looks for.
  std::function<std::string(int episode)> video_name{};
  /// Told what ended the videos (ffmpeg), and what ended the recording (disk full, limit).
  std::function<void(const std::string& what)> on_trouble{};
};

/// Thread-safe. An episode is written when it ends: with the next one's first step, its connection, or close().
class RunRecorder final : public StepObserver {
 public:
  /// Longer episodes are cut, so that memory is bounded.
  static constexpr int kMaxSteps = 20'000;
  /// Most sessions that are filmed at once, each by an ffmpeg of its own.
  static constexpr int kMaxFilmed = 4;

  /// Throws awd::Error if the logs cannot be created.
  explicit RunRecorder(RecorderOptions options);
  ~RunRecorder() override;

  void on_step(const ServedStep& step) override;
  void on_end(std::uint64_t session) override;
  /// Writes everything that was handed over, then ends. To be called once, before the destructor.
  void close();

  std::uint64_t frames() const { return frames_; }
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Item;
  struct Episode;
  void push(Item item);
  void write_all();
  template <class F>
  void guard(F&& work);
  void write(Item& item);
  void begin(const Item& item);
  void film(Episode& episode, const Item& item);
  void finish(std::uint64_t session);
  bool is_over_limit();

  RecorderOptions options_;
  EpisodeLogWriter log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  std::size_t waiting_frames_ = 0;
  bool is_closing_ = false;
  std::atomic<bool> films_;
  std::atomic<std::uint64_t> frames_{0}, dropped_{0};

  // Of the writer's thread.
  std::map<std::uint64_t, std::unique_ptr<Episode>> episodes_;  // by session
  std::map<std::string, int> trials_;                           // by task
  int n_episodes_ = 0;
  int n_items_ = 0;
  bool has_ended_ = false;

  std::thread thread_;
};

}  // namespace awd::server
