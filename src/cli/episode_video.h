// The MP4 of one episode, with the gate's decision and the importance drawn on every frame.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/episode_log.h"
#include "io/image.h"
#include "runtime/arm.h"
#include "sim/episode.h"

namespace awd::cli {

/// Keeps what one episode looked like, so that drawing and encoding happen after it and disturb no timing of its own.
class EpisodeTrace {
 public:
  /// Copies the pictures of a step, and the importance maps when they are new.
  void add(const sim::StepView& view);

  struct Step {
    std::vector<Image> cameras;
    std::shared_ptr<const ImportanceMaps> importance;  // of the anchor; null where the policy has none
  };
  const std::vector<Step>& steps() const { return steps_; }

 private:
  std::vector<Step> steps_;
};

/// A finished episode to draw; all non-owning. `trace` and `steps` have one entry per control step.
struct FilmedEpisode {
  const Arm& arm;
  const std::vector<std::string>& camera_names;
  const EpisodeTrace& trace;
  const EpisodeLog& episode;
  std::span<const StepLog> steps;
};

/// Draws and encodes the episode at 20 frames a second (real time), with the outcome held at the end.
/// Throws awd::Error when ffmpeg fails, Interrupted after Ctrl-C; then no file is left.
void write_episode_video(const std::filesystem::path& file, const FilmedEpisode& filmed);

}  // namespace awd::cli
