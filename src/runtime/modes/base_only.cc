// Mode base_only: the base camera (the first) keeps the keys and values of the last full query in every layer; wrist
// and text rows run again, against held base rows and fresh ones. A base camera that is missing has nothing to keep.
#include <algorithm>
#include <vector>

#include "runtime/modes/mode.h"

namespace awd {
namespace {

class BaseOnly final : public Mode {
 public:
  explicit BaseOnly(const EngineInfo& info)
      : Mode({}), layers_(info.cameras.size() * kPatchGrid * kPatchGrid, std::uint8_t(info.depth)) {
    std::fill_n(layers_.begin(), kPatchGrid * kPatchGrid, std::uint8_t(0));
  }

  double reuse(const ReuseStep& step, Held& held) override {
    return query_by_plan(step, {.token_layers = layers_}, held);
  }

 private:
  std::vector<std::uint8_t> layers_;  // [cameras, 256] that a token runs through
};

}  // namespace

std::unique_ptr<Mode> make_base_only(const EngineInfo& info) { return std::make_unique<BaseOnly>(info); }

}  // namespace awd
