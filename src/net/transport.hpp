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

#include <string_view>
#include <vector>

namespace coquest::net {

/// Is told of the connections of a transport, on its strand.
class connection_observer {
public:
    /// There is a connection to @p host (host:port), which has replaced one where @p again.
    virtual void connected(std::string_view host, bool again) noexcept = 0;
    /// The connection ended, and not by close().
    virtual void lost(std::string_view host, const fault& why) noexcept = 0;

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

    /// Says whether the connection is lost for good: no further send can succeed.
    [[nodiscard]] virtual bool must_close() const noexcept = 0;
    /// Says goodbye, and closes: at once where all is acknowledged, else when the peer has closed
    /// or a second has passed.
    virtual asio::awaitable<void> shutdown() = 0;
    /// Closes at once; a send that is pending fails.
    virtual void close() noexcept = 0;

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

private:
    connection_observer* observer_ = nullptr;
    bool connected_before_ = false;
};

/// Appends the segments of @p rows to @p pieces.
inline void append_pieces(std::vector<asio::const_buffer>& pieces,
                          const detail::segment_chain& rows)
{
    for (const detail::segment* s = rows.front(); s != nullptr; s = s->next) {
        pieces.emplace_back(s->data(), s->size);
    }
}

} // namespace coquest::net
