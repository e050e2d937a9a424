// Loops of nothing but products, one per kind of unit a processor may have.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace awd::cpu {

enum class ProductType { kF32, kBf16, kInt8 };

/// One kind of unit that this machine has.
struct ProductUnit {
  ProductType type = ProductType::kF32;
  std::string_view name;
  double operations_per_turn = 0;             // a multiply and an add are two
  void (*run)(std::int64_t turns) = nullptr;  // on the calling thread
};

/// The units of this machine, slowest first within a type; at least one for f32.
std::vector<ProductUnit> product_units();

}  // namespace awd::cpu
