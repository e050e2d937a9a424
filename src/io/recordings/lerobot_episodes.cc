// v2.1 lists tasks and episodes in JSON lines and finds files by the episode's number; v3.0 lists them in Parquet
// tables that name file and time span.
#include "io/recordings/lerobot_episodes.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>

#include "io/parquet/parquet_table.h"
#include "io/recordings/lerobot_json.h"

namespace awd::internal {
namespace {

namespace fs = std::filesystem;

using TaskNumbers = std::map<std::string, std::int64_t, std::less<>>;

/// `pattern` with its {name:format} parts filled in, below the data set's folder.
template <class... Arguments>
fs::path file_of(const LerobotInfo& info, const std::string& pattern, const Arguments&... arguments) {
  try {
    return info.folder / fmt::format(fmt::runtime(pattern), arguments...);
  } catch (const fmt::format_error& error) {
    throw Error((info.folder / "meta/info.json").string(),
                fmt::format("expected a pattern of file names of {}, got \"{}\" ({})",
                            kLerobotVersionWords[std::size_t(info.version)], pattern, error.what()));
  }
}

/// The task of an episode by its words; an episode without any has neither.
void set_task(LerobotEpisode& episode, const std::vector<std::string>& prompts, const TaskNumbers& tasks,
              const std::string& where) {
  if (prompts.empty()) return;
  const auto found = tasks.find(prompts[0]);
  if (found == tasks.end()) {
    throw Error(where,
                fmt::format("expected a task of the data set's list of {}, got \"{}\"", tasks.size(), prompts[0]));
  }
  episode.task = fmt::format("task_{}", found->second);
  episode.prompt = prompts[0];
}

void for_each_line(const fs::path& file, const std::function<void(const LerobotJson&, const std::string& where)>& use) {
  std::ifstream stream(file);
  if (!stream) throw Error(file.string(), "expected a readable file, got none");
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.find_first_not_of(" \r") == std::string::npos) continue;
    const std::string where = fmt::format("{}:{}", file.string(), number);
    const LerobotJson object = LerobotJson::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) throw Error(where, fmt::format("expected a JSON object, got {}", line.substr(0, 80)));
    use(object, where);
  }
}

std::vector<LerobotEpisode> read_v21(const LerobotInfo& info) {
  TaskNumbers tasks;
  for_each_line(info.folder / "meta/tasks.jsonl", [&tasks](const LerobotJson& line, const std::string& where) {
    tasks.emplace(json_value<std::string>(line, "task", where), json_value<std::int64_t>(line, "task_index", where));
  });
  std::vector<LerobotEpisode> episodes;
  for_each_line(info.folder / "meta/episodes.jsonl", [&](const LerobotJson& line, const std::string& where) {
    LerobotEpisode& episode = episodes.emplace_back();
    episode.index = json_value<std::int64_t>(line, "episode_index", where);
    episode.frames = json_value<int>(line, "length", where);
    std::vector<std::string> prompts;
    for (const LerobotJson& prompt : json_value<LerobotJson>(line, "tasks", where)) {
      if (!prompt.is_string()) throw Error(where, fmt::format("key \"tasks\": expected text, got {}", prompt.dump()));
      prompts.push_back(prompt.get<std::string>());
    }
    set_task(episode, prompts, tasks, where);
    const std::int64_t chunk = episode.index / info.chunk_size;
    const auto file = [&](const std::string& pattern, const std::string& camera) {
      return file_of(info, pattern, fmt::arg("episode_chunk", chunk), fmt::arg("episode_index", episode.index),
                     fmt::arg("video_key", camera));
    };
    episode.table = file(info.data_path, "");
    for (const LerobotCamera& camera : info.cameras) {
      LerobotVideo& video = episode.videos.emplace_back();
      if (camera.is_video) video.file = file(info.video_path, camera.key);
    }
  });
  return episodes;
}

/// The tasks are the index of a pandas table, whose column has a name of its own only in newer writers.
TaskNumbers read_v30_tasks(const LerobotInfo& info) {
  const auto table = open_parquet(info.folder / "meta/tasks.parquet");
  const char* text = table->find("__index_level_0__") != nullptr ? "__index_level_0__" : "task";
  const auto rows = table->read({.columns = {{"task_index", ColumnKind::kInteger}, {text, ColumnKind::kText}}});
  TaskNumbers tasks;
  while (rows->next()) tasks.emplace(rows->text(1), rows->integer(0));
  return tasks;
}

