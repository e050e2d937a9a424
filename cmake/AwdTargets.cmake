# How every folder becomes targets: one library with exactly the edges of docs/architecture.md, one test binary.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(awd_flags INTERFACE)
target_compile_options(awd_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
  $<$<BOOL:${AWD_WERROR}>:-Werror>)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  # AVX2 + FMA: every x86-64 machine sold since 2013; wider units are reached through oneDNN's own dispatch.
  target_compile_options(awd_flags INTERFACE -march=x86-64-v3)
endif()
if(AWD_SANITIZE)
  target_compile_options(awd_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(awd_flags INTERFACE -fsanitize=address,undefined)
endif()

# awd_folder(NAME DEPS target...) : the sources of the current folder (and its sub-folders) as library awd_NAME,
# its *_test.cc files as test binary awd_NAME_tests. EXCLUDE x drops the sub-folder x, or x.cc, that is a target of its
# own.
function(awd_folder name)
  cmake_parse_arguments(ARG "" "" "DEPS;PRIVATE_DEPS;TEST_DEPS;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  foreach(sub ${ARG_EXCLUDE})
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/${sub}(/|\\.cc$)")
  endforeach()
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  if(sources)
    add_library(awd_${name} STATIC ${sources})
    target_include_directories(awd_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
    target_link_libraries(awd_${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS} $<BUILD_INTERFACE:awd_flags>)
  else()
    add_library(awd_${name} INTERFACE)
    target_include_directories(awd_${name} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
    target_link_libraries(awd_${name} INTERFACE ${ARG_DEPS})
  endif()
  if(tests AND NOT AWD_PACKAGE)
    add_executable(awd_${name}_tests ${tests})
    target_link_libraries(awd_${name}_tests PRIVATE awd_${name} ${ARG_TEST_DEPS} GTest::gmock_main awd_flags)
    target_compile_definitions(awd_${name}_tests PRIVATE AWD_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    gtest_discover_tests(awd_${name}_tests TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  endif()
endfunction()

# awd_embed(OUT_VAR FILE...) : a generated .cc that holds the text files, read through embedded_file(name).
function(awd_embed out_var namespace)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${namespace}_embedded.cc)
  add_custom_command(OUTPUT ${out} COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAMESPACE=${namespace}
      "-DFILES=${ARGN}" -P ${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake VERBATIM)
  set(${out_var} ${out} PARENT_SCOPE)
endfunction()
