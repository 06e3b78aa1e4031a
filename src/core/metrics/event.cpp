// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/event.hpp>

#include "core/text/counted.hpp"
#include "core/text/printable.hpp"

#include <chrono>
#include <string>

namespace coquest::inline v0 {
namespace {

using detail::counted;

std::string batch_size(const event& e)
{
    return "(" + counted(e.rows, "row") + ", " + counted(e.bytes, "byte") + ")";
}

std::string unacknowledged(const event& e)
{
    return counted(e.rows, "unacknowledged row");
}

std::string queue_size(const event& e)
{
    return unacknowledged(e) + " (" + counted(e.bytes, "byte") + ")";
}

std::string milliseconds(std::chrono::nanoseconds time)
{
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    std::string fraction = std::to_string(1000 + us % 1000);
    return std::to_string(us / 1000) + "." + fraction.substr(1) + " ms";
}

std::string text(const event& e)
{
    const std::string host(e.host);
    switch (e.kind) {
    case event_kind::connected: return (e.reconnect ? "reconnected to " : "connected to ") + host;
    case event_kind::connection_lost: return "lost the connection to " + host;
    case event_kind::batch_acknowledged:
        return "a batch " + batch_size(e) + " was acknowledged after " + milliseconds(e.time);
    case event_kind::batch_retry:
        return "retrying a batch " + batch_size(e) + " in " + milliseconds(e.time);
    case event_kind::batch_rejected: return "the server rejected a batch " + batch_size(e);
    case event_kind::stopped: return "stopped with " + queue_size(e);
    case event_kind::resumed: return "resumed with " + queue_size(e);
    case event_kind::dropped_unacknowledged: return "destroyed with " + queue_size(e);
    case event_kind::closed: return e.rows == 0 ? "closed" : "closed with " + unacknowledged(e);
    case event_kind::certificate_expires:
        return std::string(e.certificate) + ", " + std::to_string(e.days_left) + " days from now";
    case event_kind::tls_reloaded: return "reloaded the files of the TLS options";
    case event_kind::tls_reload_failed:
        return "could not reload the files of the TLS options; the earlier ones stay in use";
    }
    return "unknown event";
}

} // namespace

std::string_view to_string(event_kind kind) noexcept
{
    switch (kind) {
    case event_kind::connected: return "connected";
    case event_kind::connection_lost: return "connection_lost";
    case event_kind::batch_acknowledged: return "batch_acknowledged";
    case event_kind::batch_retry: return "batch_retry";
    case event_kind::batch_rejected: return "batch_rejected";
    case event_kind::stopped: return "stopped";
    case event_kind::resumed: return "resumed";
    case event_kind::dropped_unacknowledged: return "dropped_unacknowledged";
    case event_kind::closed: return "closed";
    case event_kind::certificate_expires: return "certificate_expires";
    case event_kind::tls_reloaded: return "tls_reloaded";
    case event_kind::tls_reload_failed: return "tls_reload_failed";
    }
    return "unknown";
}

std::string describe(const event& e)
{
    constexpr std::size_t limit = 512;
    std::string line = text(e);
    if (e.failure != nullptr) {
        line += ": " + e.failure->message;
    }
    return detail::printable(line, limit);
}

void detail::notify(const event_hook& hook, const event& e) noexcept
{
    if (!hook) {
        return;
    }
    try {
        hook(e);
    } catch (...) { // NOLINT(bugprone-empty-catch): the hook must not affect the delivery
    }
}

} // namespace coquest::inline v0
