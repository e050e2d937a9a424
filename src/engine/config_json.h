// ModelConfig as JSON, under the names of config.json: what policies, inspections and measurements write about a model.
#pragma once

#include <nlohmann/json.hpp>

#include "engine/config.h"

namespace awd {

/// Names, pictures, numbers and actions that go in and out: "cameras", "image_size", ..., "state_input".
nlohmann::ordered_json interface_json(const ModelConfig& config);

/// Sizes of the three networks: "vision", "llm" and "expert", an object each.
nlohmann::ordered_json networks_json(const ModelConfig& config);

}  // namespace awd
