# `cmake --install`: the public headers, the static libraries behind them, and what find_package(awd) reads (component
# development).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(awd_libraries awd_base awd_io awd_backend awd_gate awd_engine awd_runtime)
set(awd_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/awd)

foreach(library ${awd_libraries})
  string(REPLACE awd_ "" name ${library})
  set_target_properties(${library} PROPERTIES EXPORT_NAME ${name})
endforeach()
target_include_directories(awd_base INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(awd_base INTERFACE cxx_std_20)

install(TARGETS ${awd_libraries} EXPORT awdTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/awd DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT awdTargets NAMESPACE awd:: DESTINATION ${awd_package_folder} COMPONENT development)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/awdConfig.cmake.in ${PROJECT_BINARY_DIR}/awdConfig.cmake
  INSTALL_DESTINATION ${awd_package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/awdConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/awdConfig.cmake ${PROJECT_BINARY_DIR}/awdConfigVersion.cmake
  DESTINATION ${awd_package_folder} COMPONENT development)
