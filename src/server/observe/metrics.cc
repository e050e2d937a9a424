// prometheus-cpp's registry with one member per family.
#include "server/observe/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <atomic>

#include "awd/types.h"

namespace awd::server {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
template <class T>
using Family = prometheus::Family<T>;

constexpr double kSecond = 1e-3;  // of a millisecond

/// Upper ends in seconds: from a reuse step (microseconds) to a full query on a small computer.
Histogram::BucketBoundaries latency_buckets() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;

  Family<Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  Counter& counter(const char* name, const char* help) { return counters(name, help).Add({}); }
  Gauge& gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }
  Family<Histogram>& histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }
  Histogram& histogram(const char* name, const char* help) { return histograms(name, help).Add({}, latency_buckets()); }

  Family<Counter>& steps = counters("awd_steps_total", "Requests answered, by verdict and reason of the gate.");
  Family<Histogram>& policy = histograms("awd_policy_seconds", "Time of the policy itself, by verdict.");
  Histogram& infer = histogram("awd_infer_seconds", "Time from a request's bytes to the reply's, without waiting.");
  Histogram& request = histogram("awd_request_seconds", "Time from a request's arrival to the reply leaving.");
  Histogram& wait = histogram("awd_wait_seconds", "Time that requests waited for the policy.");
  Gauge& reuse_rate = gauge("awd_reuse_rate", "Share of answered requests that made no full query.");
  Gauge& waiting = gauge("awd_waiting_requests", "Requests that wait for the policy now.");
  Gauge& clients = gauge("awd_clients", "Policy clients connected now.");
  Counter& connected = counter("awd_clients_total", "Policy clients so far.");
  Counter& refused = counter("awd_refused_total", "Connections refused: no key, too many, another origin.");
  Counter& errors = counter("awd_errors_total", "Requests answered with an error.");
  Counter& episodes = counter("awd_episodes_total", "Episodes begun.");
  Gauge& recorded = gauge("awd_recorded_frames", "Frames that --record has written.");
  Gauge& dropped = gauge("awd_record_dropped_frames", "Frames that --record had to leave out.");

  std::atomic<std::uint64_t> answered{0}, reused{0};
};

Metrics::Metrics(const std::string& policy, const std::string& arm) : impl_(std::make_unique<Impl>()) {
  prometheus::BuildGauge()
      .Name("awd_info")
      .Help("What is served; always 1.")
      .Register(impl_->registry)
      .Add({{"version", kVersion}, {"policy", policy}, {"gate", arm}})
      .Set(1);
}

Metrics::~Metrics() = default;

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(impl_->registry.Collect()); }

void Metrics::on_step(const ServedStep& step) {
  const Decision& decision = step.result.decision;
  const std::string verdict(word_of(decision.verdict));
  impl_->steps.Add({{"verdict", verdict}, {"reason", std::string(word_of(decision.reason))}}).Increment();
  impl_->policy.Add({{"verdict", verdict}}, latency_buckets()).Observe(step.result.timing.total_ms * kSecond);
  impl_->infer.Observe(step.infer_ms * kSecond);
  if (step.is_new_episode) impl_->episodes.Increment();
  const bool is_reuse = decision.verdict == Verdict::kReuse;
  const std::uint64_t reused = impl_->reused += is_reuse ? 1 : 0;
  impl_->reuse_rate.Set(double(reused) / double(++impl_->answered));
}

void Metrics::opened(std::uint64_t /*client*/, const std::string& /*peer*/) {
  impl_->clients.Increment();
  impl_->connected.Increment();
}

void Metrics::closed(std::uint64_t /*client*/, const std::string& /*why*/) { impl_->clients.Decrement(); }
void Metrics::refused(const std::string& /*peer*/, const std::string& /*why*/) { impl_->refused.Increment(); }
void Metrics::failed(std::uint64_t /*client*/, const std::string& /*what*/) { impl_->errors.Increment(); }

void Metrics::answered(const Answered& answered) {
  impl_->wait.Observe(answered.wait_ms * kSecond);
  impl_->request.Observe(answered.total_ms * kSecond);
}

void Metrics::waiting(int requests) { impl_->waiting.Set(requests); }

void Metrics::set_recorded(std::uint64_t frames, std::uint64_t dropped) {
  impl_->recorded.Set(double(frames));
  impl_->dropped.Set(double(dropped));
}

}  // namespace awd::server
