// Which importance source knows the patches that matter, and what does it cost? The policy plays clean episodes; at
// every 12th step each block of 2 x 2 patches of each camera is painted in the picture's mean colour, and the distance
// between the chunk of the plain picture and that of the painted one is the block's effect. Per source: the rank
// correlation (Spearman) between a block's importance and its effect, the share of all effect in the most important
// quarter of the blocks (about 0.25 by chance), and the CPU time of encode and denoise with its maps, on one thread.
// Usage: importance_bench POLICY_FOLDER [episodes]. Prints JSON; the committed run is bench/results/importance.json.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <string>
#include <vector>

#include "awd/error.h"
#include "awd/reuse.h"
#include "sim/episode.h"

namespace awd {
namespace {

constexpr int kEveryStep = 12;
constexpr int kBlocks = kPatchGrid / 2;  // per side

struct Source {
  std::string name;
  EngineOptions options;
};

EngineOptions options_of(ImportanceSource importance) {
  EngineOptions options;
  options.threads = 1;
  options.importance = importance;
  return options;
}

std::vector<Source> sources() {
  std::vector<Source> all = {{"attention", options_of(ImportanceSource::kAttention)}};
  for (const GradientReduce reduce : {GradientReduce::kNorm, GradientReduce::kProduct}) {
    for (const GradientStep step : {GradientStep::kFirst, GradientStep::kLast}) {
      EngineOptions options = options_of(ImportanceSource::kGradient);
      options.gradient_reduce = reduce;
      options.gradient_step = step;
      all.push_back({fmt::format("gradient {}, {} step", word_of(reduce), word_of(step)), options});
    }
  }
  return all;
}

/// Ranks with ties at their mean.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<double> rank;
  for (const double value : values) {
    const auto below = std::ranges::count_if(values, [&](double other) { return other < value; });
    const auto same = std::ranges::count(values, value);
    rank.push_back(double(below) + double(same - 1) / 2);
  }
  return rank;
}

/// Pearson's correlation of ranks; 0 where one side is constant.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> x = ranks(a), y = ranks(b);
  const double mean = double(x.size() - 1) / 2;
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0.0;
}

double share_in_top_quarter(const std::vector<double>& importance, const std::vector<double>& effect) {
  std::vector<std::size_t> order(importance.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::ranges::stable_sort(order, [&](std::size_t i, std::size_t j) { return importance[i] > importance[j]; });
  double top = 0;
  for (std::size_t i = 0; i < order.size() / 4; ++i) top += effect[order[i]];
  return top / std::accumulate(effect.begin(), effect.end(), 0.0);
}

/// One engine of one source, and what it has scored.
struct Judged {
  std::string name;
  std::unique_ptr<Session> session;
  PrefixCache cache;
  ActionChunk chunk;
  std::vector<float> noise;  // zeros, as the policy's own
  std::vector<double> correlation, share, time_ms;

  explicit Judged(const std::string& folder, const Source& source) : name(source.name) {
    const auto engine = Engine::load(folder, source.options);
    noise.resize(std::size_t(engine->info().horizon) * std::size_t(engine->info().model_action_dim));
    session = Session::create(engine);
  }

  void query(const Observation& observation, ImportanceMaps* maps) {
    session->encode(observation, cache);
    session->denoise(cache, observation.state, noise, chunk, maps);
  }
};

/// Effect of painting each block of one camera on the chunk, [kBlocks * kBlocks].
std::vector<double> block_effects(Judged& plain, const Observation& observation, std::size_t camera) {
  plain.query(observation, nullptr);
  const std::vector<float> before = plain.chunk.values;
  const ImageView& view = observation.cameras[camera];
  const std::vector<std::uint8_t> original(view.data, view.data + std::size_t(view.width) * view.height * 3);
  std::array<double, 3> mean{};
  for (std::size_t i = 0; i < original.size(); ++i) mean[i % 3] += double(original[i]) * 3 / double(original.size());

  const int side = view.width / kBlocks;
  std::vector<double> effects;
  for (int block = 0; block < kBlocks * kBlocks; ++block) {
    std::vector<std::uint8_t> painted = original;
    const int top = block / kBlocks * side, left = block % kBlocks * side;
    for (int y = top; y < top + side; ++y) {
      std::uint8_t* pixel = painted.data() + (std::ptrdiff_t(y) * view.width + left) * 3;
      for (int i = 0; i < 3 * side; ++i) pixel[i] = std::uint8_t(mean[std::size_t(i % 3)]);
    }
    std::vector<ImageView> views(observation.cameras.begin(), observation.cameras.end());
    views[camera].data = painted.data();
    Observation changed = observation;
    changed.cameras = views;
    plain.query(changed, nullptr);
    double squares = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      squares += std::pow(double(plain.chunk.values[i]) - double(before[i]), 2);
    }
    effects.push_back(std::sqrt(squares));
  }
  return effects;
}

