// The results as JSON, in the order of reading: what, where, at what cost, against what.
#include <algorithm>

#include "awd/types.h"
#include "cli/bench/bench_compare.h"
#include "cli/bench/bench_result.h"
#include "cli/build_info.h"
#include "cli/machine_json.h"
#include "cli/options_cli.h"
#include "engine/config_json.h"

namespace awd::cli {
namespace {

using Json = nlohmann::ordered_json;

Json rate_json(const PeakRate& rate) { return {{"giga_ops_per_s", rate.giga_ops_per_s}, {"unit", rate.unit}}; }

Json ceilings_json(const Ceilings& ceilings) {
  Json json{{"read_gb_per_s", ceilings.read_gb_per_s},
            {"read_bytes", ceilings.read_bytes},
            {"f32", rate_json(ceilings.f32)},
            {"bf16", rate_json(ceilings.bf16)},
            {"int8", rate_json(ceilings.int8)}};
  if (ceilings.fp8.giga_ops_per_s > 0) json["fp8"] = rate_json(ceilings.fp8);
  return json;
}

Json error_json(const ActionError& error) {
  return {{"against", "f32"},
          {"queries", error.queries},
          {"rms", error.rms},
          {"largest", error.largest},
          {"rms_of_actions", error.rms_of_actions}};
}

/// Rates are those of the median.
Json stage_json(const StageResult& stage, const BenchResult& result) {
  Json json{{"p50", stage.ms.p50},   {"p95", stage.ms.p95}, {"p99", stage.ms.p99},
            {"mean", stage.ms.mean}, {"min", stage.ms.min}, {"n", stage.ms.n}};
  if (stage.gflop > 0 && stage.ms.p50 > 0) {
    const double gflop_per_s = stage.gflop / (stage.ms.p50 * 1e-3);
    const double gb_per_s = stage.gbytes / (stage.ms.p50 * 1e-3);
    json["gflop"] = stage.gflop;
    json["gflop_per_s"] = gflop_per_s;
    json["percent_of_peak"] = 100 * gflop_per_s / peak_of(result).giga_ops_per_s;
    json["gbytes"] = stage.gbytes;
    json["gb_per_s"] = gb_per_s;
    json["percent_of_read"] = 100 * gb_per_s / result.ceilings.read_gb_per_s;
  }
  return json;
}

Json latency_json(const BenchResult& result) {
  Json json = Json::object();
  for (const StageResult& stage : result.stages) json[stage.name] = stage_json(stage, result);
  return json;
}

}  // namespace

nlohmann::ordered_json geometry_json(const BenchShape& shape) {
  const ModelConfig& config = shape.config;
  Json json{{"variant", word_of(config.variant)}, {"image_size", config.image_size}};
  json.update(networks_json(config));
  json["llm"].erase("vocab");  // decides no product
  json["model_action_dim"] = config.model_action_dim;
  json["state_token"] = config.has_state_token();
  json["horizon"] = config.horizon;
  json["flow_steps"] = shape.flow_steps;
  json["cameras"] = shape.cameras;
  json["text_tokens"] = shape.text_tokens;
  return json;
}

const PeakRate& peak_of(const BenchResult& result) {
  switch (result.info.dtype) {
    case EngineDtype::kBf16:
      return result.ceilings.bf16;
    case EngineDtype::kInt8:
      return result.ceilings.int8;
    case EngineDtype::kFp8:
      return result.ceilings.fp8;
    case EngineDtype::kF32:
    case EngineDtype::kAuto:
      break;
  }
  return result.ceilings.f32;
}

std::string bench_json(const BenchResult& result) {
  Json json{{"format", kBenchFormat},
            {"version", kVersion},
            {"commit", build_commit()},
            {"machine", machine_json()},
            {"options", options_json(result.options)},
            {"engine", options_json(result.engine)},
            {"policy", {{"folder", result.folder}, {"name", result.info.name}}},
            {"dtype", std::string(word_of(result.info.dtype))},
            {"geometry", geometry_json(result.shape)},
            {"threads", result.threads},
            {"ceilings", ceilings_json(result.ceilings)},
            {"weight_bytes", result.info.weight_bytes},
            {"peak_rss_bytes", result.memory.peak},
            {"rss_anonymous_bytes", result.memory.anonymous},
            {"rss_file_bytes", result.memory.file},
            {"load_ms", result.load_ms},
            {"first_action_ms", result.first_action_ms},
            {"latency_ms", latency_json(result)}};
  if (result.action_error.queries > 0) json["action_error"] = error_json(result.action_error);
  if (!result.gpu.name.empty()) {
    json["gpu"] = result.gpu.name;
    json["gpu_memory_bytes"] = result.gpu.memory_in_use;
  }
  return json.dump(2) + "\n";
}

}  // namespace awd::cli