/// Columns of meta/episodes, in the order of RowRequest::columns; those of the videos follow in threes.
enum EpisodeColumn : std::size_t { kIndex, kLength, kTasks, kDataChunk, kDataFile, kFromIndex, kToIndex, kVideos };

RowRequest episode_columns(const LerobotInfo& info) {
  RowRequest request{.columns = {{"episode_index", ColumnKind::kInteger},
                                 {"length", ColumnKind::kInteger},
                                 {"tasks", ColumnKind::kTexts},
                                 {"data/chunk_index", ColumnKind::kInteger},
                                 {"data/file_index", ColumnKind::kInteger},
                                 {"dataset_from_index", ColumnKind::kInteger},
                                 {"dataset_to_index", ColumnKind::kInteger}}};
  for (const LerobotCamera& camera : info.cameras) {
    if (!camera.is_video) continue;
    request.columns.push_back({"videos/" + camera.key + "/chunk_index", ColumnKind::kInteger});
    request.columns.push_back({"videos/" + camera.key + "/file_index", ColumnKind::kInteger});
    request.columns.push_back({"videos/" + camera.key + "/from_timestamp", ColumnKind::kNumber});
  }
  return request;
}

LerobotEpisode read_v30_episode(const LerobotInfo& info, const RowReader& row, const TaskNumbers& tasks,
                                const std::string& file) {
  LerobotEpisode episode;
  episode.index = row.integer(kIndex);
  episode.first_frame = row.integer(kFromIndex);
  const std::string where = fmt::format("{}, episode {}", file, episode.index);
  const std::int64_t length = row.integer(kLength);
  if (length < 0 || length > std::numeric_limits<int>::max() || row.integer(kToIndex) - episode.first_frame != length) {
    throw Error(where, fmt::format("expected its length to be that of its frames {} to {}, got {}", episode.first_frame,
                                   row.integer(kToIndex), length));
  }
  episode.frames = int(length);
  set_task(episode, row.texts(kTasks), tasks, where);
  episode.table = file_of(info, info.data_path, fmt::arg("chunk_index", row.integer(kDataChunk)),
                          fmt::arg("file_index", row.integer(kDataFile)));
  std::size_t column = kVideos;
  for (const LerobotCamera& camera : info.cameras) {
    LerobotVideo& video = episode.videos.emplace_back();
    if (!camera.is_video) continue;
    video.file = file_of(info, info.video_path, fmt::arg("video_key", camera.key),
                         fmt::arg("chunk_index", row.integer(column)), fmt::arg("file_index", row.integer(column + 1)));
    video.start_s = row.number(column + 2);
    if (!(video.start_s >= 0)) {
      throw Error(where, fmt::format("camera {}: expected a start time, got {}", camera.key, video.start_s));
    }
    column += 3;
  }
  return episode;
}

std::vector<LerobotEpisode> read_v30(const LerobotInfo& info) {
  const TaskNumbers tasks = read_v30_tasks(info);
  const fs::path folder = info.folder / "meta/episodes";
  std::vector<fs::path> files;
  if (fs::is_directory(folder)) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().extension() == ".parquet") files.push_back(entry.path());
    }
  }
  if (files.empty()) throw Error(folder.string(), "expected Parquet files that list the episodes, got none");
  std::sort(files.begin(), files.end());
  std::vector<LerobotEpisode> episodes;
  for (const fs::path& file : files) {
    const auto table = open_parquet(file);
    const auto rows = table->read(episode_columns(info));
    while (rows->next()) episodes.push_back(read_v30_episode(info, *rows, tasks, file.string()));
  }
  return episodes;
}

}  // namespace

std::vector<LerobotEpisode> read_lerobot_episodes(const LerobotInfo& info) {
  auto episodes = info.version == LerobotVersion::kV21 ? read_v21(info) : read_v30(info);
  std::sort(episodes.begin(), episodes.end(),
            [](const LerobotEpisode& a, const LerobotEpisode& b) { return a.index < b.index; });
  return episodes;
}

}  // namespace awd::internal
