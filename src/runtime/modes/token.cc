// Mode token (VLA-Cache, NeurIPS 2025, without its released code's faults): image tokens whose patch has not changed
// and does not matter keep their keys and values from some layer on; the rest runs. A patch is compared with the pixels
// its held keys and values were made from, however long ago that was; importance and the layers' entropies are those of
// the last full query, never of a query with kept tokens.
#include <algorithm>
#include <array>
#include <vector>

#include "runtime/modes/held_pictures.h"
#include "runtime/modes/mode.h"
#include "runtime/modes/token_choice.h"

namespace awd {
namespace {

constexpr int kTokens = kPatchGrid * kPatchGrid;  // of one camera

class Token final : public Mode {
 public:
  Token(const ReuseOptions& options, const EngineInfo& info)
      : Mode({.holds_vision = true}),
        depth_(info.depth),
        choice_(options.token),
        gain_(options.token.gain),
        shares_(std::size_t(info.depth)),
        layers_(info.cameras.size() * kTokens) {}

  void hold(const Observation& observation, const Held& held) override {
    for (int c = 0; c < int(observation.cameras.size()); ++c) {
      encoded_.hold(c, observation.cameras[std::size_t(c)]);
      origin_.hold(c, observation.cameras[std::size_t(c)]);
    }
    keep_shares(held.details.layer_entropy, gain_, shares_);
  }

  double reuse(const ReuseStep& step, Held& held) override {
    EncodePlan plan{.hold_vision = true, .token_layers = layers_};
    for (int c = 0; c < int(step.observation.cameras.size()); ++c) {
      const ImageView& view = step.observation.cameras[std::size_t(c)];
      if (view.empty()) continue;
      choose(c, view, held.details.importance);
      plan.keep_vision[std::size_t(c)] = encoded_.is_same(c, view);
    }
    const double work = query_by_plan(step, plan, held);
    for (int c = 0; c < int(step.observation.cameras.size()); ++c) {
      const ImageView& view = step.observation.cameras[std::size_t(c)];
      if (!view.empty()) take_over(c, view, plan.keep_vision[std::size_t(c)]);
    }
    return work;
  }

 private:
  std::span<std::uint8_t> layers_of(int camera) {
    return std::span(layers_).subspan(std::size_t(camera) * kTokens, kTokens);
  }

  void choose(int camera, const ImageView& view, const ImportanceMaps& importance) {
    for (int i = 0; i < kTokens; ++i) similarity_[std::size_t(i)] = float(origin_.patch_cosine(camera, view, i));
    choice_.choose(similarity_, importance.map[std::size_t(camera)], shares_, layers_of(camera));
  }

  /// Notes what the query has made anew from `view`: the tower's output, and tokens that ran through every layer.
  void take_over(int camera, const ImageView& view, bool kept_vision) {
    const std::span<const std::uint8_t> layers = layers_of(camera);
    for (int i = 0; i < kTokens; ++i) {
      if (int(layers[std::size_t(i)]) == depth_) origin_.hold_patch(camera, view, i);
    }
    const bool tower_ran = !kept_vision && std::ranges::any_of(layers, [](int n) { return n > 0; });
    if (tower_ran) encoded_.hold(camera, view);
  }

  int depth_;
  TokenChoice choice_;
  double gain_;
  std::vector<float> shares_;                // [depth] of the static tokens that are kept at a layer
  std::vector<std::uint8_t> layers_;         // [cameras, 256] that a token runs through
  std::array<float, kTokens> similarity_{};  // of one camera
  HeldPictures encoded_;                     // that the held vision output was made from
  HeldPictures origin_;                      // each patch as it was when its keys and values were made, in any layer
};

}  // namespace

std::unique_ptr<Mode> make_token(const ReuseOptions& options, const EngineInfo& info) {
  return std::make_unique<Token>(options, info);
}

}  // namespace awd
