// QueryPlan: an EncodePlan checked against what the cache holds: where image rows come from, which rows run where.
#pragma once

#include <array>
#include <vector>

#include "awd/engine.h"
#include "engine/config.h"
#include "engine/layer_rows.h"

namespace awd {

/// How a camera's rows of the prefix come about.
enum class RowSource : std::uint8_t {
  kAbsent,   // no picture
  kTower,    // the vision tower runs
  kHeld,     // the tower's held output
  kNothing,  // no row is needed: all keys and values are kept
};

/// What the cache holds when an encode begins.
struct HeldParts {
  bool any = false;  // keys and values, of these cameras
  std::array<bool, kMaxCameras> present{};
  std::array<bool, kMaxCameras> vision{};  // cameras whose tower output is held
};

/// Made once per session; make() does not allocate.
class QueryPlan {
 public:
  explicit QueryPlan(const ModelConfig& config);

  /// Plans an encode of the `present` cameras. Throws awd::Error if the plan keeps what is not held.
  void make(const EncodePlan& plan, const std::array<bool, kMaxCameras>& present, const HeldParts& held);
  /// Completes the plan once the number of text tokens is known.
  void make_rows(const EncodePlan& plan, int text_tokens);

  RowSource source(int camera) const { return sources_[std::size_t(camera)]; }
  const LayerRows& rows() const { return rows_; }
  /// Multiply-adds of the planned encode / those of a full one.
  double share_of_work() const;

 private:
  int layers_of(const EncodePlan& plan, int camera, int patch) const;

  const ModelConfig& config_;
  std::array<RowSource, kMaxCameras> sources_{};
  std::vector<int> layers_;  // [tokens] layers to run through
  LayerRows rows_;
};

}  // namespace awd
