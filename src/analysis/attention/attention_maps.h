// From captured attention to one map per camera: which layers, flow steps and heads count.
#pragma once

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "awd/types.h"

namespace awd {

inline constexpr int kMapCells = kPatchGrid * kPatchGrid;
using PatchMap = std::array<float, kMapCells>;  // [kPatchGrid, kPatchGrid]

/// How many there are of each; what a selection is checked against.
struct AttentionShape {
  int layers = 0;
  int steps = 0;  // of the flow
  int heads = 0;
};

/// What counts of a capture; all ranges inclusive.
struct AttentionSelection {
  int first_layer = 0, last_layer = 0;
  int first_step = 0, last_step = 0;
  int first_head = 0, last_head = 0;

  bool is_all_heads(const AttentionShape& shape) const { return first_head == 0 && last_head + 1 == shape.heads; }
};

/// The words of the command line for a selection: "all", one number, or a range "a-b"; `steps` also "first" and "last".
struct AttentionWords {
  std::string layers = "all";
  std::string steps = "last";
  std::string heads = "all";
};

/// Throws awd::Error "[option layers] expected ..., got ..." on other words and on what the model does not have.
AttentionSelection parse_attention_selection(const AttentionWords& words, const AttentionShape& shape);

/// Where one frame's action rows look.
struct AttentionMaps {
  std::vector<PatchMap> cameras;  // of every camera; see is_joint
  /// True: all cameras together sum to 1, so that their sums are comparable. False: each camera sums to 1.
  bool is_joint = true;
  /// Share of the action rows' whole attention that falls on image patches, 0 .. 1; NaN where not known.
  double image_share = std::numeric_limits<double>::quiet_NaN();
};

/// Mean over what is selected; `capture` needs its heads apart unless all of them are selected.
AttentionMaps reduce_capture(const AttentionCapture& capture, const AttentionSelection& selection);

/// Maps that are known per camera only (uniform, gradient). `cameras` of them; others are dropped.
AttentionMaps from_importance(const ImportanceMaps& importance, int cameras);

}  // namespace awd
