// What engine and policy objects share: the engine itself, and an observation dict as their input.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "awd/engine.h"
#include "observation_input.h"

namespace awd::python {

/// The keys of an observation dict: images (dict by camera name, or list in the engine's order), state, prompt, joints,
/// robot_masks, event. Keeps what it hands out alive.
class ObservationDict {
 public:
  /// Throws awd::Error on keys and cameras that are not known, and without images.
  ObservationDict(const nanobind::dict& observation, const std::vector<std::string>& cameras);
  const StepInput& input() const { return input_; }

 private:
  nanobind::object images_, state_, joints_, masks_;
  StepInput input_;
};

/// Engine is const and shared by the policies made from it; the session is for infer() only.
class EngineObject {
 public:
  /// Throws awd::Error as Engine::load() does, and on keywords that are no options.
  EngineObject(const std::string& folder, const nanobind::kwargs& options);

  const std::shared_ptr<const Engine>& engine() const { return engine_; }
  EngineBackend backend() const { return backend_; }
  nanobind::dict infer(const nanobind::dict& observation, nanobind::handle noise);
  nanobind::dict info() const;

 private:
  std::shared_ptr<const Engine> engine_;
  EngineBackend backend_ = EngineBackend::kCpu;
  std::unique_ptr<Session> session_;
  PrefixCache cache_;
  ActionChunk chunk_;
  std::atomic<bool> is_busy_ = false;
};

}  // namespace awd::python
