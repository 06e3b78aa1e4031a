// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sessions that a later connection to the same server can resume. A cache belongs to one backend,
// so a session that was verified under other options is never resumed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace coquest::inline v0::detail {

struct saved_session {
    std::shared_ptr<void> native; // the library's session
    /// When the first of the verified certificates and lists expires. A resumed session verifies
    /// nothing again, so later connections need a full handshake, which reports what is wrong.
    std::chrono::sys_seconds good_until;
    std::chrono::sys_seconds leaf_until; // when the server's own certificate expires
};

/// Thread-safe.
class session_cache {
public:
    /// Returns the key of the server @p host on @p port.
    [[nodiscard]] static std::string key(const std::string& host, std::uint16_t port)
    {
        return host + " " + std::to_string(port);
    }

    /// Takes out the newest session with @p server. It serves one attempt, since a ticket is used
    /// only once. Empty if no session is valid at @p now.
    [[nodiscard]] std::optional<saved_session> take(const std::string& server,
                                                    std::chrono::sys_seconds now);
    void put(const std::string& server, saved_session session);
    /// Drops all sessions with @p server.
    void remove(const std::string& server);

private:
    struct entry {
        std::string server;
        saved_session session;
    };
    static constexpr std::size_t max_entries = 64; // some kB each; the oldest is dropped

    std::mutex mutex_;
    std::deque<entry> entries_; // the newest last
};

} // namespace coquest::inline v0::detail
