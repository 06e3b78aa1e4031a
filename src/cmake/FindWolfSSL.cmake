# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Finds wolfSSL. Set WOLFSSL_ROOT for one outside the usual prefixes.
# Defines the target WolfSSL::WolfSSL, and WolfSSL_VERSION.

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND AND NOT WOLFSSL_ROOT AND NOT DEFINED ENV{WOLFSSL_ROOT})
    pkg_check_modules(wolfssl_pc QUIET wolfssl)
endif()
# A root that was asked for goes before the system's own library.
find_path(WolfSSL_INCLUDE_DIR wolfssl/version.h
          HINTS ${WOLFSSL_ROOT} ENV WOLFSSL_ROOT ${wolfssl_pc_INCLUDE_DIRS}
          PATH_SUFFIXES include)
find_library(WolfSSL_LIBRARY wolfssl
             HINTS ${WOLFSSL_ROOT} ENV WOLFSSL_ROOT ${wolfssl_pc_LIBRARY_DIRS}
             PATH_SUFFIXES lib lib64)
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
        "install wolfSSL (Debian and Ubuntu: libwolfssl-dev), or set WOLFSSL_ROOT to its prefix, \
or build with -DCOQUEST_TLS_OPENSSL=ON -DCOQUEST_TLS_WOLFSSL=OFF")

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
