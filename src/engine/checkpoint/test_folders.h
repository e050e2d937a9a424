// Test support: folders of public checkpoints, of any size, without their values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "awd/error.h"
#include "engine/checkpoint_tensors.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"

namespace awd {

inline const std::string kTestTokenizer = AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model";

inline void write_text(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

/// Headers of every tensor that openpi's converter writes for `config`.
inline std::vector<TensorHeader> all_headers(const ModelConfig& config, StoredType type = StoredType::kBf16) {
  std::vector<TensorHeader> headers;
  for (const TensorSpec& spec : checkpoint_tensors(config)) headers.push_back({spec.name, type, spec.shape});
  return headers;
}

/// A safetensors file whose values are a hole in the file: zeros that take no space.
inline void write_sparse(const std::string& path, const std::vector<TensorHeader>& headers) {
  nlohmann::json json = nlohmann::json::object();
  std::uint64_t offset = 0;
  for (const TensorHeader& header : headers) {
    std::uint64_t bytes = header.type == StoredType::kF32 || header.type == StoredType::kI32 ? 4 : 2;
    for (const std::int64_t side : header.shape) bytes *= std::uint64_t(side);
    json[header.name] = {
        {"dtype", stored_type_name(header.type)}, {"shape", header.shape}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  const std::string text = json.dump();
  const std::uint64_t length = text.size();
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(&length), 8);
  file << text;
  file.close();
  std::filesystem::resize_file(path, 8 + length + offset);
}

/// norm_stats.json with as many dimensions.
inline std::string stats_text(int state, int actions) {
  const auto lists = [](int dim) {
    const auto all = [dim](double value) { return std::vector<double>(std::size_t(dim), value); };
    return nlohmann::json{{"mean", all(0)}, {"std", all(1)}, {"q01", all(-1)}, {"q99", all(1)}};
  };
  return nlohmann::json{{"norm_stats", {{"state", lists(state)}, {"actions", lists(actions)}}}}.dump();
}

/// What() of the awd::Error that `run` throws, or "no error".
inline std::string error_text(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace awd
