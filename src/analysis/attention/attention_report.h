// An attention summary as text, as JSON, and as answers to what the study expects of attention.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/attention/attention_summary.h"
#include "base/options_io.h"

namespace awd {

/// What was analysed, for headings and manifests.
struct AttentionAbout {
  std::string input;       // path as given
  std::string format;      // of the recording
  std::string policy;      // name
  std::string importance;  // attention, uniform or gradient
  AttentionShape shape{};  // of the model
  AttentionSelection selection{};
  int stride = 1;                   // frames from one that was looked at to the next
  std::string commit;               // of the program
  std::vector<OptionText> options;  // every option with its value

  /// "layers 3-4 of 0-4, flow step 9 of 0-9, all 4 heads", or the importance where it is not attention.
  std::string selected() const;
};

/// One expectation of the study, answered by numbers.
struct AttentionClaim {
  enum class Answer { kYes, kNo, kOpen, kUnknown };  // kOpen: the interval does not decide
  std::string expectation;
  std::string camera;
  Answer answer = Answer::kUnknown;
  std::string text;  // a sentence with numbers and 95 % intervals
};
inline constexpr std::array<std::string_view, 4> kAnswerWords{"yes", "no", "open", "not known"};

/// Target, robot and background, and what dilation covers, per camera.
std::vector<AttentionClaim> attention_claims(const AttentionSummary& summary);

/// The study's table as is, then focus, labels, phases, coverage and the claims.
std::string attention_text(const AttentionSummary& summary, const AttentionAbout& about);

/// attention.json; numbers that are not known are null.
std::string attention_json(const AttentionSummary& summary, const AttentionAbout& about);

/// One line of attention.jsonl.
std::string attention_line(const AttentionRow& row, std::string_view episode, const std::vector<std::string>& cameras);

}  // namespace awd
