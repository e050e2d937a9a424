// "Put the X in the bin": random placement of all three objects, success and phase from the measured scene.
#include "sim/tasks/put_in_bin/put_in_bin.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/table_scene.h"

namespace awd::sim {
namespace {

// Placement area (m): in reach, seen by the base camera, clear of the bin.
constexpr double kLowX = 0.36, kHighX = 0.60, kLowY = -0.22, kHighY = 0.12;
constexpr double kSpacing = 0.10;  // m between object centres: room for the open hand
constexpr double kCarryHeight = 0.10, kNearSide = 0.02, kNearHeight = 0.03;  // m, phase borders
constexpr double kDropHeight = 1e-3;  // m above rest, so that nothing starts in penetration

class PutInBin final : public Task {
 public:
  explicit PutInBin(int target) : target_(target), name_("put_" + std::string(kObjects[target].name)) {
    std::string words(kObjects[target].name);
    std::replace(words.begin(), words.end(), '_', ' ');
    prompt_ = "put the " + words + " in the bin";
  }

  std::string_view name() const override { return name_; }
  std::string_view prompt() const override { return prompt_; }
  int target() const override { return target_; }

  Placement place(Rng& rng) const override {
    Placement placement;
    for (int i = 0; i < kObjectCount; ++i) {
      Vec3& p = placement[i].position;
      bool clear = false;
      while (!clear) {  // two spacing circles cannot cover the area, so this ends
        p = {rng.uniform(kLowX, kHighX), rng.uniform(kLowY, kHighY), kObjects[i].half_height + kDropHeight};
        clear = std::all_of(placement.begin(), placement.begin() + i,
                            [&](const Pose& other) { return horizontal_distance(p, other.position) > kSpacing; });
      }
      placement[i].rotation = from_yaw(rng.uniform(-std::numbers::pi, std::numbers::pi));
    }
    return placement;
  }

  bool is_success(const SceneState& scene) const override {
    for (int i = 0; i < kObjectCount; ++i) {
      if (is_in_bin(scene, i) != (i == target_)) return false;
    }
    return true;
  }

  Phase phase(const SceneState& scene) const override {
    const Vec3& object = scene.objects[target_].position;
    const Vec3& hand = scene.tcp.position;
    if (is_over_bin(scene, target_)) return Phase::kPlace;
    if (is_held(scene, target_)) return object[2] < kCarryHeight ? Phase::kLift : Phase::kMove;
    const bool near = horizontal_distance(object, hand) < kNearSide && std::fabs(object[2] - hand[2]) < kNearHeight;
    return near ? Phase::kGrasp : Phase::kReach;
  }

  ExpertMove expert(const SceneState& scene) const override { return pick_and_place(scene, target_); }

 private:
  int target_;
  std::string name_, prompt_;
};

}  // namespace

void add_put_in_bin_tasks(std::vector<std::unique_ptr<const Task>>& tasks) {
  for (int target = 0; target < kObjectCount; ++target) tasks.push_back(std::make_unique<PutInBin>(target));
}

}  // namespace awd::sim
