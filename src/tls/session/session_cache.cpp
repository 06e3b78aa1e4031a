// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/session/session_cache.hpp"

#include <utility>

namespace coquest::inline v0::detail {

std::optional<saved_session> session_cache::take(const std::string& server,
                                                 std::chrono::sys_seconds now)
{
    const std::scoped_lock lock(mutex_);
    std::optional<saved_session> found;
    for (std::size_t i = entries_.size(); i-- > 0 && !found;) {
        if (entries_[i].server == server) {
            if (now <= entries_[i].session.good_until) {
                found = std::move(entries_[i].session);
            }
            entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    return found;
}

void session_cache::put(const std::string& server, saved_session session)
{
    const std::scoped_lock lock(mutex_);
    if (entries_.size() == max_entries) {
        entries_.pop_front();
    }
    entries_.push_back({server, std::move(session)});
}

void session_cache::remove(const std::string& server)
{
    const std::scoped_lock lock(mutex_);
    std::erase_if(entries_, [&](const entry& saved) { return saved.server == server; });
}

} // namespace coquest::inline v0::detail
