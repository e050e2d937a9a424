// A gate on frames that are made up here, three of which are checked by hand: nothing changes, the state jumps, the
// picture turns white.
#include "cli/triggers/offline_triggers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "awd/error.h"

namespace awd::cli {
namespace {

constexpr int kSize = 16, kFrames = 6;

/// Frames 0 .. 5: the state jumps by 0.3 at frame 2, the picture turns white at frame 4.
class MadeUpReader final : public EpisodeReader {
 public:
  bool next(RecordedFrame& frame) override {
    if (step_ == kFrames) return false;
    picture_.assign(std::size_t{kSize} * kSize * 3, step_ >= 4 ? std::uint8_t{255} : std::uint8_t{0});
    camera_ = {picture_.data(), kSize, kSize};
    state_ = {0, step_ >= 2 ? 0.3f : 0.0f};
    frame = {};
    frame.step = step_;
    frame.cameras = {&camera_, 1};
    frame.state = state_;
    frame.phase = step_ < 3 ? "reach" : "lift";
    ++step_;
    return true;
  }

 private:
  int step_ = 0;
  std::vector<std::uint8_t> picture_;
  ImageView camera_{};
  std::array<float, 2> state_{};
};

class MadeUpRecording final : public Recording {
 public:
  const RecordingInfo& info() const override { return info_; }
  const std::vector<RecordedEpisode>& episodes() const override { return episodes_; }
  std::unique_ptr<EpisodeReader> open(std::size_t) const override { return std::make_unique<MadeUpReader>(); }

 private:
  RecordingInfo info_{.path = "made up", .format = "test", .cameras = {"front"}, .state_dim = 2};
  std::vector<RecordedEpisode> episodes_ = [] {
    std::vector<RecordedEpisode> episodes(3);
    for (RecordedEpisode& episode : episodes) {
      episode.task = "cup";
      episode.frames = kFrames;
    }
    episodes[2].task = "box";
    return episodes;
  }();
};

std::vector<TriggerSummary> walk(const TriggersOptions& options, OfflineSetup* setup = nullptr) {
  TriggerTally tally({});
  const MadeUpRecording recording;
  EngineOptions engine;
  engine.importance = ImportanceSource::kUniform;
  const OfflineSetup made = add_offline_triggers(recording, {.input = "made up"}, options, engine, tally);
  if (setup != nullptr) *setup = made;
  return tally.summaries();
}

TEST(OfflineTriggers, ThreeFramesByHand) {
  TriggersOptions options;
  options.walk.threads = 2;
  OfflineSetup setup;
  const auto arms = walk(options, &setup);
  ASSERT_EQ(arms.size(), 1u);
  EXPECT_EQ(setup.gate, "awd-restart");
  EXPECT_EQ(setup.importance, "uniform");
  const TriggerSummary& arm = arms[0];
  EXPECT_EQ(arm.arm, "awd-restart");
  EXPECT_EQ(arm.episodes, 3);
  const std::vector<Reason> expected{Reason::kFirstStep, Reason::kReuse,       Reason::kStateGuard,
                                     Reason::kReuse,     Reason::kVisionDrift, Reason::kReuse};
  for (const EpisodeTrace& trace : arm.traces) EXPECT_EQ(trace.reasons, expected);
  EXPECT_EQ(arm.traces[2].task, "box") << "in the recording's order, whatever thread was first";
  EXPECT_FALSE(arm.traces[0].failed);
  EXPECT_FALSE(arm.events_known);
}

TEST(OfflineTriggers, HorizonOfTheArm) {
  TriggersOptions options;
  options.gate = "fixed:3";
  const auto arms = walk(options);
  EXPECT_EQ(arms.at(0).arm, "fixed:3");
  EXPECT_EQ(arms.at(0).traces.at(0).reasons.at(3), Reason::kHorizon);
  EXPECT_EQ(arms.at(0).all.of(ReasonGroup::kRuntime), 6);
}

TEST(OfflineTriggers, BadGates) {
  for (const char* gate : {"banana", "random:matched", "x{gate=awd,mode=restart,pool=5}"}) {
    TriggersOptions options;
    options.gate = gate;
    EXPECT_THROW(walk(options), Error) << gate;
  }
}

}  // namespace
}  // namespace awd::cli
