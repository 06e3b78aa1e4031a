# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Parts of the project that a user of the library does not need. The option of a part is ON, OFF or
# AUTO. With AUTO, which is the default at top level, a part whose packages are missing is left out,
# with one line that says so. With ON, a missing package is an error.

# coquest_part(OPTION DESCRIPTION PACKAGES...) defines the option of a part, and sets the variable
# OPTION to ON or OFF. Each package is "NAME TARGET DEBIAN_PACKAGE": what find_package is given, a
# target that it must define, and what to install.
function(coquest_part option description)
    set(default OFF)
    if(PROJECT_IS_TOP_LEVEL)
        set(default AUTO)
    endif()
    set(${option} ${default} CACHE STRING
        "Build ${description}: ON, OFF, or AUTO: if its packages are installed")
    set_property(CACHE ${option} PROPERTY STRINGS AUTO ON OFF)
    if(NOT ${option}) # also a variable of a project that has this one as a subdirectory
        return()
    endif()
    set(missing "")
    foreach(package IN LISTS ARGN)
        separate_arguments(package)
        list(POP_BACK package debian_package)
        list(POP_BACK package target)
        find_package(${package} QUIET)
        if(NOT TARGET ${target})
            list(APPEND missing ${debian_package})
        endif()
    endforeach()
    list(JOIN missing ", " missing)
    if(NOT missing)
        set(${option} ON PARENT_SCOPE)
    elseif(${option} STREQUAL "AUTO")
        message(STATUS "Left out: ${description}. Missing packages (names of Debian): ${missing}")
        set(${option} OFF PARENT_SCOPE)
    else()
        message(FATAL_ERROR "${option} is ${${option}}, but ${description} cannot be built. "
                            "Missing packages (names of Debian): ${missing}")
    endif()
endfunction()
