// Walks the fields of a step log and keeps the scores.
#include "server/codec/named_scores.h"

#include <array>
#include <cmath>
#include <string>

#include "io/episode_log_fields.h"

namespace awd::server {
namespace {

struct ScoreLister {
  std::vector<std::pair<std::string_view, double>> named;

  void score(const char* key, double value) {
    if (std::isfinite(value)) named.emplace_back(key, value);
  }
  template <class T>
  void required(const char*, const T&) {}
  void time_ms(const char*, double) {}
  void note(const char*, const std::string&) {}
  void numbers(const char*, const std::vector<float>&) {}
  void scores(const char*, const std::array<double, kMaxCameras>&) {}
};

}  // namespace

std::vector<std::pair<std::string_view, double>> named_scores(const Decision& decision) {
  StepLog step;
  step.decision = decision;
  ScoreLister lister;
  visit_log_fields(step, lister);
  return std::move(lister.named);
}

}  // namespace awd::server
