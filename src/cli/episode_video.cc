// Turns a recorded episode into video frames: the gate's scores become curves, the anchor's importance the heat map.
#include "cli/episode_video.h"

#include <fmt/format.h>

#include <cmath>

#include "analysis/figures/decision_frame.h"
#include "cli/interrupt.h"
#include "gate/importance_weight.h"
#include "gate/signal_table.h"
#include "io/video.h"

namespace awd::cli {
namespace {

constexpr int kFps = 20;            // the control rate: real time
constexpr int kOutcomeFrames = 30;  // 1.5 s on the last picture

/// One signal of a gate: how to read its score, and the threshold.
struct Signal {
  const char* label;
  double Scores::*score;
  double threshold;
  bool fires_below = false;  // similarity: drawn as its distance from 1
};

std::vector<Signal> limited_signals(const SignalLimits& limits) {
  std::vector<Signal> signals;
  for (const SignalRow& row : kSignalRows) {
    const double limit = limits.*row.limit;
    if (limit <= 0) continue;
    const bool fires_below = row.signal == GateSignal::kDissimilarity;
    signals.push_back({word_of(row.signal).data(), row.score, fires_below ? 1 - limit : limit, fires_below});
  }
  return signals;
}

std::vector<Signal> signals_of(const GateOptions& gate) {
  switch (gate.kind) {
    case GateKind::kAwd:
      return {{"state drift", &Scores::state_drift, gate.state_threshold},
              {"weighted drift", &Scores::weighted_drift, gate.drift_threshold}};
    case GateKind::kCosine:
      return {{"cosine", &Scores::cosine, gate.cosine_threshold, true}};
    case GateKind::kSignals:
      return limited_signals(gate.limit);
    default:
      return {};
  }
}

double ratio_of(const Signal& signal, double score) {
  return signal.fires_below ? (1 - score) / (1 - signal.threshold) : score / signal.threshold;
}

/// Adds one step to the curves and puts its values into their labels.
void extend_curves(const std::vector<Signal>& signals, const Scores& scores,
                   std::vector<DecisionFrame::Curve>& curves) {
  for (std::size_t i = 0; i < signals.size(); ++i) {
    const double score = scores.*signals[i].score;
    const int decimals = signals[i].fires_below || signals[i].threshold < 0.1 ? 3 : 2;
    const std::string value = std::isnan(score) ? "-" : fmt::format("{:.{}f}", score, decimals);
    curves[i].label = fmt::format("{} {} / {:.{}f}", signals[i].label, value, signals[i].threshold, decimals);
    curves[i].ratios.push_back(ratio_of(signals[i], score));
  }
}

/// Importance of every camera as the gate weighs it: on the pooled grid, dilated.
std::vector<std::vector<float>> dilated_importance(const ImportanceMaps* maps, int pooled_side, int dilation) {
  std::vector<std::vector<float>> weights;
  for (int camera = 0; maps != nullptr && camera < maps->n_cameras; ++camera) {
    importance_weight(maps->map[camera], pooled_side, pooled_side, dilation, weights.emplace_back());
  }
  return weights;
}

/// The pictures of a step under the importance that they were gated with; views `step` and `weights`.
std::vector<DecisionFrame::Camera> frame_cameras(const EpisodeTrace::Step& step, const std::vector<std::string>& names,
                                                 const std::vector<std::vector<float>>& weights, int pooled_side) {
  std::vector<DecisionFrame::Camera> cameras;
  for (std::size_t c = 0; c < step.cameras.size(); ++c) {
    const Image& picture = step.cameras[c];
    DecisionFrame::Camera camera{names[c], picture.pixels.empty() ? ImageView{} : picture.view(), {}, 0};
    if (c < weights.size()) {
      camera.heat = weights[c];
      camera.heat_side = pooled_side;
    }
    cameras.push_back(std::move(camera));
  }
  return cameras;
}

}  // namespace

void EpisodeTrace::add(const sim::StepView& view) {
  Step step;
  for (const ImageView& picture : view.observation.cameras) {
    step.cameras.push_back(picture.empty() ? Image{} : Image::copy_of(picture));
  }
  const bool is_anchor = view.result.decision.verdict == Verdict::kRecompute || steps_.empty();
  if (!is_anchor) {
    step.importance = steps_.back().importance;
  } else if (view.importance != nullptr) {
    step.importance = std::make_shared<const ImportanceMaps>(*view.importance);
  }
  steps_.push_back(std::move(step));
}

void write_episode_video(const std::filesystem::path& file, const FilmedEpisode& filmed) {
  const auto& [arm, camera_names, trace, episode, steps] = filmed;
  VideoWriter video(file, {.width = kFrameWidth, .height = kFrameHeight, .fps = kFps});
  const std::vector<Signal> signals = signals_of(arm.gate);
  DecisionFrame frame;
  frame.arm = arm.name;
  frame.task = episode.task + ", seed " + std::to_string(episode.seed) +
               (episode.scenario == "clean" ? "" : ", " + episode.scenario);
  frame.max_steps = int(steps.size());
  frame.curves.resize(signals.size());

  for (std::size_t i = 0; i < steps.size(); ++i) {
    throw_if_interrupted();
    const EpisodeTrace::Step& step = trace.steps()[i];
    const int pooled_side = step.cameras.empty() ? 1 : std::max(1, step.cameras[0].height / arm.gate.pool);
    const auto weights = dilated_importance(step.importance.get(), pooled_side, arm.gate.dilation);
    frame.cameras = frame_cameras(step, camera_names, weights, pooled_side);
    frame.steps = steps.first(i + 1);
    extend_curves(signals, steps[i].decision.scores, frame.curves);
    const bool is_last = i + 1 == steps.size();
    if (is_last) frame.outcome = episode.success ? "success" : "failed";
    const Image image = draw_decision_frame(frame);
    for (int repeat = is_last ? kOutcomeFrames : 1; repeat > 0; --repeat) video.add(image.view());
  }
  video.finish();
}

}  // namespace awd::cli
