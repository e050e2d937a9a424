// Neighbouring layers of the expert.
#pragma once

namespace awd {

/// Layers first .. last.
struct LayerRange {
  int first = 0;
  int last = 0;

  int count() const { return last - first + 1; }
};

}  // namespace awd
