// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/report.hpp"

#include "core/printable.hpp"
#include "tls/x509.hpp"

#include <array>
#include <utility>

namespace coquest::tools {
namespace {

constexpr std::size_t longest_name = 253; // of a host

std::string key_text(const detail::certificate& facts)
{
    constexpr std::array<const char*, 4> kinds = {"RSA", "EC", "Edwards", "key of another kind"};
    const std::string kind = kinds[static_cast<std::size_t>(facts.key)];
    return facts.key_bits == 0 ? kind : kind + " " + std::to_string(facts.key_bits);
}

} // namespace

const char* name_of(outcome what) noexcept
{
    switch (what) {
    case outcome::ok: return "ok";
    case outcome::config: return "config";
    case outcome::resolve: return "resolve";
    case outcome::connect: return "connect";
    case outcome::tls: return "tls";
    case outcome::auth: return "auth";
    case outcome::server: break;
    }
    return "server";
}

void report::failed(const fault& why, outcome where)
{
    if (!why || failure) {
        return;
    }
    failure = why;
    result = where;
    if (why.code == errc::could_not_resolve_addr) {
        result = outcome::resolve;
    } else if (why.code == errc::tls_error) {
        result = outcome::tls;
    } else if (why.code == errc::auth_error) {
        result = outcome::auth;
    } else if (why.code == errc::config_error || why.code == errc::invalid_name) {
        result = outcome::config;
    }
}

std::string reason_of(const fault& why)
{
    const std::string end = "; " + why.info.hint;
    const bool has_hint = !why.info.hint.empty() && why.info.message.ends_with(end);
    return why.info.message.substr(0, why.info.message.size() - (has_hint ? end.size() : 0));
}

std::optional<certificate_report> describe_certificate(std::span<const std::byte> der,
                                                       std::chrono::sys_seconds now)
{
    const auto facts = detail::parse_certificate(der);
    if (!facts) {
        return std::nullopt;
    }
    certificate_report out;
    out.subject = detail::name_text(facts->subject);
    out.issuer = detail::name_text(facts->issuer);
    out.key = key_text(*facts);
    out.not_before = facts->not_before;
    out.not_after = facts->not_after;
    out.days_left = std::chrono::floor<std::chrono::days>(facts->not_after - now).count();
    detail::san_reader names(*facts);
    detail::san_reader::kind kind{};
    for (detail::der_bytes value; names.next(kind, value);) {
        const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
        out.names.push_back(kind == detail::san_reader::kind::dns
                                ? detail::printable(text, longest_name)
                                : detail::address_text(value));
    }
    return out;
}

} // namespace coquest::tools
