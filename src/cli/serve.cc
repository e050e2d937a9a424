// `awd serve`: loads a policy and serves it by openpi's websocket protocol until a signal comes.
#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <future>
#include <memory>
#include <vector>

#include "awd/error.h"
#include "cli/commands.h"
#include "cli/default_policy.h"
#include "cli/interrupt.h"
#include "cli/options_cli.h"
#include "cli/serve_arm.h"
#include "cli/serve_options.h"
#include "cli/serve_recording.h"
#include "runtime/reuse_policy.h"
#include "server/observe/event_log.h"
#include "server/observe/live_feed.h"
#include "server/observe/metrics.h"
#include "server/policy_service.h"
#include "server/transport/server.h"

namespace awd::cli {
namespace {

/// What openpi sends to ALOHA clients, which move there before an episode: rad, of one arm.
constexpr float kAlohaResetPose[] = {0, -1.5, 1.5, 0, 0, 0};

/// Loads on a thread that then ends, and with it the compute threads that OpenMP gave it: were they kept, OpenMP would
/// count more threads than cores, and those of the workers would sleep at every barrier in place of spinning.
std::shared_ptr<const Engine> load_engine(const ServeOptions& options, const EngineOptions& engine_options) {
  return std::async(std::launch::async,
                    [&] {
                      auto engine = Engine::load(policy_or_default(options.policy), engine_options);
                      // What does not fit the checkpoint is complained about now.
                      (void)make_policy(engine, served_arm(options.gate, options.replan_steps, engine->info().horizon));
                      return engine;
                    })
      .get();
}

server::SessionOptions session_options(const ServeOptions& options, const EngineInfo& info, const Arm& arm) {
  const server::ObservationKeys keys = server::robot_keys(info.robot, info.cameras);
  return {.policy = policy_info(info),
          .keys = server::with_changes(keys, options.keys, info.cameras),
          .mode = std::string(word_of(arm.reuse.mode)),
          .steps = {.replan_steps = options.replan_steps, .reset_jump = options.reset_jump},
          .prompt = options.prompt,
          .seed = options.seed};
}

void serve(ServeOptions options, const EngineOptions& engine_options) {
  if (const char* key = std::getenv("AWD_API_KEY"); key != nullptr && options.server.api_key.empty()) {
    options.server.api_key = key;
  }
  const std::shared_ptr<const Engine> engine = load_engine(options, engine_options);
  const EngineInfo& info = engine->info();
  const Arm arm = served_arm(options.gate, options.replan_steps, info.horizon);

  const server::SessionOptions session = session_options(options, info, arm);
  server::Metrics metrics(info.name, arm.name);
  server::EventLog log(options.log ? stderr : nullptr, &metrics);
  server::Metadata metadata{.policy = session.policy, .arm = arm.name, .replan_steps = options.replan_steps};
  if (info.robot == RobotKind::kAloha) metadata.reset_pose = kAlohaResetPose;
  server::Service service;
  server::LiveFeed live({.policy = session.policy,
                         .arm = arm.name,
                         .mode = session.mode,
                         .limits = gate_limits(arm.gate),
                         .pool = arm.gate.pool,
                         .dilation = arm.gate.dilation});
  server::StepObservers observers{.counting = {&metrics}, .showing = {&live}};
  std::unique_ptr<ServeRecording> recording;
  if (!options.record.empty()) {
    recording = std::make_unique<ServeRecording>(
        ServedPolicy{.options = options, .engine_options = engine_options, .info = info, .arm = arm}, log);
    observers.showing.push_back(&recording->recorder());
  }
  service.metadata = server::encode_metadata(metadata);
  service.connect = server::serve_policies([&] { return make_policy(engine, arm); }, session, observers);
  service.page = [&](std::string_view path) -> server::Page {
    if (path == "/") return {"text/html; charset=utf-8", server::live_page()};
    if (path != "/metrics") return {};
    if (recording) metrics.set_recorded(recording->recorder().frames(), recording->recorder().dropped());
    return {"text/plain; version=0.0.4", metrics.text()};
  };
  service.live = &live;
  service.events = &log;

  server::Server server(options.server, service);
  server.stop_on_signals();
  const std::string address =
      fmt::format("{}://{}:{}", options.server.tls_key.empty() ? "ws" : "wss", options.server.host, server.port());
  fmt::print("awd serve: {} (policy {}, gate {})\n", address, info.name, arm.name);
  std::fflush(stdout);
  log.write("info", "listening", {{"address", address}, {"policy", info.name}, {"gate", arm.name}});
  if (!options.server.host.starts_with("127.") && options.server.api_key.empty()) {
    log.write("warning", "open_to_the_network", {{"why", "no --api-key, so whoever reaches this address is served"}});
  }
  server.run();
  if (recording) recording->finish();
  log.write("info", "stopped", {{"signal", std::to_string(server.signal())}});
  if (server.signal() == SIGINT) throw Interrupted();
}

}  // namespace

void add_serve(CLI::App& app) {
  /// What the command line fills.
  struct ServeCommand {
    ServeOptions options;
    EngineOptions engine;
  };
  auto command = std::make_shared<ServeCommand>();
  CLI::App* sub = app.add_subcommand("serve", "policy server for openpi's clients");
  add_options(*sub, command->options);
  add_options(*sub, command->engine);
  sub->callback([command] { serve(command->options, command->engine); });
}

}  // namespace awd::cli
