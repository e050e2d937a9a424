// A drift report as JSON.
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/drift/drift_report.h"

namespace awd {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json to_json(const Interval& interval) { return Json::array({number(interval.low), number(interval.high)}); }

Json to_json(const Distribution& d) {
  return {{"n", d.n},
          {"mean", number(d.mean)},
          {"std", number(d.std)},
          {"p50", number(d.p50)},
          {"p75", number(d.p75)},
          {"p90", number(d.p90)},
          {"p95", number(d.p95)},
          {"p99", number(d.p99)},
          {"max", number(d.max)}};
}

Json area(const Roc& roc) {
  return {
      {"auroc", number(roc.auroc)}, {"ci95", to_json(roc.ci95)}, {"frames", roc.cases}, {"positives", roc.positives}};
}

Json to_json(const SignalDrift& drift, const std::vector<std::string>& cameras) {
  Json phases = Json::array();
  for (const PhaseSeparation& phase : drift.phases) {
    phases.push_back({{"phase", phase.phase},
                      {"frames", phase.frames},
                      {"p50", number(phase.p50)},
                      {"against_all_others", area(phase.roc)}});
  }
  const int camera = drift.signal.camera;
  return {{"convention", word_of(drift.signal.convention)},
          {"signal", word_of(drift.signal.kind)},
          {"camera", camera < 0 ? Json(nullptr) : Json(cameras[std::size_t(camera)])},
          {"all", to_json(drift.all)},
          {"key", to_json(drift.key)},
          {"steady", to_json(drift.steady)},
          {"key_against_steady", area(drift.roc)},
          {"phases", std::move(phases)}};
}

Json to_json(const RankCorrelation& c) {
  return {{"spearman", number(c.rho)}, {"ci95", to_json(c.ci95)}, {"frames", c.n}};
}

Json to_json(const EffectiveWeight& w) {
  return {{"frames", w.frames},
          {"weight", number(w.weight)},
          {"against_mean", number(w.against_mean)},
          {"against_mean_ci95", to_json(w.against_mean_ci95)}};
}

Json claims_json(const DriftClaims& claims) {
  Json json = Json::object();
  for (int i = 0; i < kDriftConventionCount; ++i) {
    const ConventionClaims& in = claims.in[std::size_t(i)];
    Json cameras = Json::array();
    for (const CameraFiltering& camera : in.cameras) {
      cameras.push_back({{"camera", camera.camera},
                         {"all", to_json(camera.all)},
                         {"key", to_json(camera.key)},
                         {"steady", to_json(camera.steady)}});
    }
    json[std::string(word_of(DriftConvention(i)))] = {
        {"state_drift_and_commanded_motion", to_json(in.state_and_action)},
        {"state_drift_and_joint_speed", to_json(in.state_and_joints)},
        {"auroc_weighted_minus_raw",
         {{"difference", number(in.weighted_minus_raw.difference)}, {"ci95", to_json(in.weighted_minus_raw.ci95)}}},
        {"effective_weight", std::move(cameras)}};
  }
  return json;
}

Json to_json(const OpenLoopRate& rate) {
  Json reasons = Json::object();
  for (int r = 0; r < kReasonCount; ++r) {
    if (rate.reasons[std::size_t(r)] > 0) reasons[std::string(word_of(Reason(r)))] = rate.reasons[std::size_t(r)];
  }
  return {{"horizon_steps", rate.horizon > 0 ? Json(rate.horizon) : Json(nullptr)},
          {"episodes", rate.episodes},
          {"steps", rate.steps},
          {"full_queries", rate.full_queries},
          {"reuse_rate", number(rate.reuse_rate())},
          {"full_queries_per_step", number(rate.full_queries_per_step())},
          {"reasons", std::move(reasons)}};
}

Json to_json(const ThresholdPair& pair) {
  Json open_loop = Json::array(), closed_loop = Json::array();
  for (const OpenLoopRate& rate : pair.open_loop) open_loop.push_back(to_json(rate));
  for (const ClosedLoopRate& rate : pair.closed_loop) {
    closed_loop.push_back({{"mode", rate.mode},
                           {"horizon_steps", rate.horizon > 0 ? Json(rate.horizon) : Json(nullptr)},
                           {"episodes", rate.episodes},
                           {"successes", rate.successes},
                           {"success_ci95", to_json(rate.success_ci95)},
                           {"reuse_rate", number(rate.reuse_rate)},
                           {"full_queries_per_step", number(rate.full_queries_per_step)}});
  }
  return {{"source", pair.source},
          {"state_threshold", number(pair.state)},
          {"drift_threshold", number(pair.drift)},
          {"open_loop", std::move(open_loop)},
          {"closed_loop", std::move(closed_loop)}};
}

Json to_json(const LoggedRate& rate) {
  Json open_loop = Json::object();
  for (const LoggedRate::OpenLoop& entry : rate.open_loop) open_loop[entry.source] = number(entry.reuse_rate);
  return {{"arm", rate.arm},
          {"episodes", rate.episodes},
          {"logged_reuse_rate", number(rate.logged_reuse_rate)},
          {"open_loop_reuse_rate", std::move(open_loop)}};
}

}  // namespace

std::string drift_json(const DriftReport& report) {
  Json signals = Json::array(), thresholds = Json::array(), logged = Json::array();
  for (const SignalDrift& drift : report.signals) signals.push_back(to_json(drift, report.cameras));
  for (const ThresholdPair& pair : report.thresholds) thresholds.push_back(to_json(pair));
  for (const LoggedRate& rate : report.logged) logged.push_back(to_json(rate));
  Json options = Json::object();
  for (const OptionText& option : report.made_by.options) options[option.name] = option.value;
  return Json{{"format", "awd-drift-1"},
              {"input", report.input},
              {"recording", report.format},
              {"cameras", report.cameras},
              {"importance", report.importance},
              {"note", report.note},
              {"episodes", report.episodes},
              {"frames", report.frames},
              {"sampled_frames", report.sampled_frames},
              {"policy_queries", report.queries},
              {"key_frames", report.key_frames},
              {"key_window_steps", report.key_window},
              {"anchor_every_steps", report.anchor_every},
              {"query_every_steps", report.query_every},
              {"signals", std::move(signals)},
              {"expectations", claims_json(report.claims)},
              {"thresholds", std::move(thresholds)},
              {"closed_loop", report.closed_loop},
              {"logged", std::move(logged)},
              {"commit", report.made_by.commit},
              {"options", std::move(options)}}
             .dump(2) +
         "\n";
}

}  // namespace awd
