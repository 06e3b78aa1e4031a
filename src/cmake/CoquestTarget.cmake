# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Flags of this project's own targets. They stay PRIVATE: a user's target never inherits them.

# The whole process must be instrumented alike, hence for the directory and not by target.
if(COQUEST_SANITIZE)
    add_compile_options(-fsanitize=${COQUEST_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${COQUEST_SANITIZE})
    if(COQUEST_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-Wno-tsan) # Asio's fences are paired with atomics that TSan does see
    endif()
endif()
if(COQUEST_BUILD_FUZZERS)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR NOT COQUEST_SANITIZE MATCHES "address")
        message(FATAL_ERROR "COQUEST_BUILD_FUZZERS needs clang and COQUEST_SANITIZE=address: "
                            "configure with --preset fuzz")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

function(coquest_flags target)
    target_compile_features(${target} PUBLIC cxx_std_20)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                             $<$<BOOL:${COQUEST_WERROR}>:-Werror>)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        # g++ 12 warns of "a" + std::string (its bug 105651), and loses track of a coroutine frame's
        # operator new once it is inlined.
        target_compile_options(${target} PRIVATE -Wno-restrict -Wno-mismatched-new-delete)
        if(COQUEST_SANITIZE) # instrumented, std::regex looks uninitialised to it
            target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
        endif()
    endif()
endfunction()

function(coquest_library target)
    coquest_flags(${target})
    # A linker with --gc-sections then drops what a program does not use. With -fPIC, g++ inlines no
    # public function unless it is told that no other library replaces it.
    target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections
                           $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>)
    target_include_directories(${target}
        PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
               $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
        PRIVATE ${PROJECT_SOURCE_DIR}/src)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
                                               VERSION ${PROJECT_VERSION})
endfunction()
