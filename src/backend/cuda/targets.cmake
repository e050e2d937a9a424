# The kernels, and the tests that need nothing but them and backend ref: they run on a machine with a GPU that has
# none of the other libraries.
set(folder ${CMAKE_CURRENT_SOURCE_DIR}/cuda)
file(GLOB_RECURSE kernels CONFIGURE_DEPENDS ${folder}/*.cu)
set(kernel_tests ${kernels})
list(FILTER kernels EXCLUDE REGEX "_test\\.cu$")
list(FILTER kernel_tests INCLUDE REGEX "_test\\.cu$")

add_library(awd_kernels OBJECT ${kernels})
target_include_directories(awd_kernels PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
# fmt 9 thinks that nvcc has no constexpr, and then lacks what its own consteval calls.
target_compile_definitions(awd_kernels PRIVATE FMT_USE_CONSTEXPR=1)
target_compile_options(awd_kernels PRIVATE -lineinfo -Xcompiler=-Wall,-Wextra,-Wshadow)
target_link_libraries(awd_kernels PRIVATE fmt::fmt)
target_sources(awd_backend PRIVATE $<TARGET_OBJECTS:awd_kernels>)

file(GLOB_RECURSE host_sources CONFIGURE_DEPENDS ${folder}/*.cc ${CMAKE_CURRENT_SOURCE_DIR}/ref/*.cc)
add_executable(awd_cuda_tests EXCLUDE_FROM_ALL gate_device.cc ops.cc ops_test.cc linear_test.cc held_keys_test.cc
  layer_parts_test.cc recording_test.cc ${host_sources} ${kernel_tests}
  $<TARGET_OBJECTS:awd_kernels>)
target_include_directories(awd_cuda_tests PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(awd_cuda_tests PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:FMT_USE_CONSTEXPR=1>
  $<$<COMPILE_LANGUAGE:CXX>:FMT_HEADER_ONLY>)
target_compile_options(awd_cuda_tests PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -march=x86-64-v3>)
target_link_libraries(awd_cuda_tests PRIVATE awd_cudart GTest::gtest_main GTest::gtest)
target_link_options(awd_cuda_tests PRIVATE -static-libstdc++ -static-libgcc)
