# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Compiles Mozilla's root certificates into the library, as webpki_roots. The base64 of the
# certificates is copied into a C++ file, where the compiler decodes it (tls/trust/webpki.hpp). So a
# build needs no other tool, also a cross build.

function(coquest_write_roots bundle output)
    set(definitions "")
    set(members "")
    set(initializers "")
    set(count 0)
    if(bundle)
        file(READ "${bundle}" text)
        string(REGEX MATCHALL "-----BEGIN CERTIFICATE-----" begins "${text}")
        string(REGEX MATCHALL
               "-----BEGIN CERTIFICATE-----[A-Za-z0-9+/= \t\r\n]+-----END CERTIFICATE-----" blocks
               "${text}")
        list(LENGTH begins count)
        list(LENGTH blocks whole)
        if(count EQUAL 0)
            message(FATAL_ERROR "COQUEST_WEBPKI_BUNDLE: ${bundle} contains no PEM certificate")
        elseif(NOT count EQUAL whole)
            message(FATAL_ERROR "COQUEST_WEBPKI_BUNDLE: of the ${count} BEGIN CERTIFICATE lines in "
                                "${bundle}, only ${whole} begin a certificate that is whole and "
                                "in base64")
        endif()
        set(n 0)
        foreach(block IN LISTS blocks)
            math(EXPR n "${n} + 1")
            string(REGEX REPLACE "-----[A-Z ]+-----|[ \t\r\n]" "" base64 "${block}")
            string(APPEND definitions "constexpr std::string_view base64_${n} = \"${base64}\";\n"
                   "constexpr auto root_${n} = to_der<der_size(base64_${n})>(base64_${n});\n")
            string(APPEND members "    decltype(root_${n}) member_${n};\n")
            string(APPEND initializers "    root_${n},\n")
        endforeach()
    endif()
    if(count EQUAL 0)
        set(bytes "{}")
    else()
        # the members are arrays of bytes, so there is no padding between them
        string(APPEND definitions "constexpr struct {\n${members}} roots = {\n${initializers}};\n")
        set(bytes "std::as_bytes(std::span(&roots, 1))")
    endif()
    file(WRITE "${output}" "// Generated from ${bundle}\n"
         "#include \"tls/trust/webpki.hpp\"\n\n#include <span>\n#include <string_view>\n\n"
         "namespace coquest::inline v0::detail {\nnamespace {\n\n${definitions}\n} // namespace\n\n"
         "der_bytes webpki_roots() noexcept\n{\n    return ${bytes};\n}\n\n"
         "const std::size_t webpki_count = ${count};\n\n} // namespace coquest::inline v0::detail\n")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
    coquest_write_roots("${BUNDLE}" "${OUTPUT}")
    return()
endif()

# Compiles the bundle into `target`.
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
            message(WARNING "No ca-certificates found: this build has no webpki_roots. Install "
                            "ca-certificates, or set COQUEST_WEBPKI_BUNDLE to a PEM bundle.")
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
