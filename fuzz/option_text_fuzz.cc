// Any text as "NAME{option=value,...}" for the gate's and the reuse options: refused with one line, or options whose
// own text gives the same options again.
#include "awd/gate_options.h"
#include "base/check.h"
#include "base/named_text.h"
#include "runtime/reuse_options.h"
#include "target.h"

namespace awd::fuzz {
namespace {

template <class Options>
void read_options(const NamedText& text) {
  Options options;
  assign_options(options, text.body, "input");
  const std::string shown = format_named("options", options);
  Options again;
  assign_options(again, split_name(shown, "shown").body, "shown");
  AWD_CHECK(format_named("options", again) == shown, "{}", shown);
}

}  // namespace
}  // namespace awd::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace awd;
  for (const std::string& text : split_outside_braces(fuzz::text_of({data, size}), ',')) {
    fuzz::read_untrusted([&] { fuzz::read_options<GateOptions>(split_name(text, "input")); });
    fuzz::read_untrusted([&] { fuzz::read_options<ReuseOptions>(split_name(text, "input")); });
  }
  return 0;
}
