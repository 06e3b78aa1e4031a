// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The events that a sender reports to a hook. The library itself logs nothing, with one exception:
// config::log_dropped_rows. An event never holds a secret.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/error.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace coquest::inline v0 {

/// Names the events of a sender. The members of event that each kind sets follow after the colon.
enum class event_kind {
    connected,       ///< a connection is ready for rows: host, reconnect
    connection_lost, ///< a connection ended without close(): host, failure
    /// A batch was acknowledged or, over TCP, accepted by the system: rows, bytes, time.
    batch_acknowledged,
    /// An attempt failed, and the next one follows after a pause: rows, bytes, failure, time.
    batch_retry,
    batch_rejected,         ///< the server rejected a batch: rows, bytes, failure
    stopped,                ///< the sender stopped and keeps all rows: rows, bytes, failure
    resumed,                ///< the sender sends again: rows, bytes
    dropped_unacknowledged, ///< the sender was destroyed with unacknowledged rows: rows, bytes
    closed, ///< close() has ended: rows (unacknowledged), failure (null if it succeeded)
    /// A certificate of the server, of the client or of tls_roots ends within 14 days, or has
    /// ended: host, certificate, days_left. It is reported once, and again each time days_left has
    /// changed.
    certificate_expires,
    tls_reloaded,      ///< the files of the TLS options were loaded again
    tls_reload_failed, ///< the files could not be loaded, and the earlier ones stay in use: failure
};

/// Returns the name of the enumerator, such as "connected"; "unknown" for any other value.
[[nodiscard]] std::string_view to_string(event_kind kind) noexcept;

/// Describes one event. event_kind says which members are set.
///
/// Lifetime: the texts and the diagnostics that it refers to are valid during the call of the hook
/// only.
struct event {
    event_kind kind = event_kind::connected; ///< which event
    std::string_view host;                   ///< the peer as host:port
    bool reconnect = false;                  ///< whether the connection replaces an earlier one
    std::size_t rows = 0;                    ///< rows of the batch, or of all batches
    std::size_t bytes = 0;                   ///< bytes of the batch, or of all batches
    std::chrono::nanoseconds time{0};        ///< since the first attempt, or until the next one
    const diagnostics* failure = nullptr;    ///< what failed; null if nothing did
    std::string_view certificate;            ///< which certificate, and when it ends
    int days_left = 0; ///< full days until the certificate ends; negative after that
};

/// Receives the events of a sender; see sender_builder::on_event.
///
/// It should return quickly, because the write loop waits for it. It must not call the sender, but
/// may read the sender's metrics. Exceptions are ignored. Threads: the sender calls it on its
/// strand, except that the thread that destroys the sender reports dropped_unacknowledged.
using event_hook = std::function<void(const event&)>;

/// Describes an event in one printable line of at most 512 bytes, for a log. Threads: any.
[[nodiscard]] std::string describe(const event& e);

namespace detail {
/// Calls @p hook unless it is empty, and ignores exceptions.
void notify(const event_hook& hook, const event& e) noexcept;
} // namespace detail

} // namespace coquest::inline v0
