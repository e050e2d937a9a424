// What every scenario class derives from: clone() by its copy constructor.
#pragma once

#include <memory>

#include "sim/scenario/scenario.h"

namespace awd::sim {

template <class Self>
class CopyableScenario : public Scenario {
 public:
  std::unique_ptr<Scenario> clone() const override { return std::make_unique<Self>(static_cast<const Self&>(*this)); }
};

}  // namespace awd::sim
