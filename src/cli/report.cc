// `awd report`: a run directory as one page, or as Markdown.
#include "cli/report.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <set>

#include "analysis/report/report_markdown.h"
#include "analysis/report/report_page.h"
#include "analysis/report/run_report.h"
#include "awd/error.h"
#include "cli/commands.h"
#include "cli/options_cli.h"
#include "cli/run_manifest.h"
#include "cli/serve_recording.h"
#include "cli/video_plan.h"
#include "io/run_directory.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

/// How many videos the word asks for.
std::size_t video_count(const std::string& word) {
  if (word == "all") return std::numeric_limits<std::size_t>::max();
  std::size_t count = 0;
  if (word == "none") return count;
  const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), count);
  if (code != std::errc{} || end != word.data() + word.size()) {
    throw Error("command line", fmt::format("option videos: expected all, none or a number, got \"{}\"", word));
  }
  return count;
}

/// Videos of `run` that are there: the first episode of every arm and scenario, as video_plan.h names them.
std::map<int, fs::path> find_videos(const fs::path& run, const report::RunReport& report, std::size_t most) {
  std::map<int, fs::path> videos;
  VideoNames names(report.manifest.scenarios.size() > 1);
  std::set<std::pair<int, int>> seen;
  for (const report::Json& episode : report.played) {
    const int scenario = episode.at("scenario"), arm = episode.at("arm");
    if (!seen.insert({scenario, arm}).second) continue;
    const fs::path file =
        run / kVideosFolder /
        names.next(report.manifest.scenarios[std::size_t(scenario)], report.manifest.arms[std::size_t(arm)].name);
    if (videos.size() < most && fs::exists(file)) videos[episode.at("episode")] = file;
  }
  return videos;
}

std::string summary_json(const WrittenReport& written) {
  const nlohmann::ordered_json json{
      {"file", written.file},     {"bytes", written.bytes},       {"video_bytes", written.video_bytes},
      {"videos", written.videos}, {"episodes", written.episodes}, {"played_episodes", written.played_episodes}};
  return json.dump(2) + "\n";
}

void print_report(const WrittenReport& written, const std::string& json) {
  constexpr double kMegabyte = 1e6;
  fmt::print(json == "-" || written.file == "-" ? stderr : stdout,
             "report: {} ({:.1f} MB, of which {} videos {:.1f} MB; {} episodes, {} of them in the player)\n",
             written.file, double(written.bytes) / kMegabyte, written.videos, double(written.video_bytes) / kMegabyte,
             written.episodes, written.played_episodes);
  if (json == "-") {
    fmt::print("{}", summary_json(written));
  } else if (!json.empty()) {
    write_file_atomically(json, summary_json(written));
  }
}

}  // namespace

WrittenReport write_report(const std::string& run, const ReportOptions& options) {
  const bool is_page = options.format == ReportFormat::kHtml;
  const std::size_t most_videos = video_count(options.videos);
  finish_recording(run);  // of a server that ended without doing so
  const report::RunReport report =
      report::read_run_report(run, {.format = kRunFormat, .played_trials = options.played_trials});
  WrittenReport written{.episodes = report.episodes, .played_episodes = is_page ? report.played.size() : 0};
  std::map<int, fs::path> videos;
  if (is_page) videos = find_videos(run, report, most_videos);
  for (const auto& [episode, file] : videos) written.video_bytes += (fs::file_size(file) + 2) / 3 * 4;
  written.videos = int(videos.size());
  const std::string text = is_page ? report_page(report, videos) : report_markdown(report);
  written.bytes = text.size();
  written.file = options.out;
  if (written.file.empty()) written.file = (fs::path(run) / (is_page ? "report.html" : "report.md")).string();
  if (written.file == "-") {
    fmt::print("{}", text);
  } else {
    write_file_atomically(written.file, text);
  }
  return written;
}

void add_report(CLI::App& app) {
  /// What the command line fills.
  struct ReportCommand {
    std::string run;
    ReportOptions options;
    std::string json;
  };
  auto command = std::make_shared<ReportCommand>();
  CLI::App* sub = app.add_subcommand("report", "one self-contained HTML page of a run directory");
  sub->add_option("run", command->run, "run directory of `awd eval` or `awd merge`")->required()->type_name("RUN");
  add_options(*sub, command->options);
  sub->add_option("--json", command->json, "what was written, as JSON, there; - or nothing is standard output")
      ->type_name("FILE|-")
      ->expected(0, 1)
      ->default_str("-");
  sub->callback([command] { print_report(write_report(command->run, command->options), command->json); });
}

}  // namespace awd::cli
