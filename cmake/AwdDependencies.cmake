# Everything AWD takes from Debian's packages, and Arrow from PyPI, found once. No target outside this file names a library path.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
if(NOT AWD_FUZZ)  # of the backends, which are not fuzzed; clang's is a package of its own
  find_package(OpenMP REQUIRED)
endif()
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5)

find_package(dnnl REQUIRED)

# The rest is of programs, simulator, server and tests.
if(NOT AWD_PACKAGE)
  find_package(CLI11 REQUIRED)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
  include(GoogleTest)
  pkg_check_modules(EGL REQUIRED IMPORTED_TARGET egl)

  # Of the server: Asio and Beast (headers), TLS, msgpack (headers), Prometheus metrics.
  find_package(Boost 1.74 REQUIRED)
  find_package(OpenSSL REQUIRED)
  find_package(msgpack REQUIRED)
  pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)

  # Debian's mujocoConfig.cmake names an include folder of a package that libmujoco-dev does not pull in, so
  # find_package(mujoco) fails at generate time; the two files are looked up by hand.
  find_path(MUJOCO_INCLUDE_DIR mujoco/mujoco.h REQUIRED)
  find_library(MUJOCO_LIBRARY mujoco REQUIRED)
  add_library(awd_mujoco SHARED IMPORTED)
  set_target_properties(awd_mujoco PROPERTIES IMPORTED_LOCATION ${MUJOCO_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${MUJOCO_INCLUDE_DIR})
endif()

# Debian 12 has no Arrow; the Python package pyarrow carries its C++ headers and libraries. `./dev setup` puts it into
# .deps; AWD_PYARROW_DIR names another folder that holds include/ and libarrow.so.*. AWD_HAS_ARROW: found.
set(AWD_PYARROW_DIR "" CACHE PATH "The folder `pyarrow` of an installed package; empty: the one in .deps")
set(AWD_HAS_ARROW OFF)
if(AWD_PARQUET)
  set(pyarrow_dir ${AWD_PYARROW_DIR})
  if(NOT pyarrow_dir)
    file(GLOB pyarrow_dir LIST_DIRECTORIES ON ${PROJECT_SOURCE_DIR}/.deps/lib/python3*/site-packages/pyarrow)
  endif()
  file(GLOB arrow_library ${pyarrow_dir}/libarrow.so.*)
  file(GLOB parquet_library ${pyarrow_dir}/libparquet.so.*)
  if(arrow_library AND parquet_library AND EXISTS ${pyarrow_dir}/include/parquet/arrow/reader.h)
    set(AWD_HAS_ARROW ON)
    add_library(awd_arrow SHARED IMPORTED)
    set_target_properties(awd_arrow PROPERTIES IMPORTED_LOCATION ${arrow_library}
      INTERFACE_INCLUDE_DIRECTORIES ${pyarrow_dir}/include)
    add_library(awd_parquet SHARED IMPORTED)
    set_target_properties(awd_parquet PROPERTIES IMPORTED_LOCATION ${parquet_library}
      INTERFACE_LINK_LIBRARIES awd_arrow)
    set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
  else()
    message(WARNING "No pyarrow in .deps: LeRobot data sets cannot be read. Run ./dev setup, or set AWD_PARQUET=OFF.")
  endif()
endif()
