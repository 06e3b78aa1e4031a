// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/error_text.hpp"

#include <asio/error.hpp>

namespace coquest::net {

std::string explain(std::error_code ec)
{
    if (ec == asio::error::connection_refused) {
        return "connection refused: is the server up, and is this its port? TLS uses the same port "
               "as plain: 9000 for HTTP, 9009 for TCP";
    }
    if (ec == asio::error::connection_reset || ec == asio::error::broken_pipe ||
        ec == asio::error::eof) {
        return "connection closed by the server";
    }
    if (ec == asio::error::host_not_found || ec == asio::error::host_not_found_try_again ||
        ec == asio::error::no_data || ec == asio::error::service_not_found) {
        return "host not found: check `addr` and the name service";
    }
    if (ec == asio::error::host_unreachable || ec == asio::error::network_unreachable) {
        return "no route to the host: check the network and firewalls";
    }
    if (ec == asio::error::timed_out) {
        return "timed out";
    }
    if (ec == asio::error::no_descriptors) {
        return "too many open files in this process";
    }
    if (ec == asio::error::operation_aborted) {
        return "cancelled";
    }
    return ec.message();
}

} // namespace coquest::net
