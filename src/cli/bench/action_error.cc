// Two sessions, the same frames.
#include "cli/bench/action_error.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"

namespace awd::cli {
namespace {

/// The chunk of every frame, in model units, one behind the other.
std::vector<float> actions_of(const std::shared_ptr<const Engine>& engine, const BenchScene& scene) {
  const auto session = Session::create(engine);
  PrefixCache cache;
  ActionChunk chunk;
  FlowDetails details;
  details.wants_importance = false;
  std::vector<float> actions;
  for (std::size_t frame = 0; frame < scene.frames.size(); ++frame) {
    session->encode(scene.observation(frame), cache);
    session->denoise_from(cache, scene.state, {.x = scene.noise}, chunk, &details);
    actions.insert(actions.end(), details.actions.begin(), details.actions.end());
  }
  return actions;
}

}  // namespace

ActionError measure_action_error(const std::shared_ptr<const Engine>& engine,
                                 const std::shared_ptr<const Engine>& exact, const BenchScene& scene) {
  const std::vector<float> expected = actions_of(exact, scene), got = actions_of(engine, scene);
  AWD_CHECK(got.size() == expected.size() && !got.empty());
  ActionError error{.queries = int(scene.frames.size())};
  double squares = 0, action_squares = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double difference = double(got[i]) - double(expected[i]);
    squares += difference * difference;
    action_squares += double(expected[i]) * double(expected[i]);
    error.largest = std::max(error.largest, std::abs(difference));
  }
  error.rms = std::sqrt(squares / double(got.size()));
  error.rms_of_actions = std::sqrt(action_squares / double(got.size()));
  return error;
}

}  // namespace awd::cli
