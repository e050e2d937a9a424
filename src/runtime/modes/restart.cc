// Mode restart, the original proposal: a new flow on the held prefix, executed from its first action although the
// pictures behind it are `age` steps old.
#include "runtime/modes/mode.h"

namespace awd {
namespace {

class Restart final : public Mode {
 public:
  Restart() : Mode({}) {}
  double reuse(const ReuseStep& step, Held& held) override {
    denoise_held(step, held);
    held.chunk_age = step.age;
    return 0;
  }
};

}  // namespace

std::unique_ptr<Mode> make_restart() { return std::make_unique<Restart>(); }

}  // namespace awd
