// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/report.hpp"

#include "core/text/printable.hpp"
#include "tls/x509/x509.hpp"

#include <array>
#include <utility>

namespace coquest::tools {
namespace {

constexpr std::size_t longest_host_name = 253;

std::string key_text(const detail::certificate& certificate)
{
    constexpr std::array<const char*, 4> kinds = {"RSA", "EC", "Edwards", "key of another kind"};
    const std::string kind = kinds[static_cast<std::size_t>(certificate.key)];
    return certificate.key_bits == 0 ? kind : kind + " " + std::to_string(certificate.key_bits);
}

} // namespace

const char* name_of(outcome result) noexcept
{
    switch (result) {
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

void report::failed(const status& cause, outcome step_outcome)
{
    if (cause.ok() || !failure.ok()) {
        return;
    }
    failure = cause;
    result = step_outcome;
    if (cause.code() == errc::could_not_resolve_addr) {
        result = outcome::resolve;
    } else if (cause.code() == errc::tls_error) {
        result = outcome::tls;
    } else if (cause.code() == errc::auth_error) {
        result = outcome::auth;
    } else if (cause.code() == errc::config_error || cause.code() == errc::invalid_name) {
        result = outcome::config;
    }
}

std::string reason_of(const status& failure)
{
    const std::string ending = "; " + failure.info().hint;
    const bool has_hint = !failure.info().hint.empty() && failure.info().message.ends_with(ending);
    return failure.info().message.substr(0, failure.info().message.size() -
                                                (has_hint ? ending.size() : 0));
}

std::optional<certificate_report> describe_certificate(std::span<const std::byte> der,
                                                       std::chrono::sys_seconds now)
{
    const auto certificate = detail::parse_certificate(der);
    if (!certificate) {
        return std::nullopt;
    }
    certificate_report out;
    out.subject = detail::name_text(certificate->subject);
    out.issuer = detail::name_text(certificate->issuer);
    out.key = key_text(*certificate);
    out.not_before = certificate->not_before;
    out.not_after = certificate->not_after;
    out.days_left = std::chrono::floor<std::chrono::days>(certificate->not_after - now).count();
    detail::san_reader names(*certificate);
    detail::san_reader::kind kind{};
    for (detail::der_bytes value; names.next(kind, value);) {
        const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
        out.names.push_back(kind == detail::san_reader::kind::dns
                                ? detail::printable(text, longest_host_name)
                                : detail::address_text(value));
    }
    return out;
}

} // namespace coquest::tools
