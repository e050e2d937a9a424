// Scores stay plain numbers: openpi's ActionChunkBroker cuts every array of a reply along its first side.
#include "server/codec/reply.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"
#include "server/codec/named_scores.h"
#include "server/codec/packer.h"

namespace awd::server {
namespace {

void pack_decision(const Reply& reply, Packer& packer) {
  const Decision& decision = reply.decision;
  const std::size_t rows = reply.plan.size() / std::size_t(reply.action_dim);
  packer.map(7).text("verdict").text(word_of(decision.verdict));
  packer.text("reason").text(word_of(decision.reason));
  packer.text("reuse").flag(decision.verdict == Verdict::kReuse);
  packer.text("age").integer(decision.age);
  packer.text("mode").text(reply.mode);
  packer.text("rows").integer(std::int64_t(rows));
  const auto scores = named_scores(decision);
  packer.text("scores").map(scores.size());
  for (const auto& [name, score] : scores) packer.text(name).number(score);
}

}  // namespace

std::string encode_reply(const Reply& reply) {
  const std::size_t dim = std::size_t(reply.action_dim);
  AWD_CHECK(dim > 0 && reply.plan.size() >= dim, "{} values of {}", reply.plan.size(), dim);
  std::vector<float> rows(reply.plan.begin(), reply.plan.end());
  while (rows.size() < dim * std::size_t(reply.horizon)) {
    rows.insert(rows.end(), reply.plan.end() - std::ptrdiff_t(dim), reply.plan.end());
  }
  const std::array<std::int64_t, 2> shape{std::int64_t(rows.size() / dim), reply.action_dim};

  Packer packer;
  packer.map(4).text("actions").array(rows, shape);
  packer.text("policy_timing").map(1).text("infer_ms").number(reply.policy_ms);
  packer.text(kDecisionKey);
  pack_decision(reply, packer);
  packer.text("server_timing").map(reply.prev_total_ms ? 2 : 1).text("infer_ms").number(reply.infer_ms);
  if (reply.prev_total_ms) packer.text("prev_total_ms").number(*reply.prev_total_ms);
  return packer.take();
}

std::string encode_metadata(const Metadata& metadata) {
  Packer packer;
  packer.map(metadata.reset_pose.empty() ? 1 : 2);
  if (!metadata.reset_pose.empty()) {
    packer.text("reset_pose").list(metadata.reset_pose.size());
    for (const float value : metadata.reset_pose) packer.number(double(value));
  }
  const PolicyInfo& policy = metadata.policy;
  packer.text("awd").map(9).text("version").text(kVersion).text("policy").text(policy.name);
  packer.text("cameras").list(policy.cameras.size());
  for (const std::string& camera : policy.cameras) packer.text(camera);
  packer.text("image_size").integer(policy.image_size).text("state_dim").integer(policy.state_dim);
  packer.text("action_dim").integer(policy.action_dim).text("horizon").integer(policy.horizon);
  packer.text("gate").text(metadata.arm).text("replan_steps").integer(metadata.replan_steps);
  return packer.take();
}

}  // namespace awd::server
