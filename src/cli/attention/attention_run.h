// `awd attention` without its command line: episodes in parallel, summary, figures, files.
#pragma once

#include <string>

#include "analysis/attention/attention_report.h"
#include "awd/engine.h"
#include "cli/attention/attention_options.h"
#include "cli/recorded_input.h"

namespace awd::cli {

inline constexpr const char* kAttentionFile = "attention.json";
inline constexpr const char* kAttentionLinesFile = "attention.jsonl";  // one line per frame that was looked at

struct AttentionResult {
  std::string folder;
  AttentionSummary summary;
  AttentionAbout about;
};

/// Writes attention.json, attention.jsonl and figures/ into `options.output.out`. Throws awd::Error on an input that
/// cannot be read or does not fit the policy and on options out of range, and Interrupted after Ctrl-C; nothing is left
/// then.
AttentionResult run_attention(const InputOptions& input, const AttentionOptions& options, const EngineOptions& engine);

}  // namespace awd::cli
