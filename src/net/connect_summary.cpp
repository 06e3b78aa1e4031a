// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/connect_summary.hpp"

#include <algorithm>

namespace coquest::inline v0::net {
namespace {

bool contains(const std::vector<std::size_t>& servers, std::size_t server)
{
    return std::ranges::find(servers, server) != servers.end();
}

// Tells a refused certificate from another failure of the handshake.
bool concerns_certificate(tls_failure kind) noexcept
{
    return kind >= tls_failure::unknown_issuer && kind <= tls_failure::bad_certificate;
}

} // namespace

void connect_summary::add_tried(std::size_t server)
{
    if (!contains(tried_, server)) {
        tried_.push_back(server);
    }
}

void connect_summary::add_failed(std::size_t server, status failure, clock::time_point now,
                                 bool put_back)
{
    add_tried(server);
    failed_.push_back(server);
    if (put_back) {
        addresses_->failed(server, now);
    }
    retryable_ = retryable_ || failure.info().retryable;
    if (certificate_failure_.ok() && concerns_certificate(failure.info().tls)) {
        certificate_failure_ = failure;
    }
    if (first_failure_.ok()) {
        first_failure_ = std::move(failure);
    }
}

std::vector<std::size_t> connect_summary::remaining(std::vector<std::size_t> servers) const
{
    std::erase_if(servers, [this](std::size_t server) { return contains(failed_, server); });
    return servers;
}

status connect_summary::result() const
{
    status summary = !certificate_failure_.ok() ? certificate_failure_ : first_failure_;
    summary.amend().retryable = retryable_;
    return summary;
}

} // namespace coquest::inline v0::net
