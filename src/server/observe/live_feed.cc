// The header is JSON for the page's script; pictures go as they are, because a loopback or a LAN carries them.
#include "server/observe/live_feed.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string_view>

#include "server/codec/named_scores.h"

namespace awd::server {

std::string_view embedded_file(std::string_view name);

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kPoints = 150;  // of the curve in each message; the page keeps what it has seen

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

Json scores_json(const Decision& decision) {
  Json json = Json::object();
  for (const auto& [name, score] : named_scores(decision)) json[std::string(name)] = score;
  return json;
}

Json limits_json(const std::vector<ScoreLimit>& limits) {
  Json json = Json::array();
  for (const ScoreLimit& limit : limits) {
    json.push_back({{"score", limit.score}, {"limit", limit.limit}, {"is_floor", limit.is_floor}});
  }
  return json;
}

Json cameras_json(const PolicyInfo& policy, const ServedStep& step) {
  Json json = Json::array();
  for (std::size_t c = 0; c < policy.cameras.size(); ++c) {
    const ImageView& view = step.observation.cameras[c];
    Json camera{{"name", policy.cameras[c]}, {"height", view.height}, {"width", view.width}};
    if (view.empty()) camera["height"] = camera["width"] = 0;
    if (step.importance != nullptr && !view.empty()) camera["importance"] = step.importance->map[c];
    json.push_back(std::move(camera));
  }
  return json;
}

}  // namespace

std::string LiveFeed::message(const ServedStep& step, const std::deque<Point>& points) const {
  Json curve = Json::array();
  for (const Point& point : points) {
    curve.push_back({{"number", point.number},
                     {"step", point.step},
                     {"time_s", point.time_s},
                     {"verdict", word_of(point.decision.verdict)},
                     {"reason", word_of(point.decision.reason)},
                     {"age", point.decision.age},
                     {"scores", scores_json(point.decision)}});
  }
  const Json header{{"number", steps_},
                    {"client", step.session},
                    {"policy", options_.policy.name},
                    {"arm", options_.arm},
                    {"mode", options_.mode},
                    {"prompt", std::string(step.observation.prompt)},
                    {"policy_ms", step.result.timing.total_ms},
                    {"infer_ms", step.infer_ms},
                    {"pool", options_.pool},
                    {"dilation", options_.dilation},
                    {"limits", limits_json(options_.limits)},
                    {"points", std::move(curve)},
                    {"cameras", cameras_json(options_.policy, step)}};
  const std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes += char(text.size() >> shift);
  bytes += text;
  for (const ImageView& view : step.observation.cameras) {
    if (!view.empty())
      bytes.append(reinterpret_cast<const char*>(view.data), std::size_t(view.height) * view.width * 3);
  }
  return bytes;
}

void LiveFeed::on_step(const ServedStep& step) {
  {
    const std::lock_guard lock(mutex_);
    std::deque<Point>& points = points_[step.session];
    points.push_back({++steps_, step.step, now_s(), step.result.decision});
    if (points.size() > kPoints) points.pop_front();
    if (viewers_ == 0) return;
    latest_ = {steps_, std::make_shared<const std::string>(message(step, points))};
  }
  const std::lock_guard lock(listener_mutex_);
  if (on_new_) on_new_();
}

void LiveFeed::on_end(std::uint64_t session) {
  const std::lock_guard lock(mutex_);
  points_.erase(session);
}

LiveSource::Latest LiveFeed::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

void LiveFeed::set_listener(std::function<void()> on_new) {
  const std::lock_guard lock(listener_mutex_);
  on_new_ = std::move(on_new);
}

void LiveFeed::set_viewers(int viewers) {
  const std::lock_guard lock(mutex_);
  viewers_ = viewers;
}

std::string live_page() { return std::string(embedded_file("live_page.html")); }

}  // namespace awd::server
