// scenario_sheets DIR: writes the pictures of docs/scenarios.md, one PNG per scenario. Each shows an episode of the
// scripted expert: four moments from left to right, base camera above, wrist camera below.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "awd/error.h"
#include "io/cairo_image.h"
#include "io/image.h"
#include "sim/scenario/scenario.h"

namespace {

namespace fs = std::filesystem;
using namespace awd;
using namespace awd::sim;

constexpr int kTile = 128, kLabel = 16, kGap = 3, kColumns = 4, kRows = 2;  // pixels; tiles
constexpr int kLength = 60;                                                 // steps that are kept of an episode

using Pictures = std::array<Image, kCameraCount>;

struct Episode {
  std::vector<Pictures> steps;
  std::vector<std::string> events;  // one per step
};

/// What one sheet shows (noise is left out of "flicker": a PNG of it is large, and it can hardly be seen). With an
/// event, `moments` count from its first step; else they are steps of the episode.
struct Sheet {
  std::string scenario;
  std::string task;
  std::array<int, kColumns> moments;
  bool is_beside_clean = false;  // base camera without (above) and with the scenario (below), instead of the wrist
};

const std::vector<Sheet>& sheets() {
  static const std::vector<Sheet> list{
      {"clean", "put_red_cube", {0, 10, 20, 30}},
      {"nudge", "put_red_cube", {-1, 0, 1, 8}},
      {"target_move", "put_blue_box", {-1, 0, 2, 8}},
      {"slip", "put_green_cylinder", {-1, 0, 1, 5}},
      {"intruder", "put_red_cube", {-1, 0, 3, 8}},
      {"distractor", "put_blue_box", {0, 6, 12, 18}},
      {"flicker{noise=0}", "put_green_cylinder", {0, 4, 8, 12}},
      {"occluded_motion{earliest=6,latest=6,steps=12}", "put_red_cube", {5, 10, 15, 18}},
      {"camera_shake", "put_blue_box", {12, 13, 14, 15}},
      {"latency", "put_red_cube", {8, 14, 20, 26}, true},
  };
  return list;
}

Episode play(World& world, const std::string& text, const std::string& task, std::uint64_t seed) {
  Episode episode;
  const auto scenario = make_scenario(text, seed);
  world.reset(task, seed);
  for (int step = 0; step < kLength; ++step) {
    scenario->before_step(world, step);
    const Observation observation = world.observe();
    scenario->edit_pictures(world.pictures(), step);
    Pictures& pictures = episode.steps.emplace_back();
    for (int i = 0; i < kCameraCount; ++i) pictures[i] = Image::copy_of(observation.cameras[i]);
    episode.events.emplace_back(scenario->event());
    Action action = world.task().expert(world.scene()).action;
    scenario->edit_action(action, step);
    world.step(action);
  }
  return episode;
}

/// The steps to show. Throws awd::Error where an event is called for and none comes.
std::array<int, kColumns> steps_to_show(const Sheet& sheet, const Episode& episode) {
  std::array<int, kColumns> steps = sheet.moments;
  const auto event = std::ranges::find_if(episode.events, [](const std::string& word) { return !word.empty(); });
  if (event == episode.events.end()) {
    if (steps[0] < 0) throw Error("scenario_sheets", "expected an event in " + sheet.scenario + ", got none");
    return steps;
  }
  const int first = int(event - episode.events.begin());
  for (int& step : steps) step = std::clamp(first + step, 0, kLength - 1);
  return steps;
}

void draw_tile(cairo_t* context, const Image& image, int column, int row) {
  const CairoSurface tile = to_cairo(image.view());
  cairo_set_source_surface(context, tile.get(), column * (kTile + kGap), kLabel + row * (kTile + kGap));
  cairo_paint(context);
}

void draw_label(cairo_t* context, const std::string& text, int column) {
  cairo_set_source_rgb(context, 0.1, 0.1, 0.1);
  cairo_move_to(context, column * (kTile + kGap) + 2, kLabel - 4);
  cairo_show_text(context, text.c_str());
}

Image draw(const Sheet& sheet, const Episode& episode, const Episode& clean) {
  const int width = kColumns * (kTile + kGap) - kGap, height = kLabel + kRows * (kTile + kGap) - kGap;
  const CairoSurface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  const CairoContext context(cairo_create(surface.get()));
  cairo_set_source_rgb(context.get(), 1, 1, 1);
  cairo_paint(context.get());
  cairo_set_font_size(context.get(), 12);
  const auto steps = steps_to_show(sheet, episode);
  for (int column = 0; column < kColumns; ++column) {
    const int step = steps[column];
    const std::string& event = episode.events[step];
    draw_label(context.get(), fmt::format("step {}{}{}", step, event.empty() ? "" : ": ", event), column);
    draw_tile(context.get(), sheet.is_beside_clean ? clean.steps[step][0] : episode.steps[step][0], column, 0);
    draw_tile(context.get(), episode.steps[step][sheet.is_beside_clean ? 0 : 1], column, 1);
  }
  return from_cairo(surface.get());
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    fmt::print(stderr, "usage: scenario_sheets DIR\n");
    return 2;
  }
  const fs::path folder = argv[1];
  fs::create_directories(folder);
  World world({.image_size = kTile});
  constexpr std::uint64_t kSeed = 7;
  for (const Sheet& sheet : sheets()) {
    const Episode clean = play(world, "clean", sheet.task, kSeed);
    const Image image = draw(sheet, play(world, sheet.scenario, sheet.task, kSeed), clean);
    const fs::path file = folder / (sheet.scenario.substr(0, sheet.scenario.find('{')) + ".png");
    write_png(file, image.view());
    fmt::print("{} {} kB\n", file.string(), (fs::file_size(file) + 1023) / 1024);
  }
  return 0;
} catch (const Error& error) {
  fmt::print(stderr, "scenario_sheets: {}\n", error.what());
  return 1;
}
