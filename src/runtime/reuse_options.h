// What the runtime does with the gate's decision.
#pragma once

#include "awd/options.h"

namespace awd {

enum class ReuseMode {
  kRestart,  // denoise again on the held KV cache with the current state, execute action 0
  kAligned,  // execute the held chunk at index age: no network call
};
template <>
inline constexpr std::string_view kEnumWords<ReuseMode>[] = {"restart", "aligned"};

enum class NoiseKind {
  kEpisode,  // one standard normal draw per episode, from the seed of reset()
  kFresh,    // a new draw for every denoising
  kZero,     // zeros: the flow starts at its mean
};
template <>
inline constexpr std::string_view kEnumWords<NoiseKind>[] = {"episode", "fresh", "zero"};

struct ReuseOptions {
  ReuseMode mode = ReuseMode::kAligned;
  NoiseKind noise = NoiseKind::kZero;
  int execute = 0;

  template <class V>
  void visit(V&& v) {
    v(Field{"mode", "", "what happens on reuse: restart or aligned"}, mode);
    v(Field{"noise", "", "start of the flow: episode (one draw per episode), fresh (one per denoising) or zero"},
      noise);
    v(Field{"execute", "steps",
            "steps after which a query is made whatever the gate says; 0 is the horizon (aligned) or no limit "
            "(restart)",
            0, 1e6},
      execute);
  }
};

}  // namespace awd
