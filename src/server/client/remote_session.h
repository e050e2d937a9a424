// An engine session whose network is an openpi policy server: a query is a request, its chunk the reply.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "awd/engine.h"
#include "server/client/policy_client.h"

namespace awd::server {

/// Where a server is, and how it is asked.
struct RemoteOptions {
  std::string url{};
  std::string api_key{};
  std::vector<std::string> cameras{};  // one or two; sent under the names of openpi's LIBERO client
  int image_size = 224;                // pixels
  int state_dim = 0;
  int action_dim = 0;  // a reply's rows may be longer: openpi pads them
};

/// What the server turns out to be: its name (where it says it) and the rows of its replies, asked for with grey
/// pictures on a connection of its own. Throws awd::Error where it does not answer, or with other actions.
EngineInfo probe_server(const RemoteOptions& options);

/// Only whole queries: what reuses parts of one (prefix, vision, flow) throws awd::Error. Importance is uniform,
/// because the protocol has none. The prefix caches that it is given stay empty. Not thread-safe.
class RemoteSession final : public Session {
 public:
  RemoteSession(const RemoteOptions& options, const EngineInfo& info);

  /// The next request begins an episode and says so (awd/reset), for servers that listen.
  void begin_episode(std::uint64_t seed);
  /// Number of the step that the next request is made at (awd/step).
  void set_step(std::int64_t step) { step_ = step; }

  EncodeTiming encode(const Observation& observation, PrefixCache& cache) override;
  EncodeTiming encode_planned(const Observation& observation, const EncodePlan& plan, PrefixCache& cache) override;
  void denoise(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise, ActionChunk& chunk,
               ImportanceMaps* importance) override;
  void denoise_from(const PrefixCache& cache, std::span<const float> state, const FlowStart& start, ActionChunk& chunk,
                    FlowDetails* details) override;

 private:
  RemoteOptions options_;
  EngineInfo info_;
  PolicyClient client_;
  bool begins_ = true;
  std::uint64_t seed_ = 0;
  std::int64_t step_ = 0;
  ActionChunk chunk_;  // of the last reply
  std::vector<bool> present_;
};

}  // namespace awd::server
