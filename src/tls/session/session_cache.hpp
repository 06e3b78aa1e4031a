// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sessions that a later connection to the same server can resume. It belongs to one backend, so
// that what was verified under other options is never resumed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace coquest::detail {

struct saved_session {
    std::shared_ptr<void> native; // the library's
    /// When the first of what was verified ends. A resumed session verifies nothing again, so that
    /// later there must be a full handshake, which says what is wrong.
    std::chrono::sys_seconds good_until;
    std::chrono::sys_seconds leaf_until; // when the server's own certificate ends
};

/// Any thread may use it.
class session_cache {
public:
    /// Returns how it calls the server @p host on @p port.
    [[nodiscard]] static std::string key(const std::string& host, std::uint16_t port)
    {
        return host + " " + std::to_string(port);
    }

    /// Takes the newest session with @p server out, for one attempt: a ticket is good for one.
    /// Empty where there is none that is good at @p now.
    [[nodiscard]] std::optional<saved_session> take(const std::string& server,
                                                    std::chrono::sys_seconds now);
    void put(const std::string& server, saved_session session);
    /// Drops all sessions with @p server.
    void forget(const std::string& server);

private:
    struct entry {
        std::string server;
        saved_session session;
    };
    static constexpr std::size_t most = 64; // the oldest goes: some kB each

    std::mutex mutex_;
    std::deque<entry> entries_; // the newest last
};

} // namespace coquest::detail
