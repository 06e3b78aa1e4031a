// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/detail/library_session.hpp>

#include "tls/session_core.hpp"

#include <utility>

namespace coquest::detail {

library_session::library_session(std::unique_ptr<session_core> core) noexcept
    : core_(std::move(core))
{
}

library_session::~library_session()
{
    core_->save(); // one that read nothing may have got a ticket all the same
}

tls_step library_session::handshake(std::error_code& ec)
{
    return core_->handshake(ec);
}

tls_step library_session::read(std::span<std::byte> in, std::size_t& n, std::error_code& ec)
{
    return core_->read(in, n, ec);
}

tls_step library_session::write(std::span<const std::byte> out, std::size_t& n, std::error_code& ec)
{
    return core_->write(out, n, ec);
}

tls_step library_session::shutdown(std::error_code& ec)
{
    return core_->shutdown(ec);
}

std::size_t library_session::put_input(std::span<const std::byte> bytes)
{
    return core_->put_input(bytes);
}

std::span<const std::byte> library_session::output() const
{
    return core_->output();
}

void library_session::consume_output(std::size_t n)
{
    core_->consume_output(n);
}

tls_diagnosis library_session::diagnosis() const
{
    return core_->diagnosis();
}

tls_peer library_session::peer() const
{
    return core_->peer();
}

std::vector<tls_notice> library_session::notices() const
{
    return core_->notices(current_time());
}

bool library_session::resumed() const noexcept
{
    return core_->resumed();
}

} // namespace coquest::detail
