// Test support: messages of openpi's client from testdata/, and a policy without a network.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "awd/policy.h"
#include "server/codec/message.h"
#include "server/codec/packer.h"

namespace awd::server {

/// The bytes of testdata/NAME.msgpack (made by testdata/make_messages.py).
inline std::string test_message(const std::string& name) {
  std::ifstream file(std::string(AWD_SOURCE_DIR) + "/src/server/testdata/" + name + ".msgpack", std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Two cameras of 2 x 2 pixels, eight state values, chunks of 6 actions with 3 values.
inline PolicyInfo small_policy_info() {
  return {
      .name = "small", .cameras = {"base", "wrist"}, .image_size = 2, .state_dim = 8, .action_dim = 3, .horizon = 6};
}

/// What the policies of one test were asked.
struct PolicyLog {
  std::vector<std::uint64_t> seeds;  // of resets
  std::vector<int> skips;
  int acts = 0;
};

/// Queries when nothing is held or less than two rows are left; else its held chunk goes on. Action row k of query q is
/// {q, k, first state value}.
class SmallPolicy final : public Policy {
 public:
  explicit SmallPolicy(PolicyLog& log) : log_(log), info_(small_policy_info()) {}

  const PolicyInfo& info() const override { return info_; }
  void reset(std::uint64_t seed) override {
    log_.seeds.push_back(seed);
    row_ = info_.horizon;
  }
  void skip(int steps) override {
    log_.skips.push_back(steps);
    row_ += steps;
  }
  ActResult act(const Observation& observation) override {
    ++log_.acts;
    ActResult result;
    if (row_ >= info_.horizon - 2) {
      ++queries_;
      chunk_.clear();
      for (int k = 0; k < info_.horizon; ++k) {
        chunk_.insert(chunk_.end(), {float(queries_), float(k), observation.state[0]});
      }
      row_ = 0;
    } else {
      ++row_;
      result.decision = {.verdict = Verdict::kReuse, .reason = Reason::kReuse, .age = row_};
      result.decision.scores.weighted_drift = 0.25;
    }
    result.action = plan().first(3);
    return result;
  }
  std::span<const float> plan() const override { return std::span<const float>(chunk_).subspan(std::size_t(3 * row_)); }

 private:
  PolicyLog& log_;
  PolicyInfo info_;
  std::vector<float> chunk_;
  int row_ = 6;
  int queries_ = 0;
};

/// A request for SmallPolicy, as a client with AWD's own keys would send it; negative: the key is left out.
struct TestRequest {
  float state = 0;
  std::int64_t step = -1;
  std::int64_t reset_seed = -1;
};

inline std::string pack_request(const TestRequest& request) {
  const std::array<std::uint8_t, 12> picture{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const std::array<std::int64_t, 3> picture_shape{2, 2, 3};
  const std::vector<float> state(8, request.state);
  const std::array<std::int64_t, 1> state_shape{8};
  Packer packer;
  packer.map(4u + (request.step >= 0 ? 1 : 0) + (request.reset_seed >= 0 ? 1 : 0));
  packer.text("observation/image").array(picture, picture_shape);
  packer.text("observation/wrist_image").array(picture, picture_shape);
  packer.text("observation/state").array(state, state_shape).text("prompt").text("go");
  if (request.step >= 0) packer.text("awd/step").integer(request.step);
  if (request.reset_seed >= 0) packer.text("awd/reset").integer(request.reset_seed);
  return packer.take();
}

/// Row `row` of the actions in a reply.
inline std::vector<double> reply_row(const std::string& reply, int row) {
  const Message message = Message::parse(bytes_of(reply));
  const auto& actions = std::get<ArrayView>(*message.find("actions"));
  std::vector<double> values;
  const std::size_t dim = std::size_t(actions.shape[1]);
  for (std::size_t i = 0; i < dim; ++i) values.push_back(actions.at(std::size_t(row) * dim + i));
  return values;
}

}  // namespace awd::server
