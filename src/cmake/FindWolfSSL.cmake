# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Finds wolfSSL: under WOLFSSL_ROOT and nowhere else where that is set, else where libraries are.
# Defines the target WolfSSL::WolfSSL, and WolfSSL_VERSION.

# What was found is in the cache, and is forgotten where another root is asked for.
if(NOT "${WOLFSSL_ROOT}" STREQUAL "${WolfSSL_FOUND_UNDER}")
    unset(WolfSSL_INCLUDE_DIR CACHE)
    unset(WolfSSL_LIBRARY CACHE)
endif()
set(WolfSSL_FOUND_UNDER "${WOLFSSL_ROOT}" CACHE INTERNAL "WOLFSSL_ROOT of what is in the cache")

set(wolfssl_where)
set(wolfssl_hint "install wolfSSL (Debian and Ubuntu: libwolfssl-dev), or set WOLFSSL_ROOT to its \
prefix")
if(WOLFSSL_ROOT)
    set(wolfssl_where PATHS ${WOLFSSL_ROOT} NO_DEFAULT_PATH)
    set(wolfssl_hint "WOLFSSL_ROOT is ${WOLFSSL_ROOT}, which must hold include/wolfssl/version.h \
and lib/libwolfssl (scripts/build-wolfssl prints such a prefix), or unset it for the system's")
else()
    find_package(PkgConfig QUIET)
    if(PkgConfig_FOUND)
        pkg_check_modules(wolfssl_pc QUIET wolfssl)
    endif()
    set(wolfssl_where HINTS ${wolfssl_pc_INCLUDE_DIRS} ${wolfssl_pc_LIBRARY_DIRS})
endif()
find_path(WolfSSL_INCLUDE_DIR wolfssl/version.h ${wolfssl_where} PATH_SUFFIXES include)
find_library(WolfSSL_LIBRARY wolfssl ${wolfssl_where}
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
        message(STATUS "wolfSSL ${WolfSSL_VERSION} is built without AES instructions: ChaCha20 \
comes first, and costs about ten times the processor time that AES costs one built for speed: \
scripts/build-wolfssl --fast, or --enable-intelasm or --enable-armasm of its own configure")
    endif()
    if(WolfSSL_VERSION VERSION_LESS 5.9.4)
        message(STATUS "wolfSSL ${WolfSSL_VERSION} is older than 5.9.4: it lacks certificate \
checks of that release, keep the distribution's security updates installed; scripts/build-wolfssl \
builds a newer one")
    endif()
endif()
