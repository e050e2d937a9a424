// PrefixCache as a value: move, clone, and memory on first use.
#include "engine/kv_cache.h"

#include <atomic>

namespace awd {

PrefixCache::PrefixCache() : impl_(std::make_unique<Impl>()) {}
PrefixCache::~PrefixCache() = default;
PrefixCache::PrefixCache(PrefixCache&&) noexcept = default;
PrefixCache& PrefixCache::operator=(PrefixCache&&) noexcept = default;

PrefixCache PrefixCache::clone() const {
  PrefixCache copy;
  if (empty()) return copy;
  Impl& to = *copy.impl_;
  const Tensor& k = impl_->k.tensor();
  to.device = impl_->device;
  to.allocate_keys(k.rows, k.cols, k.dtype);
  const std::unique_ptr<Ops> ops = to.device->make_ops(1);
  ops->copy_rows(k, to.k.tensor());
  ops->copy_rows(impl_->v.tensor(), to.v.tensor());
  to.depth = impl_->depth;
  to.capacity = impl_->capacity;
  to.tokens = impl_->tokens;
  to.present = impl_->present;
  to.has_vision = impl_->has_vision;
  const auto clone_if_any = [&](const Buffer& from, Buffer& into) {
    if (from.empty()) return;
    const Tensor& tensor = from.tensor();
    into = to.device->allocate(tensor.rows, tensor.cols, tensor.dtype);
    ops->copy_rows(tensor, into.tensor());
  };
  clone_if_any(impl_->vision, to.vision);
  clone_if_any(impl_->text, to.text);
  return copy;
}

bool PrefixCache::empty() const { return impl_ == nullptr || impl_->tokens == 0; }
int PrefixCache::tokens() const { return impl_ == nullptr ? 0 : impl_->tokens; }

bool PrefixCache::Impl::fits(const std::shared_ptr<const Device>& on, const ModelConfig& config) const {
  return device == on && depth == config.llm.depth && capacity == config.max_prefix_tokens() &&
         k.tensor().cols == config.kv_width();
}

void PrefixCache::Impl::allocate_keys(int rows, int kv_width, DType dtype) {
  static std::atomic<std::uint64_t> last_id = 0;
  k = device->allocate(rows, kv_width, dtype);
  v = device->allocate(rows, kv_width, dtype);
  memory_id = ++last_id;
}

void PrefixCache::Impl::fit(const std::shared_ptr<const Device>& on, const ModelConfig& config) {
  if (fits(on, config)) return;
  *this = Impl{};
  device = on;
  depth = config.llm.depth;
  capacity = config.max_prefix_tokens();
  allocate_keys(depth * capacity, config.kv_width(), device->compute_dtype());
}

void PrefixCache::Impl::fit_vision(const ModelConfig& config) {
  if (!vision.empty()) return;
  vision = device->allocate(int(config.cameras.size()) * config.patches(), config.llm.width, DType::kF32);
}

void PrefixCache::Impl::fit_text(const ModelConfig& config) {
  if (!text.empty()) return;
  text = device->allocate(config.max_tokens, config.llm.width, DType::kF32);
}

}  // namespace awd
