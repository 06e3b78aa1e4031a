# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Finds standalone Asio (headers only). Set ASIO_ROOT if it is outside the usual prefixes. Defines
# the target Asio::asio and the variable Asio_VERSION.

find_path(Asio_INCLUDE_DIR asio/version.hpp HINTS ${ASIO_ROOT} ENV ASIO_ROOT
          PATH_SUFFIXES include)
mark_as_advanced(Asio_INCLUDE_DIR)

if(Asio_INCLUDE_DIR)
    # ASIO_VERSION has the format of BOOST_VERSION: 102201 is 1.22.1.
    file(STRINGS ${Asio_INCLUDE_DIR}/asio/version.hpp asio_line REGEX "define ASIO_VERSION ")
    string(REGEX MATCH "[0-9]+" asio_number "${asio_line}")
    math(EXPR asio_major "${asio_number} / 100000")
    math(EXPR asio_minor "${asio_number} / 100 % 1000")
    math(EXPR asio_patch "${asio_number} % 100")
    set(Asio_VERSION ${asio_major}.${asio_minor}.${asio_patch})
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Asio
    REQUIRED_VARS Asio_INCLUDE_DIR
    VERSION_VAR Asio_VERSION
    REASON_FAILURE_MESSAGE
        "install standalone Asio (Debian and Ubuntu: libasio-dev), or set ASIO_ROOT to its prefix")

if(Asio_FOUND AND NOT TARGET Asio::asio)
    add_library(Asio::asio INTERFACE IMPORTED)
    target_include_directories(Asio::asio INTERFACE ${Asio_INCLUDE_DIR})
    # Depending on the standard headers that are included before Asio's, Asio allocates with
    # aligned_alloc or with operator new. Two files that differ in this must not be linked together.
    target_compile_definitions(Asio::asio INTERFACE ASIO_STANDALONE ASIO_DISABLE_STD_ALIGNED_ALLOC)
    if(Asio_VERSION VERSION_LESS 1.25)
        # These releases detect coroutines of Clang only with libc++.
        target_compile_definitions(Asio::asio INTERFACE
            $<$<CXX_COMPILER_ID:Clang,AppleClang>:ASIO_HAS_CO_AWAIT>
            $<$<CXX_COMPILER_ID:Clang,AppleClang>:ASIO_HAS_STD_COROUTINE>)
    endif()
endif()
