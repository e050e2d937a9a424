// One step as Python gives it, as the Observation that gate and policies take. Alive as long as the call.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <string>
#include <vector>

#include "arrays.h"
#include "awd/types.h"
#include "picture.h"

namespace awd::python {

/// What the keywords of a call hold; None where something is not given.
struct StepInput {
  nb::handle images;  // one picture, a list or tuple of them (None: camera missing), or a dict, in its order
  nb::handle state = nb::none();
  nb::handle joints = nb::none();
  nb::handle robot_masks = nb::none();  // uint8 [cameras, 16, 16]; share of a cell that shows the robot, in 0 .. 255
  std::string prompt{};
  bool event = false;
};

/// Throws awd::Error naming what does not fit.
class ObservationInput {
 public:
  ObservationInput(const StepInput& input, bool on_device);
  ObservationInput(const ObservationInput&) = delete;
  ObservationInput& operator=(const ObservationInput&) = delete;
  const Observation& observation() const { return observation_; }

 private:
  void read_images(nb::handle images, bool on_device);
  void read_masks(nb::handle masks);

  std::vector<Picture> pictures_;
  std::vector<ImageView> views_;
  Floats state_, joints_;
  AnyArray mask_array_;
  std::vector<RobotMask> masks_;
  std::string prompt_;
  Observation observation_;
};

}  // namespace awd::python
