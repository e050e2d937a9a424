// The keys of steps.jsonl and episodes.jsonl, in file order: one list per record, walked by the writer and the reader.
// A visitor V has required(key, value), time_ms(key, value), note(key, text), numbers(key, list), score(key, value),
// scores(key, array), counts(key, array) and events(key, list); notes, numbers and scores may be absent ("", empty and
// NaN in memory).
#pragma once

#include <concepts>
#include <type_traits>

#include "io/episode_log.h"

namespace awd {

template <class Record, class V>
requires std::same_as<std::remove_const_t<Record>, StepLog>
void visit_log_fields(Record& step, V&& v) {
  v.required("episode", step.episode);
  v.required("step", step.step);
  v.required("phase", step.phase);
  v.note("event", step.event);
  v.required("verdict", step.decision.verdict);
  v.required("reason", step.decision.reason);
  v.required("age", step.decision.age);
  v.numbers("action", step.action);
  auto& scores = step.decision.scores;
  v.score("state_drift", scores.state_drift);
  v.score("raw_drift", scores.raw_drift);
  v.score("weighted_drift", scores.weighted_drift);
  v.score("cosine", scores.cosine);
  v.score("joint_drift", scores.joint_drift);
  v.score("tcp_drift", scores.tcp_drift);
  v.score("rotation_drift", scores.rotation_drift);
  v.score("position_residual", scores.position_residual);
  v.score("rotation_residual", scores.rotation_residual);
  v.score("gripper_residual", scores.gripper_residual);
  v.score("switch_in", scores.switch_in);
  v.score("masked_residual", scores.masked_residual);
  v.score("scene_motion", scores.scene_motion);
  v.score("compensated_drift", scores.compensated_drift);
  v.score("local_outlier", scores.local_outlier);
  v.score("patch_change", scores.patch_change);
  v.scores("raw_drift_per_camera", scores.raw_drift_per_camera);
  v.scores("weighted_drift_per_camera", scores.weighted_drift_per_camera);
  v.scores("cosine_per_camera", scores.cosine_per_camera);
  v.scores("masked_residual_per_camera", scores.masked_residual_per_camera);
  v.scores("scene_motion_per_camera", scores.scene_motion_per_camera);
  v.scores("compensated_drift_per_camera", scores.compensated_drift_per_camera);
  v.scores("local_outlier_per_camera", scores.local_outlier_per_camera);
  v.scores("patch_change_per_camera", scores.patch_change_per_camera);
  v.required("query_work", step.query_work);
  v.time_ms("gate_ms", step.timing.gate_ms);
  v.time_ms("vision_ms", step.timing.vision_ms);
  v.time_ms("prefix_ms", step.timing.prefix_ms);
  v.time_ms("denoise_ms", step.timing.denoise_ms);
  v.time_ms("total_ms", step.timing.total_ms);
}

template <class Record, class V>
requires std::same_as<std::remove_const_t<Record>, EpisodeLog>
void visit_log_fields(Record& episode, V&& v) {
  v.required("episode", episode.episode);
  v.required("arm", episode.arm);
  v.required("task", episode.task);
  v.required("scenario", episode.scenario);
  v.required("trial", episode.trial);
  v.required("seed", episode.seed);
  v.required("success", episode.success);
  v.required("steps", episode.steps);
  v.required("full_queries", episode.full_queries);
  v.required("query_work", episode.query_work);
  v.required("false_recomputes", episode.false_recomputes);
  v.counts("reasons", episode.reasons);
  v.events("events", episode.events);
  v.time_ms("policy_ms", episode.policy_ms);
}

}  // namespace awd
