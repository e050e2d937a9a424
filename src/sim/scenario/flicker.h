// Scenario "flicker": the cameras' exposure and colour jump while the scene is still, over sensor noise.
#pragma once

#include <array>

#include "sim/scenario/copyable.h"

namespace awd::sim {

class Flicker final : public CopyableScenario<Flicker> {
 public:
  static constexpr std::string_view kName = "flicker";
  struct Options {
    double gain = 0.15;
    double offset = 6;
    double colour = 0.05;
    double noise = 2;
    int hold = 4;

    template <class V>
    void visit(V&& v) {
      v(Field{"gain", "", "brightness is scaled by 1 - gain .. 1 + gain; 0: not", 0, 0.9}, gain);
      v(Field{"offset", "levels", "and shifted by up to this much, of 255; 0: not", 0, 255}, offset);
      v(Field{"colour", "", "each colour channel is scaled by 1 - colour .. 1 + colour on top; 0: not", 0, 0.9},
        colour);
      v(Field{"noise", "levels", "standard deviation of the noise of every pixel and channel; 0: none", 0, 40}, noise);
      v(Field{"hold", "steps", "an exposure lasts this long, then the next one is drawn", 1, 1000}, hold);
    }
  };
  static bool supports(const Task& /*task*/) { return true; }

  Flicker(const Options& options, std::uint64_t seed);
  void edit_pictures(std::span<MutablePicture> pictures, int step) override;

 private:
  Options options_;
  std::uint64_t seed_;
  std::array<std::int8_t, 256> noise_{};  // levels: 256 equally likely values of the noise, ascending
};

}  // namespace awd::sim
