// What `awd inspect --json` writes.
#include <nlohmann/json.hpp>

#include "cli/inspect.h"
#include "engine/checkpoint/resident_bytes.h"
#include "engine/config_json.h"

namespace awd::cli {
namespace {

using Json = nlohmann::ordered_json;

Json model_json(const ModelConfig& config) {
  Json json{{"name", config.name}, {"variant", word_of(config.variant)}, {"robot", word_of(config.io.robot)}};
  json.update(interface_json(config));
  json["relative_actions"] = config.io.relative_actions;
  json["aloha_units"] = config.io.aloha_units;
  json.update(networks_json(config));
  return json;
}

Json tensors_json(const TensorCheck& check) {
  Json parts = Json::object();
  for (int i = 0; i < kPolicyParts; ++i) {
    const PartCheck& part = check.parts[std::size_t(i)];
    parts[std::string(part_name(PolicyPart(i)))] = {{"expected", part.expected},
                                                    {"present", part.present},
                                                    {"parameters", part.parameters},
                                                    {"bytes", part.bytes},
                                                    {"types", part.types}};
  }
  return {{"parts", parts},           {"problems", check.problems},
          {"not_read", check.unused}, {"not_read_bytes", check.unused_bytes},
          {"unknown", check.extra},   {"unknown_bytes", check.extra_bytes}};
}

}  // namespace

std::string inspection_json(const Inspection& inspection) {
  const PolicyFolder& folder = inspection.folder;
  Json json{{"folder", folder.path},
            {"kind", folder.kind ? Json(kind_name(*folder.kind)) : Json()},
            {"would_run", inspection.would_run()}};
  if (folder.config) {
    json["model"] = model_json(*folder.config);
    json["backend"] = kEnumWords<EngineBackend>[std::size_t(inspection.options.backend)];
    json["dtype"] = kEnumWords<EngineDtype>[std::size_t(inspection.dtype())];
    for (const EngineDtype dtype : {EngineDtype::kF32, EngineDtype::kBf16, EngineDtype::kInt8}) {
      json["resident_bytes"][std::string(kEnumWords<EngineDtype>[std::size_t(dtype)])] =
          resident_bytes(*folder.config, dtype);
    }
  }
  Json files = Json::array();
  if (folder.checkpoint != nullptr) {
    for (const auto& file : folder.checkpoint->files())
      files.push_back({{"path", file->path()}, {"bytes", file->size()}});
  }
  json["files"] = files;
  if (folder.tensors) json["tensors"] = tensors_json(*folder.tensors);
  json["statistics"] = folder.norms ? Json(folder.norms_source) : Json();
  json["tokenizer"] =
      folder.tokenizer ? Json{{"path", folder.tokenizer_path}, {"pieces", folder.tokenizer->size()}} : Json();
  json["values_checked"] = inspection.values_checked;
  json["bad_tensors"] = inspection.bad_tensors;
  json["notes"] = folder.notes;
  Json problems = Json::array();
  for (const Error& problem : folder.problems) problems.push_back(problem.what());
  json["problems"] = problems;
  return json.dump(2) + "\n";
}

}  // namespace awd::cli
