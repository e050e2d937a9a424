// "Put the X in the bin": random placement of all three objects, success and phase from the measured scene.
#include "sim/tasks/put_in_bin/put_in_bin.h"

#include <algorithm>
#include <array>

#include "sim/pick_and_place.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

class PutInBin final : public Task {
 public:
  explicit PutInBin(int target) : target_(target), name_("put_" + std::string(kObjects[target].name)) {
    std::string words(kObjects[target].name);
    std::replace(words.begin(), words.end(), '_', ' ');
    prompt_ = "put the " + words + " in the bin";
  }

  std::string_view name() const override { return name_; }
  std::string_view prompt() const override { return prompt_; }
  Thing focus_thing() const override { return ObjectId{target_}; }
  Thing goal_thing() const override { return Prop::kBin; }
  bool grasps() const override { return true; }

  Layout place(Rng& rng) const override {
    Layout layout;
    place_bin(rng, layout);
    scatter_objects(rng, kObjectArea, std::array{around_bin(layout)}, layout);
    return layout;
  }

  bool is_success(const SceneState& scene) const override {
    for (int i = 0; i < kObjectCount; ++i) {
      if (is_in_bin(scene, i) != (i == target_)) return false;
    }
    return true;
  }

  Phase phase(const SceneState& scene) const override {
    return is_over_bin(scene, target_) ? Phase::kPlace : pick_phase(scene, target_);
  }

  ExpertMove expert(const SceneState& scene) const override { return pick_into_bin(scene, target_); }

 private:
  int target_;
  std::string name_, prompt_;
};

}  // namespace

void add_put_in_bin_tasks(std::vector<std::unique_ptr<const Task>>& tasks) {
  for (int target = 0; target < kObjectCount; ++target) tasks.push_back(std::make_unique<PutInBin>(target));
}

}  // namespace awd::sim
