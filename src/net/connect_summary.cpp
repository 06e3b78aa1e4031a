// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/connect_report.hpp"

#include <algorithm>

namespace coquest::net {
namespace {

bool is_in(const std::vector<std::size_t>& list, std::size_t which)
{
    return std::ranges::find(list, which) != list.end();
}

// What of the peer's certificate failed, as opposed to the handshake.
bool is_about_certificate(tls_failure kind) noexcept
{
    return kind >= tls_failure::unknown_issuer && kind <= tls_failure::bad_certificate;
}

} // namespace

void connect_report::tried(std::size_t which)
{
    if (!is_in(tried_, which)) {
        tried_.push_back(which);
    }
}

void connect_report::failed(std::size_t which, fault why, clock::time_point now, bool put_back)
{
    tried(which);
    failed_.push_back(which);
    if (put_back) {
        addresses_->failed(which, now);
    }
    retryable_ = retryable_ || why.info.retryable;
    if (!certificate_ && is_about_certificate(why.info.tls)) {
        certificate_ = why;
    }
    if (!first_) {
        first_ = std::move(why);
    }
}

std::vector<std::size_t> connect_report::remaining(std::vector<std::size_t> which) const
{
    std::erase_if(which, [this](std::size_t one) { return is_in(failed_, one); });
    return which;
}

fault connect_report::result() const
{
    fault problem = certificate_ ? certificate_ : first_;
    problem.info.retryable = retryable_;
    return problem;
}

} // namespace coquest::net
