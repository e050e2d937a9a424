// A gate on recorded frames, "open loop": at every frame it decides as if its decisions so far had been executed, but
// the frames are those of the recording, whatever it decides. What comes out are the logs of a run directory, so that
// runs and recordings are analysed by the same code.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/drift/key_actions.h"
#include "awd/gate.h"
#include "awd/options.h"
#include "awd/types.h"
#include "cli/importance_source.h"
#include "io/episode_log.h"
#include "io/recording.h"

namespace awd::cli {

enum class Anchoring {
  kEveryFrame,  // every frame is compared with the one before: the study's offline analysis
  kEveryN,      // an anchor every `anchor_every` frames, whatever the gate says: fixed:N
  kGate,        // an anchor where the gate asks for one, at the latest after `horizon` frames: what a robot would do
};

}  // namespace awd::cli

namespace awd {
template <>
inline constexpr std::string_view kEnumWords<cli::Anchoring>[] = {"every_frame", "every_n", "gate"};
}  // namespace awd

namespace awd::cli {

struct OfflineGateOptions {
  Anchoring anchoring = Anchoring::kGate;
  int anchor_every = 10;  // frames, kEveryN
  int horizon = 0;        // frames after which kGate anchors whatever the gate says; 0: no such limit
  int query_every = 10;   // frames between two queries for importance, at least; what lies between keeps the last maps
  bool also_frame_to_frame = false;  // OfflineStep::frame_to_frame is filled as well
  GateOptions gate{};                // `explain` gives every score of every frame but the first
};

/// One frame of the walk; valid until the next one.
struct OfflineStep {
  const StepLog& log;                // phase: the recording's, else the gripper's; decision against the anchor
  const Scores* frame_to_frame;      // state, raw and weighted drift against the frame before; or nullptr
  const ImportanceMaps& importance;  // held at this frame
  bool is_queried = false;           // the maps are of this very frame
  /// Mean over the pooled grid of the dilated importance that each comparison was weighted with; NaN: not computed.
  CameraScores anchor_weight = Scores::kNoCameras;
  CameraScores frame_to_frame_weight = Scores::kNoCameras;
  Grip grip = Grip::kUnknown;
};

/// Walks episodes frame by frame. The first frame, and every frame with Verdict::kRecompute, becomes the anchor of
/// those behind it. Rules of the runtime are kept: kFirstStep, kHorizon. What the gate reads of the plan (gripper
/// switch ahead) is not in a recording. Not thread-safe: one per thread.
class OfflineGate {
 public:
  /// `importance` must outlive the gate. Throws awd::Error on options out of range.
  OfflineGate(const OfflineGateOptions& options, MapSource& importance);

  /// Starts an episode; `seed` decides the draws of gate `random`. `number` is StepLog::episode.
  void begin(int number, std::uint64_t seed);
  /// The next frame; `observation` is what a policy sees of `frame` (PolicyView). Throws awd::Error where the frame
  /// does not fit the anchor, and what MapSource::query() throws.
  OfflineStep step(const RecordedFrame& frame, const Observation& observation);

 private:
  Frame gate_frame(const Observation& observation) const;
  Decision decide_step(const Frame& frame);
  std::optional<Reason> due() const;
  bool query_if_due(int step, const Observation& observation);
  void compare_with_last(Frame frame);

  OfflineGateOptions options_;
  GateOptions last_gate_;  // of the comparison with the frame before
  MapSource& source_;
  ImportanceMaps importance_{};
  int queried_step_ = 0;  // of importance_

  Anchor anchor_;
  GateState state_;
  int age_ = 0;  // of the frame that comes next
  int action_dim_ = 0;
  std::vector<float> executed_;  // [age, action_dim] recorded actions since the anchor; empty: none recorded

  Anchor last_anchor_;  // the frame before
  GateState last_state_;
  Scores frame_to_frame_{};

  GripWatch grip_;
  StepLog log_;
};

/// One episode as a run directory has it.
struct OfflineEpisode {
  EpisodeLog episode;          // success: false where not known; timings are 0
  std::vector<StepLog> steps;  // one per frame
};

/// What a walk is given beside the frames.
struct OfflineWalk {
  const RecordedEpisode& about;
  int number = 0;   // EpisodeLog::episode
  std::string arm;  // EpisodeLog::arm, "" takes the recording's
  /// What a policy sees of a frame: PolicyView::observe().
  std::function<Observation(const RecordedFrame&)> observe;
  std::function<void(const RecordedFrame&, const OfflineStep&)> on_step{};  // may be empty; may throw to end the walk
};

/// Walks all frames of `reader` and adds them up. Throws what reading and the gate throw.
OfflineEpisode walk_episode(EpisodeReader& reader, OfflineGate& gate, const OfflineWalk& walk);

}  // namespace awd::cli
