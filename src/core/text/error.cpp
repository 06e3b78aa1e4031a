// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/error.hpp>

#include <utility>

namespace coquest::inline v0 {
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
    case errc::server_flush_error: return "the server did not accept the batch";
    case errc::config_error: return "invalid configuration";
    case errc::array_error: return "invalid array";
    case errc::protocol_version_error: return "protocol version mismatch";
    case errc::invalid_decimal: return "invalid decimal";
    case errc::timed_out: return "timed out";
    case errc::would_block: return "the operation would block";
    case errc::closed: return "the sender is closed";
    case errc::cancelled: return "cancelled";
    }
    return "unknown error";
}

class coquest_category final : public std::error_category {
public:
    const char* name() const noexcept override { return "coquest"; }
    std::string message(int value) const override { return text(static_cast<errc>(value)); }
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

} // namespace coquest::inline v0
