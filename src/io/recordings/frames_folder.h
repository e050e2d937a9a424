// Recordings as a folder of PNG pictures and a CSV file per episode, as Recording; docs/formats.md has the layout.
#pragma once

#include <filesystem>
#include <memory>

#include "io/recording.h"

namespace awd {

/// Opens a folder of the layout
///   FOLDER/[EPISODE/]states.csv              header: [step,]s0,s1,...[,a0,...][,j0,...][,phase]
///   FOLDER/[EPISODE/]CAMERA/000000.png ...   one picture per row of states.csv
///   FOLDER/[EPISODE/]prompt.txt, meta.json   optional
/// Every CSV file is checked to its end and pictures are counted; no picture is read yet. Throws awd::Error naming
/// file, line and column.
std::unique_ptr<Recording> open_frames_recording(const std::filesystem::path& folder);

}  // namespace awd