void judge(const Observation& observation, std::vector<Judged>& judged) {
  std::vector<std::vector<double>> effects;
  for (std::size_t c = 0; c < observation.cameras.size(); ++c) {
    effects.push_back(block_effects(judged.front(), observation, c));
  }
  for (Judged& source : judged) {
    ImportanceMaps maps;
    source.query(observation, &maps);  // compiles and warms up
    const std::clock_t begin = std::clock();
    source.query(observation, &maps);
    source.time_ms.push_back(1e3 * double(std::clock() - begin) / CLOCKS_PER_SEC);
    for (std::size_t c = 0; c < effects.size(); ++c) {
      std::vector<double> blocks(std::size_t(kBlocks * kBlocks));
      for (int patch = 0; patch < kPatchGrid * kPatchGrid; ++patch) {
        const int block = patch / kPatchGrid / 2 * kBlocks + patch % kPatchGrid / 2;
        blocks[std::size_t(block)] += double(maps.map[c][std::size_t(patch)]);
      }
      source.correlation.push_back(rank_correlation(blocks, effects[c]));
      source.share.push_back(share_in_top_quarter(blocks, effects[c]));
    }
  }
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void bench(const std::string& folder, int episodes) {
  std::vector<Judged> judged;
  for (const Source& source : sources()) judged.emplace_back(folder, source);
  const auto policy = make_policy(Engine::load(folder, options_of(ImportanceSource::kAttention)), "fixed:10");
  sim::World world({});
  constexpr std::array kTasks = {"put_red_cube", "put_green_cylinder", "put_blue_box"};
  int frames = 0;
  for (int episode = 0; episode < episodes; ++episode) {
    const sim::EpisodeSpec spec{.task = kTasks[std::size_t(episode) % kTasks.size()],
                                .seed = 1000u + unsigned(episode)};
    sim::run_episode(world, *policy, spec, [&](const sim::StepView& view) {
      if (view.step % kEveryStep != kEveryStep / 2) return;
      judge(view.observation, judged);
      ++frames;
    });
  }
  fmt::print("{{\n \"policy\": \"{}\",\n \"frames\": {},\n \"sources\": [\n", folder, frames);
  for (const Judged& source : judged) {
    fmt::print(
        "  {{\"name\": \"{}\", \"rank_correlation\": {:.3f}, \"effect_in_top_quarter\": {:.3f}, \"cpu_ms\": "
        "{:.1f}}}{}\n",
        source.name, mean_of(source.correlation), mean_of(source.share), median_of(source.time_ms),
        &source == &judged.back() ? "" : ",");
  }
  fmt::print(" ]\n}}\n");
}

}  // namespace
}  // namespace awd

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw awd::Error("importance_bench", "expected POLICY_FOLDER [episodes], got nothing");
    awd::bench(argv[1], argc > 2 ? std::atoi(argv[2]) : 6);
    return 0;
  } catch (const awd::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
