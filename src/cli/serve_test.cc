// Which arms a server takes, and that a session of gate `none` gives the plain policy's chunks to the bit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "awd/error.h"
#include "cli/serve_arm.h"
#include "server/codec/message.h"
#include "server/codec/packer.h"
#include "server/session/policy_session.h"

namespace awd::cli {
namespace {

TEST(ServedArm, AQueryIsDueBeforeTooFewRowsAreLeft) {
  EXPECT_EQ(served_arm("none", 0, 20).reuse.execute, 0);
  EXPECT_EQ(served_arm("awd-aligned", 5, 20).reuse.execute, 16);  // age 15 has 5 rows left
  EXPECT_EQ(served_arm("awd-aligned", 20, 20).reuse.execute, 1);
  EXPECT_EQ(served_arm("awd-aligned{execute=8}", 5, 20).reuse.execute, 8);
  EXPECT_EQ(served_arm("awd-restart", 5, 20).reuse.execute, 0);
}

TEST(ServedArm, WhatAServerCannotRunIsRefused) {
  EXPECT_THROW((void)served_arm("awd-aligned", 0, 20), Error);
  EXPECT_THROW((void)served_arm("awd-aligned", 21, 20), Error);
  EXPECT_THROW((void)served_arm("oracle", 5, 20), Error);
  EXPECT_THROW((void)served_arm("random:matched", 5, 20), Error);
  EXPECT_THROW((void)served_arm("banana", 5, 20), Error);
}

TEST(ServedArm, LimitsOfTheGate) {
  const auto limits = gate_limits(served_arm("awd-guarded", 5, 20).gate);
  EXPECT_FALSE(limits.empty());
  const auto cosine = gate_limits(served_arm("cosine", 5, 20).gate);
  ASSERT_EQ(cosine.size(), 1u);
  EXPECT_TRUE(cosine[0].is_floor);
}

TEST(ServeSession, GateNoneIsThePlainPolicyBitForBit) {
  const auto engine = Engine::load(std::string(AWD_SOURCE_DIR) + "/models/tiny", {.threads = 1});
  const EngineInfo& info = engine->info();
  server::SessionOptions options{.policy = {.name = info.name,
                                            .cameras = info.cameras,
                                            .image_size = info.image_size,
                                            .state_dim = info.state_dim,
                                            .action_dim = info.action_dim,
                                            .horizon = info.horizon},
                                 .keys = server::robot_keys(info.robot, info.cameras),
                                 .mode = "aligned"};
  server::PolicySession session([&] { return make_policy(engine, served_arm("none", 0, info.horizon)); }, options, 1);

  const auto plain = Session::create(engine);
  PrefixCache cache;
  ActionChunk chunk;
  const std::vector<float> noise(std::size_t(info.horizon) * std::size_t(info.model_action_dim));
  std::vector<std::uint8_t> picture(std::size_t(224) * 224 * 3);
  const std::array<std::int64_t, 3> shape{224, 224, 3};
  const std::array<std::int64_t, 1> state_shape{8};
  for (int i = 0; i < 3; ++i) {
    std::iota(picture.begin(), picture.end(), std::uint8_t(50 * i));
    const std::vector<float> state(8, 0.1f * float(i));
    server::Packer packer;
    packer.map(4).text("observation/image").array(picture, shape).text("observation/wrist_image").array(picture, shape);
    packer.text("observation/state").array(state, state_shape).text("prompt").text("put the red cube in the bin");
    const std::string request = packer.take();
    const std::string reply =
        session.answer({reinterpret_cast<const std::uint8_t*>(request.data()), request.size()}, std::nullopt);

    const std::array<ImageView, 2> views{ImageView{picture.data(), 224, 224}, ImageView{picture.data(), 224, 224}};
    (void)plain->encode({.cameras = views, .state = state, .joints = {}, .prompt = "put the red cube in the bin"},
                        cache);
    plain->denoise(cache, state, noise, chunk, nullptr);
    const server::Message message =
        server::Message::parse({reinterpret_cast<const std::uint8_t*>(reply.data()), reply.size()});
    const auto& actions = std::get<server::ArrayView>(*message.find("actions"));
    ASSERT_EQ(actions.size(), chunk.values.size());
    for (std::size_t k = 0; k < actions.size(); ++k) ASSERT_EQ(float(actions.at(k)), chunk.values[k]) << k;
  }
}

}  // namespace
}  // namespace awd::cli
