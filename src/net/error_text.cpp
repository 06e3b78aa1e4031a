// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/error_text.hpp"

#include <asio/error.hpp>

#include <cerrno>

namespace coquest::inline v0::net {
namespace {

// Asio's category does not compare equal to std::errc, and Asio has no names for these errors.
const std::error_code too_many_files(ENFILE, asio::error::get_system_category());
const std::error_code no_address(EADDRNOTAVAIL, asio::error::get_system_category());

} // namespace

// A test compares these texts with docs/tls-errors.md.
socket_text explain(std::error_code ec)
{
    if (ec == asio::error::connection_refused) {
        return {"connection refused", "is the server up, and is this its port? TLS uses the same "
                                      "port as plain: 9000 for HTTP, 9009 for TCP"};
    }
    if (ec == asio::error::connection_reset || ec == asio::error::broken_pipe ||
        ec == asio::error::eof) {
        return {"connection closed by the server",
                "look into the log of the server, or of the proxy in between"};
    }
    if (ec == asio::error::host_not_found || ec == asio::error::host_not_found_try_again ||
        ec == asio::error::no_data || ec == asio::error::service_not_found) {
        return {"host not found", "check `addr` and the name service"};
    }
    if (ec == asio::error::host_unreachable || ec == asio::error::network_unreachable) {
        return {"no route to the host", "check the network and firewalls"};
    }
    if (ec == asio::error::timed_out) {
        return {"timed out", "is the server overloaded, or a firewall in between? "
                             "connect_timeout and request_timeout set the time"};
    }
    if (ec == asio::error::no_descriptors) {
        return {"too many open files in this process",
                "raise its limit (ulimit -n), or close some"};
    }
    if (ec == too_many_files) {
        return {"too many open files on this machine",
                "close some, or raise the machine's limit (fs.file-max)"};
    }
    if (ec == asio::error::no_buffer_space || ec == asio::error::no_memory) {
        return {"this machine has no memory left for a socket", "close what is not needed"};
    }
    if (ec == no_address) {
        return {"no local address or port left to connect from",
                "use fewer new connections, or set bind_interface to an address of this machine"};
    }
    if (ec == asio::error::operation_aborted) {
        return {"cancelled", ""};
    }
    return {ec.message(), ""};
}

bool is_local_shortage(std::error_code ec) noexcept
{
    return ec == asio::error::no_descriptors || ec == asio::error::no_buffer_space ||
           ec == asio::error::no_memory || ec == too_many_files || ec == no_address;
}

detail::status socket_status(const char* operation, const server_address& peer, std::error_code ec,
                             errc code)
{
    const std::string host = to_string(peer);
    const socket_text explanation = explain(ec);
    detail::status result(ec == asio::error::operation_aborted ? errc::cancelled : code,
                          std::string(operation) + " " + host + ": " + explanation.text +
                              (explanation.hint.empty() ? "" : "; " + explanation.hint));
    result.amend().hint = explanation.hint;
    result.amend().host = host;
    result.amend().retryable = result.code() != errc::cancelled;
    return result;
}

detail::status timeout_status(const char* operation, const server_address& peer)
{
    return socket_status(operation, peer, asio::error::timed_out, errc::timed_out);
}

} // namespace coquest::inline v0::net
