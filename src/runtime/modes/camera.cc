// Mode camera: the vision tower runs only for cameras whose picture has changed since it was last encoded; the prefix
// is made anew. With camera_threshold 0 the result is that of a full query.
#include "runtime/modes/held_pictures.h"
#include "runtime/modes/mode.h"

namespace awd {
namespace {

class Camera final : public Mode {
 public:
  explicit Camera(double threshold) : Mode({.is_stale = threshold > 0, .holds_vision = true}), threshold_(threshold) {}

  void hold(const Observation& observation, const Held& /*held*/) override {
    for (int c = 0; c < int(observation.cameras.size()); ++c) encoded_.hold(c, observation.cameras[std::size_t(c)]);
  }

  double reuse(const ReuseStep& step, Held& held) override {
    EncodePlan plan{.hold_vision = true};
    for (int c = 0; c < int(step.observation.cameras.size()); ++c) {
      const ImageView& view = step.observation.cameras[std::size_t(c)];
      if (view.empty()) continue;
      plan.keep_vision[std::size_t(c)] = is_unchanged(c, view);
      if (!plan.keep_vision[std::size_t(c)]) encoded_.hold(c, view);
    }
    return query_by_plan(step, plan, held);
  }

 private:
  bool is_unchanged(int camera, const ImageView& view) {
    return encoded_.is_same(camera, view) || (threshold_ > 0 && encoded_.colour_change(camera, view) <= threshold_);
  }

  double threshold_;      // grey levels
  HeldPictures encoded_;  // that the held vision output was made from
};

}  // namespace

std::unique_ptr<Mode> make_camera(const ReuseOptions& options) {
  return std::make_unique<Camera>(options.camera_threshold);
}

}  // namespace awd
