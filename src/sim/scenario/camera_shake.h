// Scenario "camera_shake": the wrist camera's picture jumps by a few pixels at every step.
#pragma once

#include "sim/scenario/copyable.h"

namespace awd::sim {

class CameraShake final : public CopyableScenario<CameraShake> {
 public:
  static constexpr std::string_view kName = "camera_shake";
  struct Options {
    int pixels = 3;

    template <class V>
    void visit(V&& v) {
      v(Field{"pixels", "pixels", "largest shift to each side, drawn per step and axis; at least one axis moves", 1,
              64},
        pixels);
    }
  };
  static bool supports(const Task& /*task*/) { return true; }

  CameraShake(const Options& options, std::uint64_t seed) : options_(options), seed_(seed) {}
  void edit_pictures(std::span<MutablePicture> pictures, int step) override;

 private:
  Options options_;
  std::uint64_t seed_;
};

}  // namespace awd::sim
