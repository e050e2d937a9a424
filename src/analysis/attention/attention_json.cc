// attention.json and attention.jsonl. Scripts depend on the keys: add keys, never rename one.
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/attention/attention_report.h"

namespace awd {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

Json to_json(const Interval& interval) { return {number(interval.low), number(interval.high)}; }

Json to_json(const RatioEstimate& estimate) {
  return {{"value", number(estimate.value)}, {"ci95", to_json(estimate.ci95)}, {"episodes", estimate.episodes}};
}

Json to_json(const FrameSpread& spread) {
  return {{"frames", spread.frames},
          {"p10", number(spread.p10)},
          {"p90", number(spread.p90)},
          {"mean", number(spread.mean.value)},
          {"mean_ci95", to_json(spread.mean.ci95)}};
}

Json labels_json(const CameraSummary& camera) {
  if (!camera.has_labels) return nullptr;
  Json labels = Json::object();
  for (std::size_t label = 0; label < kSceneLabelWords.size(); ++label) {
    const LabelFocus& focus = camera.labels[label];
    labels[std::string(kSceneLabelWords[label])] = {{"attention_share", to_json(focus.attention)},
                                                    {"area_share", number(focus.area)},
                                                    {"enrichment", to_json(focus.enrichment)}};
  }
  return labels;
}

Json coverage_json(const CameraSummary& camera) {
  if (!camera.has_labels) return nullptr;
  Json list = Json::array();
  for (std::size_t part = 0; part < kTargetPartWords.size(); ++part) {
    for (std::size_t ahead = 0; ahead < kLookAhead.size(); ++ahead) {
      const LookAheadCoverage& coverage = camera.coverage[part][ahead];
      Json entry{{"target", std::string(kTargetPartWords[part])},
                 {"frames_ahead", kLookAhead[ahead]},
                 {"frames", coverage.frames}};
      for (std::size_t region = 0; region < kAttendedRegionWords.size(); ++region) {
        const RegionHit& hit = coverage.regions[region];
        entry[std::string(kAttendedRegionWords[region])] = {
            {"covered_share", to_json(hit.covered)}, {"area_share", number(hit.area)}, {"lift", to_json(hit.lift)}};
      }
      entry["dilated_minus_raw"] = to_json(coverage.dilated_gain);
      entry["grown_minus_raw"] = to_json(coverage.grown_gain);
      list.push_back(std::move(entry));
    }
  }
  return list;
}

Json phases_json(const CameraSummary& camera) {
  Json list = Json::array();
  for (const PhaseFocus& phase : camera.phases) {
    list.push_back({{"phase", phase.phase},
                    {"frames", phase.frames},
                    {"max_over_mean", to_json(phase.max_over_mean)},
                    {"target_enrichment", to_json(phase.target)},
                    {"robot_enrichment", to_json(phase.robot)}});
  }
  return list;
}

Json to_json(const CameraSummary& camera) {
  return {{"camera", camera.name},
          {"max_weight", to_json(camera.max)},
          {"mean_weight", to_json(camera.mean)},
          {"max_over_mean", to_json(camera.max_over_mean)},
          {"entropy_nats", to_json(camera.entropy_nats)},
          {"entropy_share", to_json(camera.entropy_share)},
          {"half_mass_area_share", to_json(camera.half_mass_area)},
          {"camera_share", to_json(camera.share)},
          {"labels", labels_json(camera)},
          {"coverage", coverage_json(camera)},
          {"phases", phases_json(camera)}};
}

Json selection_json(const AttentionAbout& about) {
  const AttentionSelection& s = about.selection;
  return {{"layers", {s.first_layer, s.last_layer}}, {"flow_steps", {s.first_step, s.last_step}},
          {"heads", {s.first_head, s.last_head}},    {"of_layers", about.shape.layers},
          {"of_flow_steps", about.shape.steps},      {"of_heads", about.shape.heads}};
}

Json options_json(const std::vector<OptionText>& options) {
  Json json = Json::object();
  for (const OptionText& option : options) json[option.name] = option.value;
  return json;
}

Json claims_json(const AttentionSummary& summary) {
  Json list = Json::array();
  for (const AttentionClaim& claim : attention_claims(summary)) {
    list.push_back({{"camera", claim.camera},
                    {"expectation", claim.expectation},
                    {"answer", std::string(kAnswerWords[std::size_t(claim.answer)])},
                    {"text", claim.text}});
  }
  return list;
}

Json row_labels_json(const CameraAttention& camera) {
  if (!camera.labels) return nullptr;
  Json labels = Json::object();
  for (std::size_t label = 0; label < kSceneLabelWords.size(); ++label) {
    labels[std::string(kSceneLabelWords[label])] = {{"attention_share", camera.labels->attention[label]},
                                                    {"area_share", camera.labels->area[label]}};
  }
  return labels;
}

Json row_regions_json(const CameraAttention& camera) {
  Json regions = Json::object();
  for (std::size_t region = 0; region < kAttendedRegionWords.size(); ++region) {
    const RegionCoverage& coverage = camera.regions[region];
    Json covered = Json::object();
    for (std::size_t part = 0; part < kTargetPartWords.size(); ++part) {
      Json list = Json::array();
      for (const double share : coverage.covered[part]) list.push_back(number(share));
      covered[std::string(kTargetPartWords[part])] = std::move(list);
    }
    regions[std::string(kAttendedRegionWords[region])] = {{"area_share", coverage.area}, {"covered_share", covered}};
  }
  return regions;
}

}  // namespace

std::string attention_json(const AttentionSummary& summary, const AttentionAbout& about) {
  Json cameras = Json::array();
  for (const CameraSummary& camera : summary.cameras) cameras.push_back(to_json(camera));
  const Json json{{"format", "awd-attention-1"},
                  {"input", about.input},
                  {"recording", about.format},
                  {"policy", about.policy},
                  {"importance", about.importance},
                  {"selection", about.importance == "attention" ? selection_json(about) : Json(nullptr)},
                  {"stride_frames", about.stride},
                  {"frames", summary.frames},
                  {"episodes", summary.episodes},
                  {"weights_sum_to_1_over", summary.is_joint ? "all cameras" : "each camera"},
                  {"image_attention_share", to_json(summary.image_share)},
                  {"cameras", std::move(cameras)},
                  {"claims", claims_json(summary)},
                  {"commit", about.commit},
                  {"options", options_json(about.options)}};
  return json.dump(2) + "\n";
}

std::string attention_line(const AttentionRow& row, std::string_view episode, const std::vector<std::string>& cameras) {
  Json list = Json::array();
  for (std::size_t c = 0; c < row.cameras.size(); ++c) {
    const CameraAttention& camera = row.cameras[c];
    list.push_back({{"camera", cameras.at(c)},
                    {"max_weight", camera.focus.max},
                    {"mean_weight", camera.focus.mean},
                    {"max_over_mean", number(camera.focus.max_over_mean)},
                    {"entropy_nats", number(camera.focus.entropy_nats)},
                    {"entropy_share", number(camera.focus.entropy_share)},
                    {"half_mass_area_share", number(camera.focus.half_mass_area)},
                    {"camera_share", number(camera.share)},
                    {"labels", row_labels_json(camera)},
                    {"regions", row_regions_json(camera)}});
  }
  return Json{{"episode", row.episode},
              {"name", episode},
              {"step", row.step},
              {"phase", row.phase},
              {"image_attention_share", number(row.image_share)},
              {"frames_ahead", kLookAhead},
              {"cameras", std::move(list)}}
             .dump() +
         "\n";
}

}  // namespace awd
