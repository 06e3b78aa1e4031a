// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/detail/library_session.hpp>

#include "tls/session/session_core.hpp"
#include "tls/trust/clock.hpp"

#include <utility>

namespace coquest::inline v0::detail {

library_session::library_session(std::unique_ptr<session_core> core) noexcept
    : core_(std::move(core))
{
}

library_session::~library_session()
{
    core_->save(); // even without a read, the handshake may have brought a ticket
}

tls_step library_session::handshake(tls_diagnosis& diagnosis)
{
    return core_->handshake(diagnosis);
}

tls_step library_session::read(std::span<std::byte> in, std::size_t& n, tls_diagnosis& diagnosis)
{
    return core_->read(in, n, diagnosis);
}

tls_step library_session::write(std::span<const std::byte> out, std::size_t& n,
                                tls_diagnosis& diagnosis)
{
    return core_->write(out, n, diagnosis);
}

void library_session::shutdown()
{
    core_->shutdown();
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

tls_peer library_session::peer() const
{
    return core_->peer();
}

std::vector<tls_event> library_session::events() const
{
    return core_->events(current_time());
}

bool library_session::resumed() const noexcept
{
    return core_->resumed();
}

} // namespace coquest::inline v0::detail
