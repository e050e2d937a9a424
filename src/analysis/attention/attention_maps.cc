// Words to ranges, and the mean over the ranges.
#include "analysis/attention/attention_maps.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "awd/error.h"
#include "base/check.h"

namespace awd {
namespace {

struct Range {
  int first = 0;
  int last = 0;
};

/// The number that `text` consists of, or -1.
int whole_number(std::string_view text) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc{} && end == text.data() + text.size() && value >= 0 ? value : -1;
}

/// "all", "k" or "a-b" within 0 .. count - 1; `option` is named in errors.
Range parse_range(std::string_view text, int count, const std::string& option) {
  if (text == "all") return {0, count - 1};
  const std::size_t dash = text.find('-');
  const int first = whole_number(text.substr(0, dash));
  const int last = dash == std::string_view::npos ? first : whole_number(text.substr(dash + 1));
  if (first < 0 || last < first || last >= count) {
    throw Error("option " + option,
                fmt::format("expected all, one of 0 to {}, or a range of them such as 0-{}, got \"{}\"", count - 1,
                            count - 1, text));
  }
  return {first, last};
}

}  // namespace

AttentionSelection parse_attention_selection(const AttentionWords& words, const AttentionShape& shape) {
  const Range layers = parse_range(words.layers, shape.layers, "layers");
  Range steps{0, 0};
  if (words.steps == "last") {
    steps = {shape.steps - 1, shape.steps - 1};
  } else if (words.steps != "first") {
    steps = parse_range(words.steps, shape.steps, "steps");
  }
  const Range heads = parse_range(words.heads, shape.heads, "heads");
  return {layers.first, layers.last, steps.first, steps.last, heads.first, heads.last};
}

AttentionMaps reduce_capture(const AttentionCapture& capture, const AttentionSelection& selection) {
  AWD_CHECK(capture.tokens > 0 && capture.tokens % kMapCells == 0, "{} image tokens", capture.tokens);
  AWD_CHECK(selection.last_step < capture.steps && selection.last_layer < capture.layers);
  const bool has_heads = capture.heads > 1;
  const int first_head = has_heads ? selection.first_head : 0, last_head = has_heads ? selection.last_head : 0;
  AWD_CHECK(last_head < capture.heads);
  const auto tokens = std::size_t(capture.tokens);
  std::vector<double> sums(tokens);
  int rows = 0;
  for (int step = selection.first_step; step <= selection.last_step; ++step) {
    for (int layer = selection.first_layer; layer <= selection.last_layer; ++layer) {
      for (int head = first_head; head <= last_head; ++head, ++rows) {
        const std::size_t row = (std::size_t(step) * capture.layers + layer) * capture.heads + head;
        const float* share = capture.share.data() + row * tokens;
        for (std::size_t token = 0; token < tokens; ++token) sums[token] += double(share[token]);
      }
    }
  }
  double total = 0;
  for (const double sum : sums) total += sum;
  AttentionMaps maps;
  maps.image_share = total / rows;
  maps.cameras.resize(tokens / kMapCells);
  for (std::size_t token = 0; token < tokens; ++token) {
    // No attention on any image counts evenly.
    const double weight = total > 0 ? sums[token] / total : 1.0 / double(tokens);
    maps.cameras[token / kMapCells][token % kMapCells] = float(weight);
  }
  return maps;
}

AttentionMaps from_importance(const ImportanceMaps& importance, int cameras) {
  AWD_CHECK(cameras <= importance.n_cameras);
  AttentionMaps maps;
  maps.is_joint = false;
  maps.cameras.assign(importance.map.begin(), importance.map.begin() + cameras);
  return maps;
}

}  // namespace awd
