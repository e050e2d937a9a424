// Rows are as high as there is room for; ticks keep their width of one step.
#include "analysis/triggers/trigger_raster.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace awd {
namespace {

constexpr double kTextSize = 12, kTaskSize = 11, kTitleSize = 13;
constexpr double kHead = 34, kFoot = 44;  // pixels above and below the rows
constexpr double kTaskWidth = 22, kWideTaskWidth = 150,
                 kEnd = 26;  // for the names of tasks (upwards) and for what stands behind a row
constexpr double kTallest = 14, kLowest = 6, kWanted = 420;  // of a row; of all rows together

double row_height(std::size_t rows) {
  return std::clamp(kWanted / double(std::max<std::size_t>(rows, 1)), kLowest, kTallest);
}

int longest(std::span<const EpisodeTrace* const> rows) {
  std::size_t steps = 1;
  for (const EpisodeTrace* row : rows) steps = std::max(steps, row->reasons.size());
  return int(steps);
}

/// One episode into `box`, which is as wide as the longest one: `pitch` pixels a step.
void draw_row(Canvas& canvas, const EpisodeTrace& trace, const Rectangle& box, double pitch) {
  const auto steps = int(trace.reasons.size());
  for (std::size_t i = 0; i < trace.phases.size(); ++i) {
    const int first = trace.phases[i].first;
    const int end = i + 1 < trace.phases.size() ? trace.phases[i + 1].first : steps;
    canvas.set(phase_tint(trace.phases[i].phase));
    canvas.fill({box.x + first * pitch, box.y, (end - first) * pitch, box.height - 1});
  }
  const double width = std::clamp(0.8 * pitch, 1.0, 6.0);
  for (int step = 0; step < steps; ++step) {
    const Reason reason = trace.reasons[std::size_t(step)];
    if (reason == Reason::kReuse) continue;
    canvas.set(colour_of(reason));
    canvas.fill({box.x + step * pitch, box.y + 1, width, box.height - 2});
  }
  for (const int event : trace.events) {
    canvas.set(kPaper);
    canvas.disc(box.x + event * pitch, box.y + box.height / 2, 3.4);
    canvas.set(kInk);
    canvas.disc(box.x + event * pitch, box.y + box.height / 2, 2.2);
  }
  canvas.set(kInk);
  if (!trace.failed) return;
  const double x = box.x + steps * pitch + 6, y = box.y + box.height / 2;
  canvas.line(x - 2.5, y - 2.5, x + 2.5, y + 2.5, 1.3);
  canvas.line(x - 2.5, y + 2.5, x + 2.5, y - 2.5, 1.3);
}

void draw_steps_axis(Canvas& canvas, const Rectangle& box, int steps) {
  const int tick = steps > 400 ? 100 : steps > 150 ? 50 : steps > 60 ? 20 : 10;
  canvas.font(kTextSize);
  canvas.set(kInk);
  canvas.line(box.x, box.y + box.height, box.x + box.width, box.y + box.height, 1);
  for (int step = 0; step <= steps; step += tick) {
    const double x = box.x + box.width * step / steps;
    canvas.line(x, box.y + box.height, x, box.y + box.height + 4, 1);
    canvas.text(x, box.y + box.height + 18, fmt::format("{}", step), 0.5);
  }
  canvas.text(box.x + box.width / 2, box.y + box.height + 37, "control step", 0.5);
}

/// Phases that occur, from right to left, then the marks.
void draw_legend(Canvas& canvas, double right, double y, std::span<const EpisodeTrace* const> rows) {
  std::vector<std::string> phases;
  bool has_events = false, has_failures = false;
  for (const EpisodeTrace* row : rows) {
    has_events = has_events || !row->events.empty();
    has_failures = has_failures || row->failed;
    for (const EpisodeTrace::Span& span : row->phases) {
      if (!span.phase.empty() && std::ranges::find(phases, span.phase) == phases.end()) phases.push_back(span.phase);
    }
  }
  canvas.font(kTextSize);
  double x = right;
  const auto put = [&](const std::string& text) {
    x -= canvas.text_width(text);
    canvas.set(kInk);
    canvas.text(x, y, text);
    x -= 18;
  };
  if (has_failures) {
    put("not successful");
    canvas.line(x + 4, y - 7, x + 10, y - 1, 1.3);
    canvas.line(x + 4, y - 1, x + 10, y - 7, 1.3);
    x -= 10;
  }
  if (has_events) {
    put("event");
    canvas.disc(x + 8, y - 4, 2.6);
    x -= 10;
  }
  for (auto phase = phases.rbegin(); phase != phases.rend(); ++phase) {
    put(*phase);
    canvas.set(phase_tint(*phase));
    canvas.fill({x, y - 10, 13, 12});
    x -= 12;
  }
}

/// Rows of one task, which follow each other.
struct TaskRows {
  std::string name;
  std::size_t first = 0, count = 0;
};

std::vector<TaskRows> tasks_of(std::span<const EpisodeTrace* const> rows) {
  std::vector<TaskRows> tasks;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (tasks.empty() || tasks.back().name != rows[i]->task) tasks.push_back({rows[i]->task, i, 0});
    ++tasks.back().count;
  }
  return tasks;
}

