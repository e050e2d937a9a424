// Runs a policy once on inputs from a safetensors file and writes what every stage computes to another.
// Usage: awd_dump_stages POLICY INPUTS OUTPUT DTYPE [THREADS]
// INPUTS: pictures [present cameras, side, side, 3] u8, tokens [n] i32, state [model_state_dim] f32 (normalised),
// noise [horizon, model_action_dim] f32. OUTPUT: the stages of engine/test_stages.h, f32.
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "awd/error.h"
#include "awd/options.h"
#include "engine/test_stages.h"
#include "io/safetensors.h"

namespace awd {
namespace {

const StoredTensor& checked(const SafetensorsFile& file, const std::string& name, StoredType type) {
  const StoredTensor* tensor = file.find(name);
  if (tensor == nullptr || tensor->type != type) {
    throw Error(file.path(), fmt::format("tensor {}: expected {}, got {}", name, stored_type_name(type),
                                         tensor == nullptr ? "no such tensor" : stored_type_name(tensor->type)));
  }
  return *tensor;
}

std::vector<float> floats(const SafetensorsFile& file, const std::string& name, int size) {
  const StoredTensor& tensor = checked(file, name, StoredType::kF32);
  if (tensor.elements() != size) {
    throw Error(file.path(), fmt::format("tensor {}: expected {} values, got {}", name, size, tensor.elements()));
  }
  std::vector<float> values(static_cast<std::size_t>(size));
  tensor.read(0, values);
  return values;
}

StageInputs read_inputs(const SafetensorsFile& file, const ModelConfig& config) {
  StageInputs inputs;
  const StoredTensor& pictures = checked(file, "pictures", StoredType::kU8);
  const int side = config.image_size;
  const bool fits = pictures.shape.size() == 4 && pictures.shape[0] <= int(config.cameras.size()) &&
                    pictures.shape[1] == side && pictures.shape[2] == side && pictures.shape[3] == 3;
  if (!fits) {
    throw Error(file.path(), fmt::format("tensor pictures: expected [1 to {}, {}, {}, 3], got {}",
                                         config.cameras.size(), side, side, pictures.shape_text()));
  }
  const auto* pixels = reinterpret_cast<const std::uint8_t*>(pictures.bytes.data());
  for (std::int64_t i = 0; i < pictures.shape[0]; ++i) {
    inputs.pictures.push_back({pixels + i * side * side * 3, side});
  }

  const StoredTensor& tokens = checked(file, "tokens", StoredType::kI32);
  inputs.tokens.resize(std::size_t(tokens.elements()));
  std::memcpy(inputs.tokens.data(), tokens.bytes.data(), tokens.bytes.size());
  for (const int token : inputs.tokens) {
    if (token < 0 || token >= config.llm.vocab) {
      throw Error(file.path(), fmt::format("tokens: expected 0 to {}, got {}", config.llm.vocab - 1, token));
    }
  }
  if (int(inputs.tokens.size()) > config.max_tokens) {
    throw Error(file.path(), fmt::format("tokens: expected at most {}, got {}", config.max_tokens, tokens.elements()));
  }
  inputs.state = floats(file, "state", config.model_state_dim);
  inputs.noise = floats(file, "noise", config.horizon * config.model_action_dim);
  return inputs;
}

EngineDtype dtype_of(std::string_view word) {
  for (const EngineDtype dtype : {EngineDtype::kF32, EngineDtype::kBf16, EngineDtype::kInt8}) {
    if (word == word_of(dtype)) return dtype;
  }
  throw Error("DTYPE", fmt::format("expected f32, bf16 or int8, got {}", word));
}

void run(std::span<char*> arguments) {
  EngineOptions options;
  options.dtype = dtype_of(arguments[4]);
  if (arguments.size() > 5) options.threads = std::atoi(arguments[5]);
  StageRunner runner(Engine::load(arguments[1], options));
  const SafetensorsFile file(arguments[2]);
  const StageInputs inputs = read_inputs(file, runner.config());
  std::vector<TensorToWrite> tensors;
  for (auto& [name, stage] : runner.run(inputs)) {
    tensors.push_back({name, {stage.rows, stage.cols}, stage.values});
  }
  write_safetensors(arguments[3], tensors);
}

}  // namespace
}  // namespace awd

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    fmt::print(stderr, "usage: awd_dump_stages POLICY INPUTS OUTPUT f32|bf16|int8 [THREADS]\n");
    return 2;
  }
  try {
    awd::run({argv, std::size_t(argc)});
  } catch (const awd::Error& error) {
    fmt::print(stderr, "awd_dump_stages: {}\n", error.what());
    return 2;
  }
  return 0;
}
