// Scenario "occluded_motion": for a while the base camera's picture does not show that the arm moves.
#pragma once

#include <vector>

#include "sim/scenario/copyable.h"

namespace awd::sim {

/// What the base picture shows meanwhile.
enum class Occlusion {
  kFreeze,  // its last picture, again and again
  kCover,   // an even grey: something stands before the lens
};

}  // namespace awd::sim

namespace awd {
template <>
inline constexpr std::string_view kEnumWords<sim::Occlusion>[] = {"freeze", "cover"};
}  // namespace awd

namespace awd::sim {

class OccludedMotion final : public CopyableScenario<OccludedMotion> {
 public:
  static constexpr std::string_view kName = "occluded_motion";
  struct Options {
    Occlusion picture = Occlusion::kFreeze;
    int earliest = 5;
    int latest = 30;
    int steps = 15;

    template <class V>
    void visit(V&& v) {
      v(Field{"picture", "", "freeze: the base camera repeats its last picture; cover: it shows an even grey"},
        picture);
      v(Field{"earliest", "steps", "the first step that may be hidden", 1, 100000}, earliest);
      v(Field{"latest", "steps", "the last step at which hiding may begin; below `earliest` it counts as that", 1,
              100000},
        latest);
      v(Field{"steps", "steps", "how long it stays hidden; 0: not at all", 0, 100000}, steps);
    }
  };
  static bool supports(const Task& /*task*/) { return true; }

  OccludedMotion(const Options& options, std::uint64_t seed);
  void edit_pictures(std::span<MutablePicture> pictures, int step) override;

 private:
  Options options_;
  int begin_;                       // first hidden step
  std::vector<std::uint8_t> last_;  // the base picture of step begin_ - 1
};

}  // namespace awd::sim
