// Several scenarios in one episode.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace awd::sim {

/// Applies its parts in order. event() joins those of the parts by '+'.
class Composite final : public Scenario {
 public:
  explicit Composite(std::vector<std::unique_ptr<Scenario>> parts) : parts_(std::move(parts)) {}

  void before_step(World& world, int step) override;
  std::string_view event() const override { return event_; }
  void edit_pictures(std::span<MutablePicture> pictures, int step) override;
  void edit_action(std::span<float> action, int step) override;
  std::unique_ptr<Scenario> clone() const override;

 private:
  std::vector<std::unique_ptr<Scenario>> parts_;
  std::string event_;
};

}  // namespace awd::sim
