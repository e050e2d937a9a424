// Mode redenoise: the anchor's chunk is made again with the current state and the anchor's noise, and executed at index
// age. Only a policy whose state enters behind the prefix (pi0's state token) can answer differently from `aligned`.
#include "runtime/modes/mode.h"

namespace awd {
namespace {

class Redenoise final : public Mode {
 public:
  Redenoise() : Mode({.ends_with_chunk = true, .makes_chunk = false}) {}
  double reuse(const ReuseStep& step, Held& held) override {
    denoise_held(step, held);
    return 0;
  }
};

}  // namespace

std::unique_ptr<Mode> make_redenoise() { return std::make_unique<Redenoise>(); }

}  // namespace awd
