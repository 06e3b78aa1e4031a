// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/error.hpp>

#include <utility>

namespace coquest {
namespace {

const char* text(errc code) noexcept
{
    switch (code) {
    case errc::could_not_resolve_addr: return "could not resolve the address";
    case errc::invalid_api_call: return "invalid call";
    case errc::socket_error: return "socket error";
    case errc::invalid_utf8: return "invalid UTF-8";
    case errc::invalid_name: return "invalid name";
    case errc::invalid_timestamp: return "invalid timestamp";
    case errc::auth_error: return "authentication failed";
    case errc::tls_error: return "TLS error";
    case errc::http_not_supported: return "the server does not support ILP over HTTP";
    case errc::server_flush_error: return "the server refused the batch";
    case errc::config_error: return "invalid configuration";
    case errc::array_error: return "invalid array";
    case errc::protocol_version_error: return "protocol version mismatch";
    case errc::invalid_decimal: return "invalid decimal";
    case errc::timed_out: return "timed out";
    case errc::would_block: return "would have to wait";
    case errc::closed: return "the sender is closed";
    case errc::cancelled: return "cancelled";
    }
    return "unknown error";
}

const char* text(tls_failure failure) noexcept
{
    switch (failure) {
    case tls_failure::closed: return "the peer ended TLS";
    case tls_failure::truncated: return "connection ended without close_notify";
    case tls_failure::unknown_issuer: return "certificate verify failed: unknown issuer";
    case tls_failure::self_signed: return "certificate verify failed: self-signed certificate";
    case tls_failure::bad_signature: return "certificate verify failed: bad signature";
    case tls_failure::expired: return "certificate verify failed: expired";
    case tls_failure::not_yet_valid: return "certificate verify failed: not yet valid";
    case tls_failure::name_mismatch: return "certificate verify failed: name mismatch";
    case tls_failure::bad_usage: return "certificate verify failed: not for TLS servers";
    case tls_failure::weak_key: return "certificate verify failed: key too weak";
    case tls_failure::revoked: return "certificate verify failed: revoked";
    case tls_failure::pin_mismatch: return "certificate verify failed: not the pinned key";
    case tls_failure::bad_certificate: return "certificate verify failed";
    case tls_failure::not_tls: return "the peer does not speak TLS";
    case tls_failure::closed_in_handshake: return "connection closed during the TLS handshake";
    case tls_failure::protocol_version: return "no TLS version in common";
    case tls_failure::no_common_cipher: return "no TLS cipher suite in common";
    case tls_failure::client_certificate_required: return "client certificate required";
    case tls_failure::alert_received: return "the peer sent a TLS alert";
    case tls_failure::bad_record: return "TLS record failed authentication";
    case tls_failure::weak_session: return "the TLS session is weaker than demanded";
    case tls_failure::bad_roots: return "could not load the trusted roots";
    case tls_failure::bad_crl: return "no usable revocation list";
    case tls_failure::bad_client_certificate: return "could not load the client certificate";
    case tls_failure::unsupported: return "TLS option not supported";
    case tls_failure::timed_out: return "TLS handshake timed out";
    case tls_failure::other: return "TLS failure";
    }
    return "unknown TLS failure";
}

class coquest_category final : public std::error_category {
public:
    const char* name() const noexcept override { return "coquest"; }
    std::string message(int value) const override { return text(static_cast<errc>(value)); }
};

class tls_category final : public std::error_category {
public:
    const char* name() const noexcept override { return "coquest.tls"; }
    std::string message(int value) const override { return text(static_cast<tls_failure>(value)); }
};

} // namespace

const std::error_category& error_category() noexcept
{
    static const coquest_category category;
    return category;
}

std::error_code make_error_code(errc code) noexcept
{
    return {static_cast<int>(code), error_category()};
}

const std::error_category& tls_failure_category() noexcept
{
    static const tls_category category;
    return category;
}

std::error_code make_error_code(tls_failure failure) noexcept
{
    return {static_cast<int>(failure), tls_failure_category()};
}

error::error(errc code, std::string message)
    : error(make_error_code(code), [&] {
          diagnostics info;
          info.message = std::move(message);
          return info;
      }())
{
}

error::error(std::error_code code, diagnostics info)
    : std::system_error(code), info_(std::make_shared<const diagnostics>(std::move(info)))
{
}

const char* error::what() const noexcept
{
    return info_->message.c_str();
}

const diagnostics& error::info() const noexcept
{
    return *info_;
}

} // namespace coquest
