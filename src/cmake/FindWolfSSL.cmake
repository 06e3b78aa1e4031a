# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Finds wolfSSL: only under WOLFSSL_ROOT if that is set, or else in the usual places. Defines the
# target WolfSSL::WolfSSL and the variable WolfSSL_VERSION.

# The cache holds the result of an earlier search. It is cleared when WOLFSSL_ROOT changes.
if(NOT "${WOLFSSL_ROOT}" STREQUAL "${WolfSSL_FOUND_UNDER}")
    unset(WolfSSL_INCLUDE_DIR CACHE)
    unset(WolfSSL_LIBRARY CACHE)
endif()
set(WolfSSL_FOUND_UNDER "${WOLFSSL_ROOT}" CACHE INTERNAL "WOLFSSL_ROOT of the cached result")

set(wolfssl_search_paths)
set(wolfssl_hint "install wolfSSL (Debian and Ubuntu: libwolfssl-dev), or set WOLFSSL_ROOT to its \
prefix")
if(WOLFSSL_ROOT)
    set(wolfssl_search_paths PATHS ${WOLFSSL_ROOT} NO_DEFAULT_PATH)
    set(wolfssl_hint "WOLFSSL_ROOT is ${WOLFSSL_ROOT}, which must hold include/wolfssl/version.h \
and lib/libwolfssl (scripts/build-wolfssl prints such a prefix), or unset it to use the system's")
else()
    find_package(PkgConfig QUIET)
    if(PkgConfig_FOUND)
        pkg_check_modules(wolfssl_pc QUIET wolfssl)
    endif()
    set(wolfssl_search_paths HINTS ${wolfssl_pc_INCLUDE_DIRS} ${wolfssl_pc_LIBRARY_DIRS})
endif()
find_path(WolfSSL_INCLUDE_DIR wolfssl/version.h ${wolfssl_search_paths} PATH_SUFFIXES include)
find_library(WolfSSL_LIBRARY wolfssl ${wolfssl_search_paths}
             PATH_SUFFIXES lib lib64 lib/${CMAKE_LIBRARY_ARCHITECTURE})
mark_as_advanced(WolfSSL_INCLUDE_DIR WolfSSL_LIBRARY)

if(WolfSSL_INCLUDE_DIR)
    file(STRINGS ${WolfSSL_INCLUDE_DIR}/wolfssl/version.h wolfssl_line
         REGEX "define LIBWOLFSSL_VERSION_STRING")
    string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" WolfSSL_VERSION "${wolfssl_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(WolfSSL
    REQUIRED_VARS WolfSSL_LIBRARY WolfSSL_INCLUDE_DIR
    VERSION_VAR WolfSSL_VERSION
    REASON_FAILURE_MESSAGE
        "${wolfssl_hint}, or build with -DCOQUEST_TLS_OPENSSL=ON -DCOQUEST_TLS_WOLFSSL=OFF")

if(WolfSSL_FOUND AND NOT TARGET WolfSSL::WolfSSL)
    add_library(WolfSSL::WolfSSL UNKNOWN IMPORTED)
    set_target_properties(WolfSSL::WolfSSL PROPERTIES
        IMPORTED_LOCATION ${WolfSSL_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${WolfSSL_INCLUDE_DIR})

    set(wolfssl_asm)
    if(EXISTS ${WolfSSL_INCLUDE_DIR}/wolfssl/options.h)
        file(STRINGS ${WolfSSL_INCLUDE_DIR}/wolfssl/options.h wolfssl_asm
             REGEX "define (WOLFSSL_AESNI|WOLFSSL_ARMASM)")
    endif()
    if(NOT wolfssl_asm)
        message(STATUS "wolfSSL ${WolfSSL_VERSION} is built without AES instructions: coquest \
prefers ChaCha20 with it, which takes about ten times the processor time of AES in a build with \
these instructions. Use scripts/build-wolfssl --fast, or wolfSSL's own --enable-intelasm or \
--enable-armasm.")
    endif()
    if(WolfSSL_VERSION VERSION_LESS 5.9.4)
        message(STATUS "wolfSSL ${WolfSSL_VERSION} is older than 5.9.4 and lacks certificate \
checks of that release. Install the security updates of the distribution, or build a newer one \
with scripts/build-wolfssl.")
    endif()
endif()
