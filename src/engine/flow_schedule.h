// The fixed times of the flow sampler and how a time is embedded (openpi's convention: t = 1 is noise, 0 is action).
#pragma once

#include <vector>

namespace awd {

/// Times at which the velocity is asked for: 1, 1 - 1/steps, ..., accumulated in f32 as openpi does.
std::vector<float> flow_times(int steps);

/// Sine and cosine features of a time, [width] = sines | cosines, periods from 4e-3 to 4.0; `width` is even.
std::vector<float> time_embedding(float time, int width);

}  // namespace awd
