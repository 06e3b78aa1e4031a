# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Compiler flags of this project's own targets. They are PRIVATE: user targets do not inherit them.

# A sanitizer has to instrument the whole process, so it is set for the directory, not per target.
if(COQUEST_SANITIZE)
    add_compile_options(-fsanitize=${COQUEST_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${COQUEST_SANITIZE})
    if(COQUEST_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # TSan does not support fences, but Asio pairs its fences with atomics, which TSan does see.
        add_compile_options(-Wno-tsan)
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
    target_compile_definitions(${target} PRIVATE ASIO_NO_DEPRECATED)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                             $<$<BOOL:${COQUEST_WERROR}>:-Werror>)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        # g++ 12 gives false warnings: about "a" + std::string (GCC bug 105651), and about the
        # operator new of a coroutine frame that it has inlined.
        target_compile_options(${target} PRIVATE -Wno-restrict -Wno-mismatched-new-delete)
        if(COQUEST_SANITIZE) # a false warning about std::regex in instrumented code
            target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
        endif()
    endif()
endfunction()

function(coquest_library target)
    coquest_flags(${target})
    # Sections allow a linker with --gc-sections to remove unused code. With -fPIC, g++ inlines no
    # public function unless it may assume that no other library replaces it.
    target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections
                           $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>)
    target_include_directories(${target}
        PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
               $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
        PRIVATE ${PROJECT_SOURCE_DIR}/src)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
                                               VERSION ${PROJECT_VERSION})
endfunction()
