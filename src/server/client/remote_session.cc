// The request is openpi's LIBERO client's, with AWD's optional keys, which other servers ignore.
#include "server/client/remote_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "awd/error.h"
#include "server/codec/message.h"
#include "server/codec/observation_keys.h"
#include "server/codec/packer.h"
#include "server/codec/request.h"

namespace awd::server {
namespace {

/// What goes with an observation.
struct Hints {
  bool begins = false;
  std::uint64_t seed = 0;
  std::int64_t step = 0;
};

void pack_vector(Packer& packer, std::string_view key, std::span<const float> values) {
  const std::array<std::int64_t, 1> shape{std::int64_t(values.size())};
  packer.text(key).array(values, shape);
}

void pack_masks(Packer& packer, std::span<const RobotMask> masks) {
  std::vector<std::uint8_t> cells;
  for (const RobotMask& mask : masks) cells.insert(cells.end(), mask.data, mask.data + kPatchGrid * kPatchGrid);
  const std::array<std::int64_t, 3> shape{std::int64_t(masks.size()), kPatchGrid, kPatchGrid};
  packer.text(kMasksKey).array(cells, shape);
}

std::string pack_request(const Observation& observation, const ObservationKeys& keys, const Hints& hints) {
  const auto is_there = [](const auto& view) { return !view.empty(); };
  const auto pictures = std::ranges::count_if(observation.cameras, is_there);
  const bool has_masks = !observation.robot_masks.empty() && std::ranges::all_of(observation.robot_masks, is_there);
  const bool has_joints = !observation.joints.empty();
  Packer packer;
  packer.map(std::size_t(pictures) + 3 + (hints.begins ? 1 : 0) + (has_joints ? 1 : 0) + (has_masks ? 1 : 0));
  for (std::size_t c = 0; c < observation.cameras.size(); ++c) {
    const ImageView& view = observation.cameras[c];
    if (view.empty()) continue;
    const std::array<std::int64_t, 3> shape{view.height, view.width, 3};
    const std::size_t bytes = std::size_t(view.height) * std::size_t(view.width) * 3;
    packer.text(keys.cameras[c].name).array(std::span(view.data, bytes), shape);
  }
  pack_vector(packer, keys.state.front(), observation.state);
  packer.text(keys.prompt).text(observation.prompt);
  packer.text(kStepKey).integer(hints.step);
  if (hints.begins) packer.text(kResetKey).integer(std::int64_t(hints.seed & 0x7fffffffffffffffu));
  if (has_joints) pack_vector(packer, keys.joints, observation.joints);
  if (has_masks) pack_masks(packer, observation.robot_masks);
  return packer.take();
}

/// The actions of a reply, cut to `action_dim` columns.
ActionChunk read_actions(const std::string& reply, int action_dim, const std::string& url) {
  const Message message = Message::parse({reinterpret_cast<const std::uint8_t*>(reply.data()), reply.size()});
  const Value* value = message.find("actions");
  const auto* array = value == nullptr ? nullptr : std::get_if<ArrayView>(value);
  const bool fits = array != nullptr && array->kind == NumberKind::kFloat && array->shape.size() == 2 &&
                    array->shape[0] >= 1 && array->shape[1] >= action_dim;
  if (!fits) {
    throw Error("server " + url,
                fmt::format("expected actions as floats [rows, {}], got {}", action_dim, describe(value)));
  }
  ActionChunk chunk{.horizon = int(array->shape[0]), .dim = action_dim, .values = {}};
  const std::size_t columns = std::size_t(array->shape[1]);
  for (std::size_t row = 0; row < std::size_t(array->shape[0]); ++row) {
    for (std::size_t i = 0; i < std::size_t(action_dim); ++i) {
      chunk.values.push_back(float(array->at(row * columns + i)));
    }
  }
  return chunk;
}

ObservationKeys keys_for(const RemoteOptions& options) { return robot_keys(RobotKind::kGeneric, options.cameras); }

}  // namespace

EngineInfo probe_server(const RemoteOptions& options) {
  PolicyClient client(options.url, options.api_key);
  const std::string& bytes = client.metadata();
  const Message metadata = Message::parse({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  EngineInfo info;
  info.name = "remote";
  if (const Value* name = metadata.find("awd/policy");
      name != nullptr && std::holds_alternative<std::string_view>(*name)) {
    info.name = fmt::format("remote {}", std::get<std::string_view>(*name));
  }
  info.cameras = options.cameras;
  info.image_size = options.image_size;
  info.state_dim = options.state_dim;
  info.action_dim = info.model_action_dim = options.action_dim;
  info.flow_steps = 1;
  info.notes = {"served at " + options.url};

  constexpr std::uint8_t kGrey = 128;
  const std::size_t pixels = std::size_t(options.image_size) * std::size_t(options.image_size) * 3;
  const std::vector<std::uint8_t> picture(pixels, kGrey);
  const std::vector<ImageView> views(options.cameras.size(),
                                     ImageView{picture.data(), options.image_size, options.image_size});
  const std::vector<float> state(std::size_t(options.state_dim));
  const Observation observation{.cameras = views, .state = state, .joints = {}, .prompt = "wait"};
  const std::string request = pack_request(observation, keys_for(options), {.begins = true});
  info.horizon = read_actions(client.infer(request), options.action_dim, options.url).horizon;
  return info;
}

RemoteSession::RemoteSession(const RemoteOptions& options, const EngineInfo& info)
    : options_(options), info_(info), client_(options.url, options.api_key) {}

void RemoteSession::begin_episode(std::uint64_t seed) {
  begins_ = true;
  seed_ = seed;
}

EncodeTiming RemoteSession::encode(const Observation& observation, PrefixCache& cache) {
  return encode_planned(observation, {}, cache);
}

EncodeTiming RemoteSession::encode_planned(const Observation& observation, const EncodePlan& plan,
                                           PrefixCache& /*cache*/) {
  if (plan.hold_vision || !plan.token_layers.empty() || plan.keep_vision != EncodePlan{}.keep_vision) {
    throw Error("server " + options_.url, "expected a reuse mode that keeps chunks alone (aligned), got another");
  }
  const std::string request =
      pack_request(observation, keys_for(options_), {.begins = begins_, .seed = seed_, .step = step_});
  chunk_ = read_actions(client_.infer(request), info_.action_dim, options_.url);
  begins_ = false;
  present_.clear();
  for (const ImageView& view : observation.cameras) present_.push_back(!view.empty());
  if (chunk_.horizon != info_.horizon) {
    throw Error("server " + options_.url, fmt::format("expected {} rows of actions as in its first reply, got {}",
                                                      info_.horizon, chunk_.horizon));
  }
  return {};
}

void RemoteSession::denoise(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise,
                            ActionChunk& chunk, ImportanceMaps* importance) {
  FlowDetails details;
  denoise_from(cache, state, {.x = noise}, chunk, &details);
  if (importance != nullptr) *importance = details.importance;
}

void RemoteSession::denoise_from(const PrefixCache& /*cache*/, std::span<const float> /*state*/, const FlowStart& start,
                                 ActionChunk& chunk, FlowDetails* details) {
  if (chunk_.values.empty() || start.step != 0) {
    throw Error("server " + options_.url, "expected a reuse mode that keeps chunks alone (aligned), got another");
  }
  chunk = std::move(chunk_);
  chunk_ = {};
  if (details == nullptr || !details->wants_importance) return;
  details->importance.n_cameras = int(present_.size());
  for (std::size_t c = 0; c < present_.size(); ++c) {
    details->importance.map[c].fill(present_[c] ? 1.0f / (kPatchGrid * kPatchGrid) : 0.0f);
  }
}

}  // namespace awd::server
