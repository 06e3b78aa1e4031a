// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The texts of options that take one of a few values.
#pragma once

#include <coquest/protocol_version.hpp>
#include <coquest/tls.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace coquest::inline v0::detail {

template <class T>
struct keyword {
    std::string_view text;
    T value;
};

/// The keywords of the type T, if it has any.
template <class T>
inline constexpr std::array<keyword<T>, 0> keywords{};

template <>
inline constexpr auto keywords<bool> = std::to_array<keyword<bool>>({{"on", true}, {"off", false}});

template <>
inline constexpr auto keywords<std::optional<protocol_version>> =
    std::to_array<keyword<std::optional<protocol_version>>>({{"auto", std::nullopt},
                                                             {"1", protocol_version::v1},
                                                             {"2", protocol_version::v2},
                                                             {"3", protocol_version::v3}});

template <>
inline constexpr auto keywords<tls_ca> =
    std::to_array<keyword<tls_ca>>({{"webpki_roots", tls_ca::webpki_roots},
                                    {"os_roots", tls_ca::os_roots},
                                    {"webpki_and_os_roots", tls_ca::webpki_and_os_roots},
                                    {"pem_file", tls_ca::pem_file}});

template <>
inline constexpr auto keywords<tls_verify> = std::to_array<keyword<tls_verify>>(
    {{"on", tls_verify::on}, {"unsafe_off", tls_verify::unsafe_off}});

template <>
inline constexpr auto keywords<tls_min> =
    std::to_array<keyword<tls_min>>({{"1.2", tls_min::v1_2}, {"1.3", tls_min::v1_3}});

template <class T>
concept has_keywords = !keywords<T>.empty();

} // namespace coquest::inline v0::detail
