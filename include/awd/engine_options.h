// EngineOptions: how a checkpoint is loaded and run. One visit() feeds command line, JSON and run manifest.
#pragma once

#include <string>
#include <string_view>

#include "awd/options.h"

namespace awd {

enum class EngineBackend { kCpu, kRef, kCuda };  // kRef: plain fp32 loops, slow, the judge
/// What matrices are multiplied in. kAuto: bf16 where the machine has bf16 matrix units, else f32. kInt8: weights in 8
/// bits with a scale per output, activations in 8 bits with a scale per row, where a layer is large; bf16 elsewhere.
/// kFp8 (cuda only): likewise in e4m3, activations with a fixed scale per layer.
enum class EngineDtype { kAuto, kF32, kBf16, kInt8, kFp8 };
enum class ImportanceSource { kAttention, kUniform, kGradient };
enum class GradientStep { kFirst, kLast };        // of the flow
enum class GradientTarget { kVelocity, kChunk };  // half the squared velocity, or the velocity along the chunk
enum class GradientReduce { kNorm, kProduct };    // of a token's gradient, or with the token itself (GradCAM)

/// Whose cameras, state, prompt and actions a checkpoint of openpi or LeRobot was made for. kAuto: what its folder
/// says. Policies of AWD's own format take states and actions as they are.
enum class RobotKind { kAuto, kGeneric, kLibero, kDroid, kAloha };

template <>
inline constexpr std::string_view kEnumWords<EngineBackend>[] = {"cpu", "ref", "cuda"};
template <>
inline constexpr std::string_view kEnumWords<EngineDtype>[] = {"auto", "f32", "bf16", "int8", "fp8"};
template <>
inline constexpr std::string_view kEnumWords<RobotKind>[] = {"auto", "generic", "libero", "droid", "aloha"};
template <>
inline constexpr std::string_view kEnumWords<ImportanceSource>[] = {"attention", "uniform", "gradient"};
template <>
inline constexpr std::string_view kEnumWords<GradientStep>[] = {"first", "last"};
template <>
inline constexpr std::string_view kEnumWords<GradientTarget>[] = {"velocity", "chunk"};
template <>
inline constexpr std::string_view kEnumWords<GradientReduce>[] = {"norm", "product"};

struct EngineOptions {
  EngineBackend backend = EngineBackend::kCpu;
  EngineDtype dtype = EngineDtype::kAuto;
  int threads = 0;
  int flow_steps = 0;
  int importance_first_layer = -1;
  int importance_last_layer = -1;
  ImportanceSource importance = ImportanceSource::kAttention;
  GradientReduce gradient_reduce = GradientReduce::kNorm;
  GradientStep gradient_step = GradientStep::kFirst;
  GradientTarget gradient_target = GradientTarget::kVelocity;
  int gradient_rows = 0;
  bool stage_times = false;
  RobotKind robot = RobotKind::kAuto;
  std::string tokenizer{};
  std::string norm_stats{};
  std::string fp8_scales{};

  template <class V>
  void visit(V&& v) {
    v(Field{"backend", "", "cpu, ref or cuda"}, backend);
    v(Field{"dtype", "", "auto, f32, bf16, int8 (cpu) or fp8 (cuda); ref is always f32"}, dtype);
    v(Field{"threads", "", "compute threads of one session; 0 is all cores", 0, 4096}, threads);
    v(Field{"flow_steps", "", "Euler steps of the flow sampler; 0 is the checkpoint's own number", 0, 1000},
      flow_steps);
    v(Field{"importance_first_layer", "",
            "first expert layer whose attention counts as importance; -1 is the last 4/18 of the depth "
            "(at least the last 2 layers)",
            -1, 1000},
      importance_first_layer);
    v(Field{"importance_last_layer", "", "last such layer, inclusive; -1 is the last layer", -1, 1000},
      importance_last_layer);
    v(Field{"importance", "",
            "what importance maps are made of: attention, uniform or gradient (costs more than a full query)"},
      importance);
    v(Field{"gradient_reduce", "",
            "what a token counts: norm of its gradient, or product, the size of gradient times token (GradCAM); only "
            "with importance=gradient"},
      gradient_reduce);
    v(Field{"gradient_step", "", "flow step that is differentiated, first or last; only with importance=gradient"},
      gradient_step);
    v(Field{"gradient_target", "",
            "what is differentiated: velocity (half its square) or chunk (its product with the predicted chunk); only "
            "with importance=gradient"},
      gradient_target);
    v(Field{"gradient_rows", "",
            "first actions of the chunk that are differentiated; 0 is all; only with importance=gradient", 0, 10000},
      gradient_rows);
    v(Field{"stage_times", "",
            "wait for the end of each stage to time it; without, stages of a GPU are still running when they are said "
            "to have ended, and only the whole of a query is timed"},
      stage_times);
    v(Field{"robot", "",
            "whose cameras, state and actions the checkpoint is for: auto, generic, libero, droid or aloha; read for "
            "checkpoints of openpi and LeRobot"},
      robot);
    v(Field{"tokenizer", "", "SentencePiece model; empty is tokenizer.model in the policy's folder"}, tokenizer);
    v(Field{"norm_stats", "", "norm_stats.json; empty is the one in the policy's folder"}, norm_stats);
    v(Field{"fp8_scales", "",
            "how large activations get, a file of awd bench --calibrate; empty is fp8_scales.json in the policy's "
            "folder, or standard scales where there is none; only with dtype=fp8"},
      fp8_scales);
  }
};

}  // namespace awd
