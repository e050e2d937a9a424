// Mode aligned: the held chunk goes on. No network call; the action of age k is row k.
#include "runtime/modes/mode.h"

namespace awd {
namespace {

class Aligned final : public Mode {
 public:
  Aligned() : Mode({.ends_with_chunk = true, .makes_chunk = false, .is_stale = false}) {}
  double reuse(const ReuseStep& /*step*/, Held& /*held*/) override { return 0; }
};

}  // namespace

std::unique_ptr<Mode> make_aligned() { return std::make_unique<Aligned>(); }

}  // namespace awd
