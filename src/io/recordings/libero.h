// Demonstrations in LIBERO's and robomimic's HDF5 layout, as Recording; docs/formats.md has the keys.
#pragma once

#include <filesystem>
#include <memory>

#include "io/recording.h"
#include "io/recordings/stored_order.h"

namespace awd {

/// Opens a file with groups data/demo_0, data/demo_1, ... and checks the shapes of all of them; no picture is read yet.
/// Cameras are named without "_rgb" or "_image". The state is x y z (m), rotation vector (rad), fingers (m). `order`
/// kAuto follows the attribute macros_image_convention of `data`; without it, LIBERO's pictures are taken as bottom up
/// and robomimic's as top down, as their own tools write them.
/// Throws awd::Error naming file, key, expected and got.
std::unique_ptr<Recording> open_libero_recording(const std::filesystem::path& file, StoredOrder order);

}  // namespace awd
