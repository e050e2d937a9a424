// Reads pictures, state and masks; names each in its message as the caller wrote it.
#include "observation_input.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string_view>
#include <utility>

#include "awd/error.h"

namespace awd::python {
namespace {

constexpr std::string_view kNames[] = {"images[0]", "images[1]", "images[2]", "images[3]"};
static_assert(std::size(kNames) == kMaxCameras);

}  // namespace

ObservationInput::ObservationInput(const StepInput& input, bool on_device)
    : state_(input.state, "state"), joints_(input.joints, "joints"), prompt_(input.prompt) {
  read_images(input.images, on_device);
  read_masks(input.robot_masks);
  observation_ = {.cameras = views_,
                  .state = state_.values(),
                  .joints = joints_.values(),
                  .prompt = prompt_,
                  .robot_masks = masks_,
                  .event = input.event ? "event" : ""};
}

void ObservationInput::read_images(nb::handle images, bool on_device) {
  const auto add = [&](nb::handle picture) {
    if (pictures_.size() == kMaxCameras) {
      throw Error("images", fmt::format("expected at most {} cameras, got more", kMaxCameras));
    }
    pictures_.emplace_back(picture, kNames[pictures_.size()], on_device);
    views_.push_back(pictures_.back().view());
  };
  pictures_.reserve(kMaxCameras);
  views_.reserve(kMaxCameras);
  if (nb::isinstance<nb::dict>(images)) {
    for (const auto [name, picture] : nb::borrow<nb::dict>(images)) add(picture);
  } else if (nb::isinstance<nb::list>(images) || nb::isinstance<nb::tuple>(images)) {
    for (const nb::handle picture : images) add(picture);
  } else if (!images.is_none()) {
    add(images);
  }
}

void ObservationInput::read_masks(nb::handle masks) {
  if (masks.is_none()) return;
  const bool fits = nb::try_cast(masks, mask_array_, false) && mask_array_.ndim() == 3 &&
                    mask_array_.dtype() == nb::dtype<std::uint8_t>() && mask_array_.shape(0) == views_.size() &&
                    mask_array_.shape(1) == kPatchGrid && mask_array_.shape(2) == kPatchGrid &&
                    mask_array_.stride(2) == 1 && mask_array_.stride(1) == kPatchGrid &&
                    mask_array_.device_type() == nb::device::cpu::value;
  if (!fits) {
    throw Error("robot_masks",
                fmt::format("expected uint8 [{}, {}, {}] in host memory without gaps (shares of a cell, 0 to 255), got "
                            "another array or object",
                            views_.size(), kPatchGrid, kPatchGrid));
  }
  const auto* data = static_cast<const std::uint8_t*>(mask_array_.data());
  for (std::size_t c = 0; c < views_.size(); ++c) {
    masks_.push_back({data + std::int64_t(c) * mask_array_.stride(0)});
  }
}

}  // namespace awd::python
