// Three frames by hand in both conventions, what becomes an anchor, and when the policy is asked for importance.
#include "cli/offline_gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "awd/error.h"

namespace awd::cli {
namespace {

constexpr int kSide = 224, kWindow = 8;

/// A black picture with white windows of the pooled grid.
std::vector<std::uint8_t> picture(const std::vector<std::pair<int, int>>& white_cells) {
  std::vector<std::uint8_t> pixels(std::size_t(3) * kSide * kSide, 0);
  for (const auto& [row, col] : white_cells) {
    for (int y = 0; y < kWindow; ++y) {
      const auto first = pixels.begin() + 3 * ((row * kWindow + y) * kSide + col * kWindow);
      std::fill(first, first + 3 * kWindow, std::uint8_t(255));
    }
  }
  return pixels;
}

/// All importance on the upper left patch: cells 0 .. 2 of both sides weigh 1, the lower right ones 0.
class CornerImportance final : public MapSource {
 public:
  const ImportanceMaps& query(const Observation& observation) override {
    ++queries;
    maps_.n_cameras = int(observation.cameras.size());
    for (auto& map : maps_.map) {
      map.fill(0);
      map[0] = 1;
    }
    return maps_;
  }
  int queries = 0;

 private:
  ImportanceMaps maps_{};
};

struct TestFrame {
  std::vector<std::uint8_t> pixels;
  std::array<float, 3> state{};
  std::array<float, 2> action{0, -1};
};

/// Frames of one camera, and what a policy sees of them.
class Frames final : public EpisodeReader {
 public:
  explicit Frames(std::vector<TestFrame> frames) : frames_(std::move(frames)) {}
  bool next(RecordedFrame& frame) override {
    if (next_ == int(frames_.size())) return false;
    const TestFrame& now = frames_[std::size_t(next_)];
    view_ = {now.pixels.data(), kSide, kSide};
    frame = {};
    frame.step = next_++;
    frame.cameras = {&view_, 1};
    frame.state = now.state;
    frame.action = now.action;
    return true;
  }
  static Observation observe(const RecordedFrame& frame) {
    return {.cameras = frame.cameras, .state = frame.state, .joints = {}, .prompt = {}};
  }

