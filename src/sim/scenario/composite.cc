// Passes every call on to the parts of a composed scenario and joins their events.
#include "sim/scenario/composite.h"

namespace awd::sim {

void Composite::before_step(World& world, int step) {
  event_.clear();
  for (const auto& part : parts_) {
    part->before_step(world, step);
    if (part->event().empty()) continue;
    if (!event_.empty()) event_ += '+';
    event_ += part->event();
  }
}

void Composite::edit_pictures(std::span<MutablePicture> pictures, int step) {
  for (const auto& part : parts_) part->edit_pictures(pictures, step);
}

void Composite::edit_action(std::span<float> action, int step) {
  for (const auto& part : parts_) part->edit_action(action, step);
}

std::unique_ptr<Scenario> Composite::clone() const {
  std::vector<std::unique_ptr<Scenario>> parts;
  for (const auto& part : parts_) parts.push_back(part->clone());
  auto copy = std::make_unique<Composite>(std::move(parts));
  copy->event_ = event_;
  return copy;
}

}  // namespace awd::sim
