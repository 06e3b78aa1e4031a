// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What the write loop needs of a protocol underneath: take one batch, say what became of it.
#pragma once

#include "net/asio.hpp"
#include "net/stream.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/any_tls.hpp>
#include <coquest/detail/fault.hpp>
#include <coquest/detail/segment.hpp>

#include <asio/buffer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace coquest::net {

/// Is told of the connections of a transport, on its strand.
class connection_observer {
public:
    /// There is a connection to @p host (host:port), which has replaced one where @p again.
    virtual void connected(std::string_view host, bool again) noexcept = 0;
    /// The connection ended, and not by close().
    virtual void lost(std::string_view host, const fault& why) noexcept = 0;
    /// TLS has something to tell of the last handshake with @p host.
    virtual void noticed(std::string_view host, const detail::tls_notice& what) noexcept = 0;

protected:
    ~connection_observer() = default;
};

class transport {
public:
    virtual ~transport() = default;

    /// Sends @p rows once and waits for what the protocol has by way of acknowledgement. The fault
    /// says what became of the rows, and whether to try again. Without @p resend_if_unsure, rows
    /// that may have been stored are not sent a second time within the call either.
    virtual asio::awaitable<fault> send(const detail::segment_chain& rows,
                                        bool resend_if_unsure = true) = 0;

    /// Says goodbye, and closes: at once where the protocol acknowledges rows, else when the peer
    /// has closed. That it has not by @p until, or closed otherwise than in order, is a fault.
    virtual asio::awaitable<fault> shutdown(clock::time_point until) = 0;
    /// Closes at once; a send that is pending fails.
    virtual void close() noexcept = 0;

    /// Has @p handler called when a connection ends between two sends, where the protocol
    /// acknowledges nothing: what was sent on it may be gone. It must not throw.
    void on_hang_up(std::function<void(fault&&)> handler) { hung_up_ = std::move(handler); }
    /// Has @p who, which outlives this, told of connections.
    void observe(connection_observer& who) noexcept { observer_ = &who; }

protected:
    void connected(std::string_view host) noexcept
    {
        if (observer_ != nullptr) {
            observer_->connected(host, connected_before_);
        }
        connected_before_ = true;
    }
    void lost(std::string_view host, const fault& why) noexcept
    {
        if (observer_ != nullptr && why.code != errc::cancelled) {
            observer_->lost(host, why);
        }
    }

    void noticed(std::string_view host, const std::vector<detail::tls_notice>& all) noexcept
    {
        for (const detail::tls_notice& one : all) {
            if (observer_ != nullptr) {
                observer_->noticed(host, one);
            }
        }
    }
    void hung_up(fault&& why) noexcept
    {
        if (hung_up_) {
            hung_up_(std::move(why));
        }
    }

private:
    std::function<void(fault&&)> hung_up_;
    connection_observer* observer_ = nullptr;
    bool connected_before_ = false;
};

/// Returns the time that sending @p bytes may take (contract §6.4).
inline std::chrono::milliseconds time_for(const config& options, std::size_t bytes)
{
    std::chrono::milliseconds time = options.request_timeout;
    if (options.request_min_throughput != 0) {
        time += std::chrono::milliseconds(bytes * 1000 / options.request_min_throughput);
    }
    return time;
}

/// Appends the segments of @p rows to @p pieces.
inline void append_pieces(std::vector<asio::const_buffer>& pieces,
                          const detail::segment_chain& rows)
{
    for (const detail::segment* s = rows.front(); s != nullptr; s = s->next) {
        pieces.emplace_back(s->data(), s->size);
    }
}

} // namespace coquest::net
