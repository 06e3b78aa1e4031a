# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Compiles Mozilla's root certificates in, as webpki_roots. Turns a PEM bundle into DER with nothing
# but CMake, so that a bare or cross-compiling machine needs no tool for it.

# Sets `out` to the bytes of one certificate as "0x30,0x82,...".
function(coquest_base64_to_bytes base64 out)
    # '0' and '1' are digits of base64 too: out of the way before bits appear
    string(REGEX REPLACE "[^A-Za-z0-9+/]" "" bits "${base64}")
    string(REPLACE "0" "_" bits "${bits}")
    string(REPLACE "1" "-" bits "${bits}")
    set(digits A B C D E F G H I J K L M N O P Q R S T U V W X Y Z a b c d e f g h i j k l m n o p q
               r s t u v w x y z _ - 2 3 4 5 6 7 8 9 + /)
    set(value 0)
    foreach(digit IN LISTS digits)
        set(six "")
        foreach(shift RANGE 5 0 -1)
            math(EXPR bit "(${value} >> ${shift}) & 1")
            string(APPEND six ${bit})
        endforeach()
        string(REPLACE "${digit}" "${six}" bits "${bits}")
        math(EXPR value "${value} + 1")
    endforeach()
    # what is left over of the last byte was padding
    string(LENGTH "${bits}" length)
    math(EXPR length "${length} - ${length} % 8")
    string(SUBSTRING "${bits}" 0 ${length} bits)
    string(REGEX REPLACE "([01][01][01][01])" "\\1." hex "${bits}")
    set(value 0)
    foreach(digit 0 1 2 3 4 5 6 7 8 9 a b c d e f)
        set(four "")
        foreach(shift RANGE 3 0 -1)
            math(EXPR bit "(${value} >> ${shift}) & 1")
            string(APPEND four ${bit})
        endforeach()
        string(REPLACE "${four}." "${digit}" hex "${hex}")
        math(EXPR value "${value} + 1")
    endforeach()
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    set(${out} "${bytes}" PARENT_SCOPE)
endfunction()

function(coquest_write_roots bundle output)
    set(count 0)
    set(bytes "")
    if(bundle)
        file(READ "${bundle}" text)
        string(REGEX MATCHALL "-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----" blocks
                     "${text}")
        foreach(block IN LISTS blocks)
            string(REGEX REPLACE "-----[A-Z ]+-----" "" block "${block}")
            coquest_base64_to_bytes("${block}" one)
            string(APPEND bytes "${one}\n")
            math(EXPR count "${count} + 1")
        endforeach()
        if(count EQUAL 0)
            message(FATAL_ERROR "COQUEST_WEBPKI_BUNDLE: ${bundle} holds no PEM certificate")
        endif()
    endif()
    file(WRITE "${output}" "// Generated from ${bundle}\n#include \"tls/webpki.hpp\"\n\n"
         "namespace coquest::detail {\n\nconst unsigned char webpki_der[] = {\n${bytes}0};\n"
         "const std::size_t webpki_der_size = sizeof webpki_der - 1;\n"
         "const std::size_t webpki_count = ${count};\n\n} // namespace coquest::detail\n")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
    coquest_write_roots("${BUNDLE}" "${OUTPUT}")
    return()
endif()

# Adds the bundle to `target`.
function(coquest_embed_roots target)
    set(bundle "${COQUEST_WEBPKI_BUNDLE}")
    if(bundle STREQUAL "OFF")
        set(bundle "")
    elseif(NOT bundle)
        find_file(COQUEST_SYSTEM_BUNDLE NO_CMAKE_FIND_ROOT_PATH NO_DEFAULT_PATH
                  NAMES ca-certificates.crt ca-bundle.crt ca-bundle.pem cert.pem
                  PATHS /etc/ssl/certs /etc/pki/tls/certs /etc/ssl)
        mark_as_advanced(COQUEST_SYSTEM_BUNDLE)
        if(COQUEST_SYSTEM_BUNDLE)
            set(bundle "${COQUEST_SYSTEM_BUNDLE}")
        else()
            message(WARNING "no ca-certificates here: this build will lack webpki_roots. Install "
                            "them, or set COQUEST_WEBPKI_BUNDLE to a PEM bundle.")
        endif()
    elseif(NOT EXISTS "${bundle}")
        message(FATAL_ERROR "COQUEST_WEBPKI_BUNDLE: ${bundle} does not exist")
    endif()
    set(generated ${CMAKE_CURRENT_BINARY_DIR}/webpki_roots.cpp)
    set(script ${PROJECT_SOURCE_DIR}/src/cmake/EmbedRoots.cmake)
    add_custom_command(
        OUTPUT ${generated}
        COMMAND ${CMAKE_COMMAND} -DBUNDLE=${bundle} -DOUTPUT=${generated} -P ${script}
        DEPENDS ${bundle} ${script}
        COMMENT "Compiling in the roots of ${bundle}"
        VERBATIM)
    target_sources(${target} PRIVATE ${generated})
endfunction()
