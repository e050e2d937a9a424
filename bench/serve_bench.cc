// Load on a running `awd serve`: what it adds to the engine, how it treats many clients, what malformed messages do.
// usage: serve_bench overhead URL REQUESTS | soak URL PID MINUTES | malformed URL MESSAGES     (prints one JSON object)
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "awd/error.h"
#include "base/clock.h"
#include "base/rng.h"
#include "server/client/policy_client.h"
#include "server/codec/message.h"
#include "server/codec/packer.h"

namespace {

using namespace awd;
using nlohmann::ordered_json;

constexpr int kBusyClients = 8, kIdleClients = 32;

/// A request of the shipped policy with two pictures of [side, side]; `shift` makes them differ.
std::string pack_request(int side, int shift, bool has_prompt = true) {
  std::vector<std::uint8_t> picture(std::size_t(side) * std::size_t(side) * 3);
  for (std::size_t i = 0; i < picture.size(); ++i) picture[i] = std::uint8_t(i / 3 + std::size_t(shift));
  const std::array<std::int64_t, 3> shape{side, side, 3};
  const std::array<std::int64_t, 1> state_shape{8};
  const std::vector<float> state(8, 0.1f);
  server::Packer packer;
  packer.map(has_prompt ? 4 : 3).text("observation/image").array(picture, shape);
  packer.text("observation/wrist_image").array(picture, shape);
  packer.text("observation/state").array(state, state_shape);
  if (has_prompt) packer.text("prompt").text("put the red cube in the bin");
  return packer.take();
}

/// The policy's own time of a reply; throws std::bad_variant_access or a null access on one that is none.
double policy_ms(const std::string& reply) {
  const auto message = server::Message::parse({reinterpret_cast<const std::uint8_t*>(reply.data()), reply.size()});
  const auto& actions = std::get<server::ArrayView>(*message.find("actions"));
  if (actions.size() == 0) throw Error("serve_bench", "expected actions, got none");
  return std::get<double>(*message.find("policy_timing/infer_ms"));
}

ordered_json quantiles(std::vector<double> values) {
  std::ranges::sort(values);
  const auto at = [&](double share) { return values[std::size_t(share * double(values.size() - 1))]; };
  return {{"p50", at(0.5)}, {"p95", at(0.95)}, {"p99", at(0.99)}, {"max", values.back()}, {"n", values.size()}};
}

/// Round trips of one client, 224 x 224, less the time that the policy took in each.
ordered_json overhead(const std::string& url, int requests) {
  std::vector<std::string> messages;
  for (int shift = 0; shift < 16; ++shift) messages.push_back(pack_request(224, shift));
  server::PolicyClient client(url, "");
  std::vector<double> overheads, policies;
  constexpr int kWarmUp = 20;
  for (int i = -kWarmUp; i < requests; ++i) {
    const std::string& message = messages[std::size_t(i + kWarmUp) % messages.size()];
    const Stopwatch watch;
    const std::string reply = client.infer(message);
    const double total = watch.ms();
    if (i < 0) continue;
    policies.push_back(policy_ms(reply));
    overheads.push_back(total - policies.back());
  }
  return {
      {"request_bytes", messages[0].size()}, {"overhead_ms", quantiles(overheads)}, {"policy_ms", quantiles(policies)}};
}

/// Anonymous resident memory of a process, bytes.
double resident_bytes(const std::string& pid) {
  std::ifstream status("/proc/" + pid + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return 1024 * std::stod(line.substr(8));
  }
  throw Error("process " + pid, "expected a running process, got none");
}

ordered_json soak(const std::string& url, const std::string& pid, double minutes) {
  std::vector<std::unique_ptr<server::PolicyClient>> idle;
  for (int i = 0; i < kIdleClients; ++i) idle.push_back(std::make_unique<server::PolicyClient>(url, ""));
  std::array<std::atomic<int>, kBusyClients> answered{};
  std::atomic<int> errors{0};
  std::atomic<bool> ends{false};
  std::vector<std::thread> threads;
  for (int c = 0; c < kBusyClients; ++c) {
    threads.emplace_back([&, c] {
      const std::string message = pack_request(224, c);
      try {
        server::PolicyClient client(url, "");
        while (!ends) {
          (void)policy_ms(client.infer(message));
          ++answered[std::size_t(c)];
        }
      } catch (const std::exception& error) {
        fmt::print(stderr, "client {}: {}\n", c, error.what());
        ++errors;
      }
    });
  }
  // Sessions are made at the first request: growth counts from when all of them are there.
  while (std::ranges::any_of(answered, [](const auto& n) { return n < 20; }) && errors == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const double before = resident_bytes(pid);
  const Stopwatch clock;
  std::array<int, kBusyClients> start{};
  for (std::size_t c = 0; c < start.size(); ++c) start[c] = answered[c];
  while (clock.ms() < 60'000 * minutes) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const double after = resident_bytes(pid), seconds = clock.ms() / 1000;
  std::vector<int> counts;
  for (std::size_t c = 0; c < start.size(); ++c) counts.push_back(answered[c] - start[c]);
  ends = true;
  for (std::thread& thread : threads) thread.join();
  for (auto& client : idle) {  // they are served after all that time
    try {
      (void)policy_ms(client->infer(pack_request(224, 0)));
    } catch (const std::exception&) {
      ++errors;
    }
  }
  return {{"minutes", minutes},
          {"idle_clients", kIdleClients},
          {"busy_clients", kBusyClients},
          {"errors", errors.load()},
          {"requests_per_client", counts},
          {"least_over_most", double(std::ranges::min(counts)) / double(std::ranges::max(counts))},
          {"requests_per_second", double(std::reduce(counts.begin(), counts.end())) / seconds},
          {"rss_growth_bytes", after - before}};
}

/// A request that is refused: one without a prompt, cut, changed at some bytes, or longer than it says.
std::string malformed(const std::string& base, Rng& rng) {
  std::string message = base;
  switch (rng.index(4)) {
    case 0:
      message.resize(std::size_t(rng.index(int(message.size()))));
      break;
    case 1:
      message.append(std::size_t(1 + rng.index(100)), char(rng.index(256)));
      break;
    case 2:
      for (int k = 0; k < 8; ++k) message[std::size_t(rng.index(int(message.size())))] = char(rng.index(256));
      break;
    default:
      break;
  }
  return message;
}

ordered_json malformed_messages(const std::string& url, int messages) {
  const std::string base = pack_request(8, 0, /*has_prompt=*/false);
  Rng rng(1);
  int told = 0, closed = 0, answered = 0;
  const Stopwatch clock;
  for (int i = 0; i < messages; ++i) {
    server::PolicyClient client(url, "");
    const std::string message = malformed(base, rng);
    try {
      (void)client.infer(message);
      ++answered;
    } catch (const Error& error) {
      const bool is_told = std::string_view(error.what()).find("got the error:") != std::string_view::npos;
      ++(is_told ? told : closed);
    }
  }
  const double seconds = clock.ms() / 1000;
  server::PolicyClient client(url, "");  // it still serves
  (void)policy_ms(client.infer(pack_request(224, 0)));
  return {{"messages", messages}, {"error_told", told},        {"closed_without_words", closed},
          {"answered", answered}, {"serves_afterwards", true}, {"seconds", seconds}};
}

int run(const std::vector<std::string>& words) {
  ordered_json result;
  if (words.size() == 3 && words[0] == "overhead") {
    result = overhead(words[1], std::stoi(words[2]));
  } else if (words.size() == 4 && words[0] == "soak") {
    result = soak(words[1], words[2], std::stod(words[3]));
  } else if (words.size() == 3 && words[0] == "malformed") {
    result = malformed_messages(words[1], std::stoi(words[2]));
  } else {
    fmt::print(stderr, "usage: serve_bench overhead URL REQUESTS | soak URL PID MINUTES | malformed URL MESSAGES\n");
    return 2;
  }
  fmt::print("{}\n", result.dump());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "serve_bench: {}\n", error.what());
    return 1;
  }
}
