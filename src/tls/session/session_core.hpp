// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The part of a session that is the same with every TLS library: buffers, the order of steps, the
// checks before and after the handshake, and the diagnosis of a failure. A backend derives from it
// and adds the calls of its library.
#pragma once

#include <coquest/detail/library_session.hpp>
#include <coquest/detail/tls_event.hpp>
#include <coquest/tls.hpp>

#include "tls/session/byte_queue.hpp"
#include "tls/session/session_cache.hpp"
#include "tls/trust/failure_text.hpp"
#include "tls/trust/peer_check.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coquest::inline v0::detail {

/// Where a session looks for an earlier session to resume, and stores its own for a later one.
struct resumption {
    std::shared_ptr<session_cache> cache; // null: no resumption
    std::uint16_t port = 0;               // of the server
};

class session_core {
public:
    session_core(host_name host, std::shared_ptr<const trust> roots, client_certificate client,
                 resumption resume = {})
        : check_(std::move(host), std::move(roots)), client_(client),
          cache_(std::move(resume.cache)),
          server_(session_cache::key(check_.host().text(), resume.port))
    {
    }
    session_core(const session_core&) = delete;
    session_core& operator=(const session_core&) = delete;
    virtual ~session_core() = default;

    tls_step handshake(tls_diagnosis& diagnosis);
    tls_step read(std::span<std::byte> in, std::size_t& n, tls_diagnosis& diagnosis);
    tls_step write(std::span<const std::byte> out, std::size_t& n, tls_diagnosis& diagnosis);
    void shutdown();
    std::size_t put_input(std::span<const std::byte> bytes) { return input_.push(bytes); }
    [[nodiscard]] std::span<const std::byte> output() const { return output_.data(); }
    void consume_output(std::size_t n) { output_.consume(n); }
    [[nodiscard]] tls_peer peer() const;
    [[nodiscard]] std::vector<tls_event> events(std::chrono::sys_seconds now) const;
    [[nodiscard]] bool resumed() const noexcept { return resumed_; }
    /// Stores the session for a later connection, unless it is stored already.
    void save() noexcept;

protected:
    enum class outcome { done, want_input, closed, failed };

    /// The last failure, as the library reports it.
    struct library_failure {
        tls_failure kind = tls_failure::other;
        int code = 0;
        int alert_sent = -1;
        int alert_received = -1;
        bool too_large = false; // a handshake message exceeds the library's limit
        std::string text;
    };

    /// The connection, as the library reports it.
    struct session_facts {
        std::uint32_t suite = 0; // IANA's number
        int version = 0;         // 0x0303: TLS 1.2, 0x0304: TLS 1.3
        bool resumed = false;
    };

    virtual outcome do_handshake() = 0;
    virtual outcome do_read(std::span<std::byte> in, std::size_t& n) = 0;
    /// Encrypts all of @p out, which is at most max_plaintext long.
    virtual outcome do_write(std::span<const std::byte> out) = 0;
    virtual void do_shutdown() = 0;
    [[nodiscard]] virtual library_failure last_failure() = 0;
    [[nodiscard]] virtual session_facts facts() = 0;
    /// Returns a session that a later connection can resume, or null if TLS made no such session.
    [[nodiscard]] virtual std::shared_ptr<void> native_session() { return nullptr; }

    /// Takes a session to resume out of the cache, or returns null if the cache has no session.
    [[nodiscard]] void* take_offer();

    byte_queue input_{max_tls_record}; // received, not yet read by the library
    byte_queue output_;                // to be sent
    peer_check check_;
    client_certificate client_; // the library's callback sets asked_for

private:
    tls_step fail(tls_diagnosis failure, tls_diagnosis& diagnosis);
    tls_step fail_again(tls_diagnosis& diagnosis);
    tls_step not_done(outcome result, bool handshaking, tls_diagnosis& diagnosis);
    [[nodiscard]] tls_diagnosis explain_library_failure();
    [[nodiscard]] tls_step done() const noexcept
    {
        return output_.empty() ? tls_step::done : tls_step::done_after_output;
    }

    enum class state { new_session, greeted, established, failed };
    state state_ = state::new_session;
    std::uint32_t suite_ = 0; // IANA's number, after the handshake
    std::shared_ptr<session_cache> cache_;
    std::string server_;                   // key in the cache
    std::optional<saved_session> offered_; // to the server
    bool resumed_ = false;
    bool saved_ = false;
    tls_diagnosis diagnosis_; // of the first step that failed
};

/// Makes the session of a backend on one TLS library: @p Session is its session_core, @p backend
/// holds its context, roots, client and sessions. Returns null and sets @p diagnosis if @p host is
/// not a name or the library refuses.
template <class Session, class Backend>
std::unique_ptr<library_session> open_session(const Backend& backend, std::string_view host,
                                              std::uint16_t port, tls_diagnosis& diagnosis)
{
    std::optional<host_name> name = parse_host(host, diagnosis);
    if (!name) {
        return nullptr;
    }
    auto core = std::make_unique<Session>(std::move(*name), backend.roots, backend.client,
                                          resumption{backend.sessions, port});
    if (!core->open(backend.context.get(), diagnosis)) {
        return nullptr;
    }
    return std::make_unique<library_session>(std::move(core));
}

} // namespace coquest::inline v0::detail
