// LoadedEngine: a checkpoint in memory, as Engine::load makes it. Its members are read by sessions and never change.
#pragma once

#include <memory>
#include <string>

#include "awd/engine.h"
#include "engine/attention_capture.h"
#include "engine/checkpoint/policy_folder.h"
#include "engine/gradient_weights.h"
#include "engine/norm_stats.h"
#include "engine/pi0.h"
#include "io/tokenizer.h"

namespace awd {

class LoadedEngine : public Engine {
 public:
  LoadedEngine(PolicyFolder folder, const EngineOptions& options);

  const EngineInfo& info() const override { return info_; }

  std::shared_ptr<const Device> device;  // first: everything below is released before it
  Pi0 model;
  NormStats norms;
  Tokenizer tokenizer;
  LayerRange layers;  // of the importance
  EngineOptions options;
  std::shared_ptr<const GradientWeights> gradient;  // only with importance=gradient
  int threads;

 private:
  EngineInfo info_;
};

/// A session that shows `mlps`, which must outlive it, what the MLPs of its prefixes and flows multiply.
std::unique_ptr<Session> make_observed_session(std::shared_ptr<const LoadedEngine> engine, const MlpObservers& mlps);

}  // namespace awd
