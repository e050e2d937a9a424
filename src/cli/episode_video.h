// The MP4 of one episode, with the gate's decision and the importance drawn on every frame.
#pragma once

#include <filesystem>
#include <memory>
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

/// Draws and encodes the episode at 20 frames a second (real time), with the outcome held at the end.
/// Throws awd::Error when ffmpeg fails.
void write_episode_video(const std::filesystem::path& file, const Arm& arm, const std::vector<std::string>& cameras,
                         const EpisodeTrace& trace, const EpisodeLog& episode, const std::vector<StepLog>& steps);

}  // namespace awd::cli
