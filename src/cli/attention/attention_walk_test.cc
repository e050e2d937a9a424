// Three frames of a made-up episode by hand: a white target of one patch that moves to the right, seen by a source that
// finds it in the picture, so that pictures, labels and cameras must belong together.
#include "cli/attention/attention_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace awd::cli {
namespace {

constexpr int kSide = 32;  // of the pictures: two pixels a patch
constexpr int kFrames = 13;
constexpr int kFirstPatch = 5 * kPatchGrid + 1;  // of the target at frame 0

/// Where the target is in the base camera.
int target_at(int step) { return kFirstPatch + step; }

/// Cameras "wrist", which shows the target in patch 0 always, and "base".
class MovingTarget final : public Recording {
 public:
  explicit MovingTarget(bool has_labels) : has_labels_(has_labels) {}
  const RecordingInfo& info() const override { return info_; }
  const std::vector<RecordedEpisode>& episodes() const override { return episodes_; }
  std::unique_ptr<EpisodeReader> open(std::size_t) const override { return std::make_unique<Reader>(has_labels_); }

 private:
  class Reader final : public EpisodeReader {
   public:
    explicit Reader(bool has_labels) : has_labels_(has_labels) {}
    bool next(RecordedFrame& frame) override {
      if (step_ == kFrames) return false;
      fill(0, 0);
      fill(1, target_at(step_));
      action_[6] = step_ < 4 || step_ >= 8 ? -1.f : 1.f;  // closed from 4 to 7
      frame = {.step = step_,
               .cameras = views_,
               .state = state_,
               .joints = {},
               .action = action_,
               .phase = step_ < 4 ? "reach" : "move",
               .event = {},
               .labels = has_labels_ ? std::span<const LabelView>(labels_) : std::span<const LabelView>{},
               .robot_masks = {}};
      ++step_;
      return true;
    }

   private:
    /// A white patch on grey, labelled as target.
    void fill(std::size_t camera, int patch) {
      pixels_[camera].assign(kSide * kSide * 3, 60);
      label_pixels_[camera].assign(kMapCells, SceneLabel::kBackground);
      label_pixels_[camera][std::size_t(patch)] = SceneLabel::kTarget;
      for (const int row : {0, 1}) {
        const int first = 3 * ((2 * (patch / kPatchGrid) + row) * kSide + 2 * (patch % kPatchGrid));
        std::fill_n(pixels_[camera].begin() + first, 6, std::uint8_t(255));
      }
      views_[camera] = {pixels_[camera].data(), kSide, kSide};
      labels_[camera] = {label_pixels_[camera].data(), kPatchGrid, kPatchGrid};
    }

    bool has_labels_;
    int step_ = 0;
    std::array<std::vector<std::uint8_t>, 2> pixels_;
    std::array<std::vector<SceneLabel>, 2> label_pixels_;
    std::array<ImageView, 2> views_;
    std::array<LabelView, 2> labels_;
    std::array<float, 8> state_{};
    std::array<float, 7> action_{};
  };

  bool has_labels_;
  RecordingInfo info_{
      .path = "made up", .format = "test", .cameras = {"wrist", "base"}, .state_dim = 8, .action_dim = 7, .fps = 10};
  std::vector<RecordedEpisode> episodes_{{.name = "demo_0",
                                          .task = "t",
                                          .prompt = "push it",
                                          .scenario = {},
                                          .arm = {},
                                          .seed = 1,
                                          .frames = kFrames,
                                          .success = {}}};
};

/// Half of the attention is on the white patch of the first camera, a quarter on the rest of it, a quarter evenly on
/// the second camera.
class WhiteSeeker final : public AttentionSource {
 public:
  AttentionMaps query(const Observation& observation, std::uint64_t seed) override {
    seeds.push_back(seed);
    AttentionMaps maps;
    maps.image_share = 0.3;
    maps.cameras.resize(2);
    maps.cameras[0].fill(0.25f / 255);
    maps.cameras[1].fill(0.25f / 256);
    for (int patch = 0; patch < kMapCells; ++patch) {
      const int pixel = 2 * (patch / kPatchGrid) * kSide + 2 * (patch % kPatchGrid);
      if (observation.cameras[0].data[3 * pixel] == 255) maps.cameras[0][std::size_t(patch)] = 0.5f;
    }
    return maps;
  }
  AttentionCapture capture(const Observation&, std::uint64_t) override { return {}; }

  std::vector<std::uint64_t> seeds;
};

EngineInfo policy() {
  EngineInfo info;
  info.name = "fake";
  info.cameras = {"base", "wrist"};
  info.image_size = kSide;
  info.state_dim = 8;
  return info;
}

class AttentionWalk : public testing::Test {
 protected:
  EpisodeAttention walk(const AttentionWalkOptions& options, bool has_labels = true) {
    const MovingTarget recording(has_labels);
    PolicyView view(recording.info(), policy());
    source_.seeds.clear();
    return walk_attention({recording, view, source_, policy().cameras}, 0, options, [] {});
  }

