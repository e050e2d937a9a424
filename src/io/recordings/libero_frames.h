// Reads the frames of one demonstration of a LIBERO or robomimic file, a few of them ahead.
#pragma once

#include <memory>
#include <string>

#include "io/hdf5_reader.h"
#include "io/recording.h"
#include "io/recordings/libero_layout.h"

namespace awd {

/// A reader of data/`demo`, which checked_frames() has accepted. `layout` must outlive it; the file stays open.
std::unique_ptr<EpisodeReader> open_libero_episode(const Hdf5Reader& file, const std::string& demo,
                                                   const LiberoLayout& layout);

}  // namespace awd
