// The rows of one episode, as its frames come.
#pragma once

#include <vector>

#include "analysis/drift/drift_row.h"
#include "cli/offline_gate.h"

namespace awd::cli {

/// One object per episode. Not thread-safe.
class EpisodeRows {
 public:
  EpisodeRows(int episode, double fps) : episode_(episode), fps_(fps) {}

  /// Takes the drifts of one frame; `step` has been walked with also_frame_to_frame.
  void add(const RecordedFrame& frame, const OfflineStep& step);
  /// All rows, with key actions marked: at most `key_window` frames from a switch of the gripper.
  std::vector<DriftRow> finish(int key_window);

 private:
  int episode_;
  double fps_;  // frames per second
  std::vector<DriftRow> rows_;
  std::vector<Grip> grips_;
  std::vector<float> last_joints_;   // of the frame before
  float last_commanded_ = kNoDrift;  // motion that the frame before asked for
};

}  // namespace awd::cli
