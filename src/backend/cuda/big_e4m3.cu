// The kernels that multiply e4m3.
#include "backend/cuda/big_instances.cuh"

namespace awd::cuda::big {

template Start find_kernel<BigNumber::kE4m3, BigResult::kBf16>(int, int);
template Start find_kernel<BigNumber::kE4m3, BigResult::kF32>(int, int);
template Start find_kernel<BigNumber::kE4m3, BigResult::kGelu>(int, int);
template Start find_kernel<BigNumber::kE4m3, BigResult::kGeglu>(int, int);
template Start find_kernel<BigNumber::kE4m3, BigResult::kRotated>(int, int);

}  // namespace awd::cuda::big
