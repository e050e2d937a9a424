// The kernels that multiply bf16.
#include "backend/cuda/big_instances.cuh"

namespace awd::cuda::big {

template Start find_kernel<BigNumber::kBf16, BigResult::kBf16>(int, int);
template Start find_kernel<BigNumber::kBf16, BigResult::kF32>(int, int);
template Start find_kernel<BigNumber::kBf16, BigResult::kGelu>(int, int);
template Start find_kernel<BigNumber::kBf16, BigResult::kGeglu>(int, int);
template Start find_kernel<BigNumber::kBf16, BigResult::kRotated>(int, int);

}  // namespace awd::cuda::big
