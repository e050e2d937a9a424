// What tensor names and shapes say about the geometry of a checkpoint that came without our config.json.
#pragma once

#include <string>

#include "engine/checkpoint/checkpoint.h"
#include "engine/config.h"

namespace awd {

/// pi0.5 if the expert's norms are linear layers of the time, else pi0.
Variant variant_of(const Checkpoint& checkpoint);

/// Names of Gemma sizes ("gemma_2b", see presets.h); empty is what the widths of the tensors say.
struct GemmaNames {
  std::string language, expert;
};

/// Puts the sizes of vision tower, prefix LM, expert and vocabulary into `config`, which is a preset. Throws
/// awd::Error, naming `where` (a file), for an unknown or unfitting Gemma size and for a tower that no known rule gives
/// heads to. What is missing keeps the preset's size, for check_tensors() to report.
void set_geometry(const Checkpoint& checkpoint, const GemmaNames& names, const std::string& where, ModelConfig& config);

/// The second side of a matrix, or `otherwise` if there is no such matrix of 1 to 65536 columns.
int columns_of(const Checkpoint& checkpoint, const std::string& name, int otherwise);

}  // namespace awd