/// Room left of the rows: names are written upwards where every task has enough rows for that, and along them if not.
double names_width(const std::vector<TaskRows>& tasks, double row_height) {
  constexpr double kUpwardsNeeds = 90;  // pixels
  const bool has_room = std::ranges::all_of(
      tasks, [&](const TaskRows& task) { return row_height * double(task.count) >= kUpwardsNeeds; });
  const bool has_names = std::ranges::any_of(tasks, [](const TaskRows& task) { return !task.name.empty(); });
  return has_room || !has_names ? kTaskWidth : kWideTaskWidth;
}

/// The name into `box`, left of the task's rows, and a line above them that ends at `right`.
void draw_task(Canvas& canvas, const std::string& name, const Rectangle& box, double right) {
  canvas.set(kInk);
  canvas.font(kTaskSize);
  const double middle = box.y + box.height / 2;
  if (box.width > kTaskWidth) {
    canvas.text(box.x + box.width - 8, middle + 4, canvas.fitted(name, box.width - 8), 1);
  } else {
    canvas.text_upwards(box.x + kTaskSize, middle, canvas.fitted(name, box.height - 4), 0.5);
  }
  canvas.set(kFaintInk);
  canvas.line(box.x, box.y - 0.5, right, box.y - 0.5, 0.7);
}

}  // namespace

std::vector<const EpisodeTrace*> raster_rows(std::span<const EpisodeTrace> traces, int most) {
  std::vector<std::string> tasks;
  for (const EpisodeTrace& trace : traces) {
    if (std::ranges::find(tasks, trace.task) == tasks.end()) tasks.push_back(trace.task);
  }
  std::vector<const EpisodeTrace*> rows;
  for (const std::string& task : tasks) {
    int left = std::max(1, most / int(tasks.size()));
    for (const EpisodeTrace& trace : traces) {
      const bool has_room = left > 0 && int(rows.size()) < most;
      if (trace.task != task || !has_room) continue;
      rows.push_back(&trace);
      --left;
    }
  }
  return rows;
}

double raster_height(std::size_t rows) { return kHead + row_height(rows) * double(rows) + kFoot; }

void draw_raster(Canvas& canvas, const Rectangle& box, std::span<const EpisodeTrace* const> rows) {
  canvas.set(kInk);
  canvas.font(kTitleSize, true);
  canvas.text(box.x, box.y + kTitleSize, "Recomputes of each episode");
  draw_legend(canvas, box.x + box.width, box.y + kTitleSize, rows);

  const double height = row_height(rows.size());
  const std::vector<TaskRows> tasks = tasks_of(rows);
  const double names = names_width(tasks, height);
  const Rectangle plot{box.x + names, box.y + kHead, box.width - names - kEnd, height * double(rows.size())};
  const int steps = longest(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    draw_row(canvas, *rows[i], {plot.x, plot.y + double(i) * height, plot.width, height}, plot.width / steps);
  }
  for (const TaskRows& task : tasks) {
    const double y = plot.y + double(task.first) * height;
    draw_task(canvas, task.name, {box.x, y, names, height * double(task.count)}, plot.x + plot.width);
  }
  draw_steps_axis(canvas, plot, steps);
}

}  // namespace awd
