// Test support, the no-malloc guard of hot paths: counts calls of the global operator new.
// It defines the replacement operators, so include it in exactly one file of a test binary.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

namespace awd {

inline std::atomic<long> g_allocations{0};

/// Allocations through operator new since the program started, in all threads.
inline long allocation_count() { return g_allocations.load(); }

}  // namespace awd

// Not inlined: the compiler would see free() beside a call of operator new and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++awd::g_allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
