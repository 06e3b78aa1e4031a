# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/coquest)
configure_package_config_file(src/cmake/coquestConfig.cmake.in
    ${PROJECT_BINARY_DIR}/coquestConfig.cmake INSTALL_DESTINATION ${package_dir})
# Before 1.0, a minor release may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/coquestConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)

install(TARGETS coquest_core coquest EXPORT coquestTargets)
install(EXPORT coquestTargets NAMESPACE coquest:: DESTINATION ${package_dir})
install(DIRECTORY include/coquest DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_BINARY_DIR}/coquestConfig.cmake
              ${PROJECT_BINARY_DIR}/coquestConfigVersion.cmake
              src/cmake/FindAsio.cmake src/cmake/FindWolfSSL.cmake
        DESTINATION ${package_dir})
