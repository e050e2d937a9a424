// Any bytes as a policy's own config.json: refused with one line, or a geometry whose products fit.
#include "base/check.h"
#include "engine/config.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace awd;
  static const fuzz::InputFolder folder;
  const std::string path = folder.write("config.json", {data, size});
  fuzz::read_untrusted([&] {
    const ModelConfig config = load_config(path);
    AWD_CHECK(!config.cameras.empty() && config.cameras.size() <= std::size_t(kMaxCameras));
    AWD_CHECK(config.vision.width % config.vision.heads == 0 && config.llm.heads % config.llm.kv_heads == 0);
    AWD_CHECK(config.q_width() > 0 && config.kv_width() > 0 && config.max_prefix_tokens() > 0);
    AWD_CHECK(config.state_dim <= config.model_state_dim && config.action_dim <= config.model_action_dim);
    AWD_CHECK(config.io.relative_actions.empty() || int(config.io.relative_actions.size()) == config.action_dim);
  });
  return 0;
}
