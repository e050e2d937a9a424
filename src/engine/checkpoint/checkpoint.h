// Checkpoint: the tensors of a policy under one spelling of their names, from one safetensors file or several shards.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/safetensors.h"

namespace awd {

/// The weight file of a policy folder, and the list of its shards where it is cut into several.
inline constexpr const char* kWeightFile = "model.safetensors";
inline constexpr const char* kShardIndex = "model.safetensors.index.json";

/// A tensor and the file that it lies in; `stored->name` is its name there.
struct CheckpointTensor {
  const SafetensorsFile* file = nullptr;
  const StoredTensor* stored = nullptr;
};

/// Headers are read and checked at construction, values only by those who ask for them. Immutable, thread-safe.
class Checkpoint {
 public:
  /// `path` is a policy folder or one safetensors file. Throws awd::Error for a missing or lying file, a shard index
  /// that does not fit its shards, and a tensor that is there twice.
  explicit Checkpoint(const std::string& path);

  /// The weight file, or the shard index.
  const std::string& path() const { return path_; }
  /// The tensor of that canonical name (see tensor_names.h), or nullptr. kEmbeddingTensor finds the token embedding
  /// under whichever name it is stored.
  const CheckpointTensor* find(const std::string& name) const;
  /// By canonical name.
  const std::map<std::string, CheckpointTensor>& tensors() const { return tensors_; }
  const std::vector<std::unique_ptr<const SafetensorsFile>>& files() const { return files_; }
  /// How names differ from the canonical ones, for people.
  const std::vector<std::string>& spellings() const { return spellings_; }

 private:
  void open_shards(const std::string& folder);
  void add_file(const SafetensorsFile& file);
  void settle_aliases();

  std::string path_;
  std::vector<std::unique_ptr<const SafetensorsFile>> files_;
  std::map<std::string, CheckpointTensor> tensors_;
  std::vector<std::string> spellings_;
};

}  // namespace awd
