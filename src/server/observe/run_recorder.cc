// A request only copies its step and pictures into the queue. A slow encoder costs pictures; steps get lost only where
// the disk hangs for minutes.
#include "server/observe/run_recorder.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "base/check.h"
#include "io/video.h"

namespace awd::server {
namespace {

namespace fs = std::filesystem;

constexpr int kWriterNiceness = 10;  // encoding must not take the policy's cores
constexpr int kItemsPerLookAtDisk = 200;

/// The cameras beside each other, [side, cameras * side]; a missing one is black.
Image side_by_side(std::span<const ImageView> cameras, int side) {
  const std::size_t row = std::size_t(3) * std::size_t(side);
  Image image{.height = side, .width = side * int(cameras.size()), .pixels = {}};
  image.pixels.resize(row * cameras.size() * std::size_t(side));
  for (std::size_t c = 0; c < cameras.size(); ++c) {
    if (cameras[c].empty()) continue;
    for (std::size_t y = 0; y < std::size_t(side); ++y) {
      std::copy_n(cameras[c].data + y * row, row, image.pixels.data() + (y * cameras.size() + c) * row);
    }
  }
  return image;
}

std::uint64_t bytes_in(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto size = entry.file_size(ignored);
    if (!ignored) bytes += size;
  }
  return bytes;
}

}  // namespace

/// What one request adds, or the end of a session.
struct RunRecorder::Item {
  std::uint64_t session = 0;
  bool is_end = false;
  bool begins = false;
  std::uint64_t seed = 0;
  std::string prompt{};
  StepLog log{};
  std::optional<Image> frame{};  // empty: dropped, or not filmed
};

/// An episode that goes on.
struct RunRecorder::Episode {
  EpisodeLog log{};
  std::vector<StepLog> steps{};
  std::unique_ptr<VideoWriter> video{};
  std::optional<Image> last_frame{};
};

RunRecorder::RunRecorder(RecorderOptions options)
    : options_(std::move(options)), log_(options_.logs), films_(!options_.videos.empty()) {
  thread_ = std::thread([this] { write_all(); });
}

RunRecorder::~RunRecorder() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void RunRecorder::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
  log_.close();
}

void RunRecorder::on_step(const ServedStep& step) {
  Item item{.session = step.session, .begins = step.is_new_episode, .seed = step.seed};
  item.prompt = step.observation.prompt;
  item.log.phase = "served";
  item.log.decision = step.result.decision;
  item.log.action.assign(step.result.action.begin(), step.result.action.end());
  item.log.query_work = step.result.query_work;
  item.log.timing = step.result.timing;
  const auto shown =
      std::ranges::find_if(step.observation.cameras, [](const ImageView& view) { return !view.empty(); });
  if (films_ && shown != step.observation.cameras.end() && shown->height % 2 == 0) {
    bool has_room = false;
    {
      const std::lock_guard lock(mutex_);
      has_room = waiting_frames_ < options_.max_frames;
      waiting_frames_ += has_room ? 1 : 0;
    }
    if (has_room) {
      item.frame = side_by_side(step.observation.cameras, shown->height);
    } else {
      ++dropped_;
    }
  }
  push(std::move(item));
}

void RunRecorder::on_end(std::uint64_t session) { push({.session = session, .is_end = true}); }

void RunRecorder::push(Item item) {
  {
    const std::lock_guard lock(mutex_);
    if (!item.is_end && items_.size() >= options_.max_items) {
      if (item.frame) --waiting_frames_;
      ++dropped_;
      return;
    }
    items_.push_back(std::move(item));
  }
  changed_.notify_one();
}

/// An encoder that fails ends the videos, anything else the recording; serving goes on.
template <class F>
void RunRecorder::guard(F&& work) {
  try {
    work();
  } catch (const std::exception& error) {
    has_ended_ = !films_;
    films_ = false;
    for (auto& [session, episode] : episodes_) episode->video.reset();
    if (options_.on_trouble) options_.on_trouble(error.what());
  }
}

void RunRecorder::write_all() {
  // Linux keeps niceness per thread, and ffmpeg inherits it.
  [[maybe_unused]] const int niceness = nice(kWriterNiceness);
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_closing_ || !items_.empty(); });
    if (items_.empty()) break;
    Item item = std::move(items_.front());
    items_.pop_front();
    if (item.frame) --waiting_frames_;
    lock.unlock();
    guard([&] { write(item); });
  }
  while (!episodes_.empty()) {
    guard([&] { finish(episodes_.begin()->first); });
  }
}

void RunRecorder::write(Item& item) {
  if (!has_ended_ && ++n_items_ % kItemsPerLookAtDisk == 0 && is_over_limit()) {
    while (!episodes_.empty()) finish(episodes_.begin()->first);
    has_ended_ = true;
    if (options_.on_trouble) options_.on_trouble("the limit of disk space is reached");
  }
  if (has_ended_) {
    if (item.frame) ++dropped_;
    return;
  }
  if (item.is_end) return finish(item.session);
  const auto found = episodes_.find(item.session);
  const bool is_cut = found != episodes_.end() && int(found->second->steps.size()) >= kMaxSteps;
  if (item.begins || is_cut || found == episodes_.end()) {
    finish(item.session);
    begin(item);
  }
  Episode& episode = *episodes_.at(item.session);
  item.log.episode = episode.log.episode;
  item.log.step = int(episode.steps.size());
  episode.steps.push_back(std::move(item.log));
  film(episode, item);
}

void RunRecorder::begin(const Item& item) {
  auto episode = std::make_unique<Episode>();
  episode->log.arm = options_.arm;
  episode->log.task = item.prompt;
  episode->log.scenario = options_.scenario;
  episode->log.seed = item.seed;
  episodes_[item.session] = std::move(episode);
}

/// Every step has its frame, so that the video's time is the step's: a dropped one shows the frame before.
void RunRecorder::film(Episode& episode, const Item& item) {
  if (films_ && item.frame && episode.video == nullptr && episode.steps.size() == 1 &&
      int(episodes_.size()) <= kMaxFilmed) {
    const fs::path file = options_.videos / ("session-" + std::to_string(item.session) + ".mp4");
    episode.video = std::make_unique<VideoWriter>(
        file, VideoWriter::Options{.width = item.frame->width, .height = item.frame->height});
  }
  if (episode.video == nullptr) {
    if (item.frame) ++dropped_;
    return;
  }
  if (item.frame) {
    episode.last_frame = item.frame;
    ++frames_;
  }
  if (episode.last_frame) episode.video->add(episode.last_frame->view());
}

/// The episode gets its number now: the order of episodes.jsonl is that of their ends.
void RunRecorder::finish(std::uint64_t session) {
  const auto found = episodes_.find(session);
  if (found == episodes_.end()) return;
  const std::unique_ptr<Episode> episode = std::move(found->second);
  episodes_.erase(found);
  episode->log.episode = n_episodes_++;
  episode->log.trial = trials_[episode->log.task]++;
  for (StepLog& step : episode->steps) step.episode = episode->log.episode;
  options_.tally(episode->steps, episode->log);
  log_.add(episode->log, episode->steps);
  log_.flush();
  if (episode->video != nullptr) {
    episode->video->finish();
    fs::rename(options_.videos / ("session-" + std::to_string(session) + ".mp4"),
               options_.videos / options_.video_name(episode->log.episode));
  }
}

bool RunRecorder::is_over_limit() {
  std::uint64_t bytes = bytes_in(options_.logs);
  if (!options_.videos.empty()) bytes += bytes_in(options_.videos);
  return bytes >= options_.max_bytes;
}

}  // namespace awd::server
