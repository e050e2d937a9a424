# Everything AWD takes from Debian's packages, found once. No target outside this file names a library path.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenMP REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
include(GoogleTest)

pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
pkg_check_modules(EGL REQUIRED IMPORTED_TARGET egl)
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5)

find_package(dnnl REQUIRED)

# Debian's mujocoConfig.cmake names an include folder of a package that libmujoco-dev does not pull in, so
# find_package(mujoco) fails at generate time; the two files are looked up by hand.
find_path(MUJOCO_INCLUDE_DIR mujoco/mujoco.h REQUIRED)
find_library(MUJOCO_LIBRARY mujoco REQUIRED)
add_library(awd_mujoco SHARED IMPORTED)
set_target_properties(awd_mujoco PROPERTIES IMPORTED_LOCATION ${MUJOCO_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${MUJOCO_INCLUDE_DIR})
