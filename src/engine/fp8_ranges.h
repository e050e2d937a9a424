// What fp8 has to know about a policy: how large the numbers get that its quantised products multiply.
#pragma once

#include <string>
#include <vector>

#include "engine/config.h"

namespace awd {

/// Largest magnitudes of the rows that enter the two products of one MLP; 0: not known.
struct MlpRange {
  float normed = 0;  // into the gated unit, behind the norm
  float hidden = 0;  // out of it, into the down projection
};

struct Fp8Ranges {
  int samples = 0;                 // observations that were looked at
  std::vector<MlpRange> prefix{};  // of the LM's layers that have an MLP that runs: all but the last
  std::vector<MlpRange> expert{};  // of the action expert's layers, over all flow steps; empty: not known

  /// Of a layer; unknown where there are none.
  MlpRange prefix_layer(int index) const { return at(prefix, index); }
  MlpRange expert_layer(int index) const { return at(expert, index); }

 private:
  static MlpRange at(const std::vector<MlpRange>& layers, int index) {
    return index < int(layers.size()) ? layers[std::size_t(index)] : MlpRange{};
  }
};

/// The file of a policy's folder that is read where the options name no other.
inline constexpr const char* kFp8RangesFile = "fp8_scales.json";

/// Reads what write_fp8_ranges() has written; a file without the expert is read too. Throws awd::Error naming file and
/// field for anything else, and where the ranges are those of another geometry.
Fp8Ranges read_fp8_ranges(const std::string& file, const ModelConfig& config);

/// The expert is left out where it is not known. Throws awd::Error where the file cannot be written.
void write_fp8_ranges(const std::string& file, const ModelConfig& config, const Fp8Ranges& ranges);

}  // namespace awd
