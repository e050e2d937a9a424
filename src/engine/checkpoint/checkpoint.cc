// Opens weight files and settles under which name each tensor is known.
#include "engine/checkpoint/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "awd/error.h"
#include "engine/checkpoint/file_kind.h"
#include "engine/checkpoint/tensor_names.h"
#include "engine/checkpoint_tensors.h"
#include "engine/json_file.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

/// Tensor name -> shard of an index. Shards are plain file names, so that an index cannot lead out of its folder.
std::map<std::string, std::string> read_index(const std::string& path) {
  const nlohmann::json json = read_json_object(path);
  const JsonFields fields(path, json);
  const auto& weights = fields.field("weight_map");
  if (!weights.is_object() || weights.empty()) fields.fail("weight_map", "an object of file names", weights.dump());
  std::map<std::string, std::string> shards;
  for (const auto& [tensor, file] : weights.items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || fs::path(name).filename() != name || name == "." || name == "..") {
      fields.fail("weight_map." + tensor, "the name of a file beside the index", file.dump());
    }
    shards[tensor] = name;
  }
  return shards;
}

}  // namespace

Checkpoint::Checkpoint(const std::string& path) : path_(path) {
  if (!is_folder(path)) {
    files_.push_back(std::make_unique<const SafetensorsFile>(path));
  } else if (!is_there(path + "/" + kWeightFile) && is_there(path + "/" + kShardIndex)) {
    open_shards(path);
  } else {
    path_ = path + "/" + kWeightFile;
    files_.push_back(std::make_unique<const SafetensorsFile>(path_));
  }
  for (const auto& file : files_) add_file(*file);
  settle_aliases();
}

void Checkpoint::open_shards(const std::string& folder) {
  path_ = folder + "/" + kShardIndex;
  std::map<std::string, const SafetensorsFile*> opened;
  for (const auto& [tensor, shard] : read_index(path_)) {
    const SafetensorsFile*& file = opened[shard];
    if (file == nullptr) {
      files_.push_back(std::make_unique<const SafetensorsFile>(fmt::format("{}/{}", folder, shard)));
      file = files_.back().get();
    }
    if (file->find(tensor) == nullptr) {
      throw Error(path_, fmt::format("tensor {}: expected it in {}, got no such tensor there", tensor, shard));
    }
  }
}

void Checkpoint::add_file(const SafetensorsFile& file) {
  for (const auto& [stored_name, stored] : file.tensors()) {
    const std::string name = canonical_name(stored_name);
    const auto [found, is_new] = tensors_.emplace(name, CheckpointTensor{&file, &stored});
    if (is_new) continue;
    const CheckpointTensor& first = found->second;
    throw Error(file.path(), fmt::format("tensor {}: expected it once, got it also as {} in {}", stored_name,
                                         first.stored->name, first.file->path()));
  }
}

void Checkpoint::settle_aliases() {
  const auto is_respelled = [](const auto& entry) { return entry.first != entry.second.stored->name; };
  const auto respelled = std::count_if(tensors_.begin(), tensors_.end(), is_respelled);
  if (respelled > 0) {
    const auto example = std::find_if(tensors_.begin(), tensors_.end(), is_respelled);
    spellings_.push_back(fmt::format("{} tensors under another spelling, such as {} for {}", respelled,
                                     example->second.stored->name, example->first));
  }
  // LeRobot accepts pi0.5 files whose time layers still have their names of pi0.
  if (tensors_.contains(std::string(kExpertPrefix) + "norm.dense.weight")) {
    for (const char* layer : {"time_mlp_in", "time_mlp_out"}) {
      for (const char* part : {".weight", ".bias"}) {
        const std::string name = std::string(layer) + part;
        auto old = tensors_.extract("action_" + name);
        if (old.empty()) continue;
        spellings_.push_back(fmt::format("action_{} is read as {}", name, name));
        old.key() = name;
        if (!tensors_.insert(std::move(old)).inserted) {
          throw Error(path_, fmt::format("tensor {}: expected it once, got action_{} as well", name, name));
        }
      }
    }
  }
  const bool has_head = tensors_.contains(kEmbeddingTensor);
  if (tensors_.contains(kOwnEmbedding)) {
    spellings_.push_back(has_head ? "the embedding is stored twice; embed_tokens is read, lm_head is not"
                                  : "the embedding is stored as embed_tokens");
  } else if (has_head) {
    spellings_.push_back("the embedding is stored as lm_head, which shares it");
  }
}

const CheckpointTensor* Checkpoint::find(const std::string& name) const {
  auto found = name == kEmbeddingTensor ? tensors_.find(kOwnEmbedding) : tensors_.end();
  if (found == tensors_.end()) found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

}  // namespace awd