  WhiteSeeker source_;
};

/// The gate's grid is the patch grid here; a window of 5 reaches two patches to either side.
constexpr AttentionWalkOptions kOptions{.stride = 5, .grid_side = kPatchGrid, .dilation = 5, .seed = 3};

TEST_F(AttentionWalk, ThreeFramesByHand) {
  const EpisodeAttention result = walk(kOptions);
  ASSERT_EQ(result.rows.size(), 3u);
  EXPECT_TRUE(result.scenes.empty());
  constexpr auto kTarget = std::size_t(SceneLabel::kTarget);
  for (const AttentionRow& row : result.rows) {
    const CameraAttention &base = row.cameras[0], &wrist = row.cameras[1];
    EXPECT_NEAR(base.share, 0.75, 1e-6);
    EXPECT_NEAR(wrist.share, 0.25, 1e-6);
    EXPECT_NEAR(base.focus.max, 0.5, 1e-6);
    EXPECT_NEAR(base.focus.mean, 0.75 / 256, 1e-8);
    EXPECT_NEAR(wrist.focus.entropy_share, 1, 1e-5);
    ASSERT_TRUE(base.labels && wrist.labels);
    EXPECT_NEAR(base.labels->attention[kTarget], 0.5 / 0.75, 1e-6);
    EXPECT_NEAR(base.labels->area[kTarget], 1.0 / 256, 1e-9);
    EXPECT_NEAR(wrist.labels->attention[kTarget], 1.0 / 256, 1e-6);
    // The hot patch alone is above the mean; dilated, the 25 around it, but for those left of the picture.
    EXPECT_NEAR(base.regions[0].area, 1.0 / 256, 1e-9);
    EXPECT_NEAR(base.regions[2].area, (row.step == 0 ? 20 : 25) / 256.0, 1e-9);
  }
  EXPECT_EQ(result.rows[0].phase, "reach");
  EXPECT_EQ(result.rows[2].phase, "move");
  // Frame 0: one patch further at frame 1 (dilated holds it), five at frame 5 (it does not), frame 20 never comes.
  const auto& covered = result.rows[0].cameras[0].regions;
  EXPECT_EQ(covered[0].covered[0][0], 0);
  EXPECT_EQ(covered[2].covered[0][0], 1);
  EXPECT_EQ(covered[2].covered[0][1], 0);
  EXPECT_TRUE(std::isnan(covered[2].covered[0][3]));
  EXPECT_EQ(covered[2].covered[1][0], 1) << "the patch it newly came to";
}

TEST_F(AttentionWalk, WithoutLabelsOnlyFocusIsKnown) {
  const EpisodeAttention result = walk(kOptions, false);
  EXPECT_NEAR(result.rows.at(0).cameras[0].focus.max, 0.5, 1e-6);
  EXPECT_FALSE(result.rows[0].cameras[0].labels);
}

TEST_F(AttentionWalk, ScenesAreSwitchesEndsAndQuartiles) {
  AttentionWalkOptions options = kOptions;
  options.wants_scenes = true;
  const EpisodeAttention result = walk(options);
  std::vector<int> steps;
  for (const AttentionScene& scene : result.scenes) steps.push_back(scene.step);
  // Quartiles 0, 3, 6, 9, 12 and switches 4, 8: of seven, the quartile beside a switch goes.
  EXPECT_EQ(steps, (std::vector<int>{0, 4, 6, 8, 9, 12}));
  EXPECT_EQ(result.scenes[1].note, "gripper closes");
  EXPECT_EQ(result.scenes[3].note, "gripper opens");
  EXPECT_DOUBLE_EQ(result.scenes[1].seconds, 0.4);
  const AttentionPanel& base = result.scenes[1].cameras[0];
  EXPECT_EQ(base.picture.width, kSide);
  EXPECT_EQ(base.labels[std::size_t(target_at(4))], SceneLabel::kTarget);
  EXPECT_FLOAT_EQ(base.importance[std::size_t(target_at(4))], 0.5f);
  EXPECT_EQ(result.rows.size(), 3u) << "scenes beside the stride do not count as rows";
}

TEST_F(AttentionWalk, AFrameHasItsNoiseWhateverTheStride) {
  AttentionWalkOptions options = kOptions;
  options.stride = 2;
  walk(options);
  const std::vector<std::uint64_t> of_two = source_.seeds;
  options.stride = 3;
  walk(options);
  EXPECT_EQ(source_.seeds.at(2), of_two.at(3)) << "both are frame 6";
  EXPECT_NE(of_two[0], of_two[1]);
}

TEST_F(AttentionWalk, EveryFrameIsAScene) {
  const MovingTarget recording(true);
  PolicyView view(recording.info(), policy());
  int next = 0;
  walk_scenes({recording, view, source_, policy().cameras}, 0, kOptions,
              [&](const AttentionScene& scene) { EXPECT_EQ(scene.step, next++); });
  EXPECT_EQ(next, kFrames);
}

}  // namespace
}  // namespace awd::cli
