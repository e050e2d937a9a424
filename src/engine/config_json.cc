// Names the fields of ModelConfig.
#include "engine/config_json.h"

#include <string>

namespace awd {

nlohmann::ordered_json interface_json(const ModelConfig& config) {
  return {{"cameras", config.cameras},
          {"image_size", config.image_size},
          {"state_dim", config.state_dim},
          {"action_dim", config.action_dim},
          {"model_state_dim", config.model_state_dim},
          {"model_action_dim", config.model_action_dim},
          {"horizon", config.horizon},
          {"flow_steps", config.flow_steps},
          {"max_tokens", config.max_tokens},
          {"state_input", std::string(word_of(config.state_input))}};
}

nlohmann::ordered_json networks_json(const ModelConfig& config) {
  const ModelConfig::Vision& vision = config.vision;
  const ModelConfig::Llm& llm = config.llm;
  return {{"vision", {{"width", vision.width}, {"depth", vision.depth}, {"heads", vision.heads}, {"mlp", vision.mlp}}},
          {"llm",
           {{"width", llm.width},
            {"depth", llm.depth},
            {"mlp", llm.mlp},
            {"heads", llm.heads},
            {"kv_heads", llm.kv_heads},
            {"head_dim", llm.head_dim},
            {"vocab", llm.vocab}}},
          {"expert", {{"width", config.expert.width}, {"mlp", config.expert.mlp}}}};
}

}  // namespace awd