 private:
  std::vector<TestFrame> frames_;
  ImageView view_;
  int next_ = 0;
};

OfflineGateOptions options(Anchoring anchoring) {
  OfflineGateOptions o;
  o.anchoring = anchoring;
  o.also_frame_to_frame = true;
  o.gate.state_threshold = o.gate.drift_threshold = std::numeric_limits<double>::infinity();
  return o;
}

std::vector<TestFrame> three_frames() {
  // A window in the important corner appears, then one where nobody looks; the arm goes 0.3 and comes back 0.1.
  return {{picture({}), {0, 0, 0}},
          {picture({{1, 1}}), {0.3f, 0.1f, 0}},
          {picture({{1, 1}, {20, 20}}), {0.2f, 0.1f, 0}, {0, 1}}};
}

TEST(OfflineGate, ThreeFramesByHand) {
  Frames reader(three_frames());
  CornerImportance importance;
  OfflineGate gate(options(Anchoring::kEveryN), importance);
  gate.begin(7, 0);
  RecordedFrame frame;

  ASSERT_TRUE(reader.next(frame));
  const OfflineStep first = gate.step(frame, Frames::observe(frame));
  EXPECT_EQ(first.log.decision.reason, Reason::kFirstStep);
  EXPECT_TRUE(first.is_queried);
  EXPECT_TRUE(std::isnan(first.frame_to_frame->state_drift));
  EXPECT_EQ(first.log.episode, 7);
  EXPECT_EQ(first.log.phase, "open");

  ASSERT_TRUE(reader.next(frame));
  const OfflineStep second = gate.step(frame, Frames::observe(frame));
  EXPECT_FALSE(second.is_queried);
  for (const Scores* scores : {&second.log.decision.scores, second.frame_to_frame}) {
    EXPECT_NEAR(scores->state_drift, 0.3, 1e-7);
    EXPECT_NEAR(scores->raw_drift, 1, 1e-6);       // one cell by the whole range
    EXPECT_NEAR(scores->weighted_drift, 1, 1e-6);  // where the weight is 1
  }

  ASSERT_TRUE(reader.next(frame));
  const OfflineStep third = gate.step(frame, Frames::observe(frame));
  EXPECT_EQ(third.log.decision.age, 2);
  EXPECT_EQ(third.log.phase, "closed");
  EXPECT_NEAR(third.log.decision.scores.state_drift, 0.2, 1e-7);
  EXPECT_NEAR(third.log.decision.scores.raw_drift, 2, 1e-6);
  EXPECT_NEAR(third.log.decision.scores.weighted_drift, 1, 1e-6);
  EXPECT_NEAR(third.frame_to_frame->state_drift, 0.1, 1e-7);
  EXPECT_NEAR(third.frame_to_frame->raw_drift, 1, 1e-6);
  EXPECT_NEAR(third.frame_to_frame->weighted_drift, 0, 1e-6);  // the new window is where nobody looks
  EXPECT_GT(third.anchor_weight[0], 9.0 / 784);                // at least 3 x 3 cells of 1
  EXPECT_LT(third.anchor_weight[0], 36.0 / 784);
}

std::vector<Reason> reasons(const OfflineGateOptions& o, std::vector<TestFrame> frames, int& queries) {
  Frames reader(std::move(frames));
  CornerImportance importance;
  OfflineGate gate(o, importance);
  RecordedEpisode about;
  about.task = "t";
  about.success = true;
  const OfflineEpisode walked = walk_episode(reader, gate, {.about = about, .arm = "a", .observe = Frames::observe});
  EXPECT_EQ(walked.episode.arm, "a");
  EXPECT_EQ(walked.episode.task, "t");
  EXPECT_TRUE(walked.episode.success);
  EXPECT_EQ(walked.episode.steps, int(walked.steps.size()));
  std::vector<Reason> list;
  int full_queries = 0;
  for (const StepLog& step : walked.steps) {
    list.push_back(step.decision.reason);
    full_queries += step.decision.verdict == Verdict::kRecompute ? 1 : 0;
  }
  EXPECT_EQ(walked.episode.full_queries, full_queries);
  queries = importance.queries;
  return list;
}

TEST(OfflineGate, AnchorsWhereAsked) {
  constexpr Reason kFirst = Reason::kFirstStep, kReuse = Reason::kReuse;
  int queries = 0;
  EXPECT_EQ(reasons(options(Anchoring::kEveryFrame), three_frames(), queries),
            (std::vector{kFirst, Reason::kAlways, Reason::kAlways}));
  EXPECT_EQ(queries, 1);  // ten frames apart by default

  OfflineGateOptions every_two = options(Anchoring::kEveryN);
  every_two.anchor_every = 2;
  every_two.query_every = 2;
  EXPECT_EQ(reasons(every_two, three_frames(), queries), (std::vector{kFirst, kReuse, Reason::kPeriod}));
  EXPECT_EQ(queries, 2);

  OfflineGateOptions guarded = options(Anchoring::kGate);
  guarded.gate.state_threshold = 0.25;  // 0.3 exceeds it; then 0.1 from the new anchor does not
  EXPECT_EQ(reasons(guarded, three_frames(), queries), (std::vector{kFirst, Reason::kStateGuard, kReuse}));

  OfflineGateOptions watching = options(Anchoring::kGate);
  watching.gate.drift_threshold = 0.5;
  EXPECT_EQ(reasons(watching, three_frames(), queries), (std::vector{kFirst, Reason::kVisionDrift, kReuse}));

  OfflineGateOptions capped = options(Anchoring::kGate);
  capped.horizon = 2;
  EXPECT_EQ(reasons(capped, three_frames(), queries), (std::vector{kFirst, kReuse, Reason::kHorizon}));
}

TEST(OfflineGate, EpisodesDoNotSeeEachOther) {
  CornerImportance importance;
  OfflineGate gate(options(Anchoring::kEveryN), importance);
  for (int episode = 0; episode < 2; ++episode) {
    Frames reader(three_frames());
    gate.begin(episode, 0);
    RecordedFrame frame;
    ASSERT_TRUE(reader.next(frame));
    EXPECT_EQ(gate.step(frame, Frames::observe(frame)).log.decision.reason, Reason::kFirstStep);
  }
  EXPECT_EQ(importance.queries, 2);
}

TEST(OfflineGate, ExplainGivesEveryScore) {
  OfflineGateOptions o = options(Anchoring::kEveryN);
  o.gate.explain = true;
  Frames reader(three_frames());
  CornerImportance importance;
  OfflineGate gate(o, importance);
  gate.begin(0, 0);
  RecordedFrame frame;
  ASSERT_TRUE(reader.next(frame));
  (void)gate.step(frame, Frames::observe(frame));
  ASSERT_TRUE(reader.next(frame));
  const Scores scores = gate.step(frame, Frames::observe(frame)).log.decision.scores;
  EXPECT_FALSE(std::isnan(scores.cosine));
  EXPECT_NEAR(scores.local_outlier, 1, 1e-6);
}

TEST(OfflineGate, OptionsOutOfRange) {
  CornerImportance importance;
  OfflineGateOptions o;
  o.query_every = 0;
  EXPECT_THROW(OfflineGate(o, importance), Error);
}

}  // namespace
}  // namespace awd::cli
