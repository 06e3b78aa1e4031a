// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The interface between the write loop and a protocol: sends one batch and reports its outcome.
#pragma once

#include "net/asio.hpp"
#include "net/stream.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/any_tls.hpp>
#include <coquest/detail/segment.hpp>
#include <coquest/detail/status.hpp>

#include <asio/buffer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace coquest::inline v0::net {

/// Receives the connection events of a transport, on the transport's strand.
class connection_observer {
public:
    /// A connection to @p host (host:port) was made. @p reconnected is false for the first
    /// connection of the transport.
    virtual void connected(std::string_view host, bool reconnected) noexcept = 0;
    /// The connection was lost, other than by close().
    virtual void lost(std::string_view host, const status& failure) noexcept = 0;
    /// The last TLS handshake with @p host reported @p event.
    virtual void on_tls_event(std::string_view host, const detail::tls_event& event) noexcept = 0;

protected:
    ~connection_observer() = default;
};

class transport {
public:
    virtual ~transport() = default;

    /// Sends @p rows once and waits for the acknowledgement, if the protocol has one. A failure has
    /// the state of the rows and whether a retry makes sense. Without @p resend_unconfirmed, the
    /// call itself does not send again what may already be stored.
    virtual asio::awaitable<status> send(const detail::segment_chain& rows,
                                         bool resend_unconfirmed = true) = 0;

    /// Ends the connection in order. A protocol that acknowledges rows closes it immediately. Any
    /// other waits until the peer has closed it too, and fails if that does not happen by
    /// @p deadline, or if the connection ends in another way.
    virtual asio::awaitable<status> shutdown(clock::time_point deadline) = 0;
    /// Closes the connection immediately. A pending send() fails.
    virtual void close() noexcept = 0;
    /// Returns the largest size in bytes that a batch should have, as far as the limit of the
    /// server is known.
    [[nodiscard]] virtual std::size_t most_bytes() const noexcept
    {
        return std::numeric_limits<std::size_t>::max();
    }

    /// Sets the handler to call when a connection is lost between two sends, if the protocol has no
    /// acknowledgements: what was sent on that connection may be lost. It must not throw.
    void on_connection_lost(std::function<void(status&&)> handler)
    {
        connection_lost_ = std::move(handler);
    }
    /// Reports connection events to @p observer, which must outlive this transport.
    void observe(connection_observer& observer) noexcept { observer_ = &observer; }

protected:
    void connected(std::string_view host) noexcept
    {
        if (observer_ != nullptr) {
            observer_->connected(host, connected_before_);
        }
        connected_before_ = true;
    }
    void lost(std::string_view host, const status& failure) noexcept
    {
        if (observer_ != nullptr && failure.code() != errc::cancelled) {
            observer_->lost(host, failure);
        }
    }

    void on_tls_events(std::string_view host, const std::vector<detail::tls_event>& events) noexcept
    {
        for (const detail::tls_event& event : events) {
            if (observer_ != nullptr) {
                observer_->on_tls_event(host, event);
            }
        }
    }
    void report_lost(status&& failure) noexcept
    {
        if (connection_lost_) {
            connection_lost_(std::move(failure));
        }
    }

private:
    std::function<void(status&&)> connection_lost_;
    connection_observer* observer_ = nullptr;
    bool connected_before_ = false;
};

/// Returns the time that a request of @p bytes may take (docs/protocol.md, HTTP requests).
inline std::chrono::milliseconds request_time_limit(const config& options, std::size_t bytes)
{
    std::chrono::milliseconds limit = options.request_timeout;
    if (options.request_min_throughput != 0) {
        limit += std::chrono::milliseconds(bytes * 1000 / options.request_min_throughput);
    }
    return limit;
}

/// Appends the segments of @p rows to @p pieces.
inline void append_pieces(std::vector<asio::const_buffer>& pieces,
                          const detail::segment_chain& rows)
{
    for (const detail::segment* segment = rows.front(); segment != nullptr;
         segment = segment->next) {
        pieces.emplace_back(segment->data(), segment->size);
    }
}

} // namespace coquest::inline v0::net
