# CUDA, where there is a compiler for it. AWD_HAS_CUDA: the backend is built. awd_cudart: the static runtime.
set(AWD_CUDA OFF CACHE STRING "Build the CUDA backend: ON, OFF, or AUTO (where nvcc 12.8 or later is found)")
set_property(CACHE AWD_CUDA PROPERTY STRINGS AUTO ON OFF)
# A100, Jetson Orin, RTX 40, H100 and H200, B200.
set(AWD_CUDA_ARCHITECTURES 80-real 87-real 89-real 90a-real 100-real CACHE STRING "GPUs to compile for")

set(AWD_HAS_CUDA OFF)
set(is_wanted ${AWD_CUDA})
if(AWD_CUDA STREQUAL "AUTO")
  set(is_wanted ON)
  if(AWD_SANITIZE OR AWD_FUZZ)  # the sanitizers' memory map leaves a GPU no room
    set(is_wanted OFF)
  endif()
endif()

if(is_wanted)
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    # CMake insists on a value before it has found the compiler's version. Toolkits from PyPI keep their libraries in a
    # folder that nvcc does not search.
    set(CMAKE_CUDA_ARCHITECTURES ${AWD_CUDA_ARCHITECTURES})
    get_filename_component(cuda_folder ${CMAKE_CUDA_COMPILER} DIRECTORY)
    get_filename_component(cuda_folder ${cuda_folder} DIRECTORY)
    set(outer_library_path $ENV{LIBRARY_PATH})
    set(ENV{LIBRARY_PATH} ${cuda_folder}/lib:${outer_library_path})
    enable_language(CUDA)
    set(ENV{LIBRARY_PATH} ${outer_library_path})
    if(CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 12.8)
      set(AWD_HAS_CUDA ON)
    endif()
  endif()
  if(NOT AWD_HAS_CUDA AND AWD_CUDA STREQUAL "ON")
    message(FATAL_ERROR "AWD_CUDA=ON: expected nvcc 12.8 or later, got '${CMAKE_CUDA_COMPILER_VERSION}'")
  endif()
endif()
message(STATUS "CUDA backend: ${AWD_HAS_CUDA} (AWD_CUDA=${AWD_CUDA})")

if(AWD_HAS_CUDA)
  set(CMAKE_CUDA_STANDARD 20)
  set(CMAKE_CUDA_STANDARD_REQUIRED ON)
  set(CMAKE_CUDA_EXTENSIONS OFF)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)  # CMake 3.25.1 does not know that nvcc has it
  set(CMAKE_CUDA_RUNTIME_LIBRARY None)  # linked as awd_cudart, also by targets without CUDA sources
  find_library(AWD_CUDART cudart_static REQUIRED NO_DEFAULT_PATH
    HINTS ${CMAKE_CUDA_IMPLICIT_LINK_DIRECTORIES} ${cuda_folder}/lib64 ${cuda_folder}/lib)
  add_library(awd_cudart INTERFACE IMPORTED GLOBAL)  # imported: what is installed names it, awdConfig.cmake makes it
  target_include_directories(awd_cudart SYSTEM INTERFACE ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES})
  target_link_libraries(awd_cudart INTERFACE ${AWD_CUDART} Threads::Threads ${CMAKE_DL_LIBS} rt)
endif()
