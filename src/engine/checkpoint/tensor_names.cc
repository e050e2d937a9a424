// Rewrites the beginnings of names.
#include "engine/checkpoint/tensor_names.h"

#include <array>

namespace awd {
namespace {

constexpr std::string_view kLeRobotPrefix = "model.";
constexpr std::string_view kPaliGemma = "paligemma_with_expert.paligemma.";

struct Rename {
  std::string_view from, to;
};
/// Behind kPaliGemma; the first that fits counts.
constexpr std::array kRenames = {
    Rename{"vision_tower.", "model.vision_tower."}, Rename{"multi_modal_projector.", "model.multi_modal_projector."},
    Rename{"language_model.model.", "model.language_model."}, Rename{"language_model.lm_head.", "lm_head."},
    Rename{"language_model.", "model.language_model."}};

}  // namespace

std::string canonical_name(std::string_view stored) {
  if (stored.starts_with(kLeRobotPrefix)) stored.remove_prefix(kLeRobotPrefix.size());
  if (!stored.starts_with(kPaliGemma)) return std::string(stored);
  const std::string_view rest = stored.substr(kPaliGemma.size());
  for (const Rename& rename : kRenames) {
    if (!rest.starts_with(rename.from)) continue;
    return std::string(kPaliGemma) + std::string(rename.to) + std::string(rest.substr(rename.from.size()));
  }
  return std::string(stored);
}

}  // namespace awd
