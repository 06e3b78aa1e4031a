// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What every session does whatever the library: buffers, the order of steps, the checks before and
// after the handshake, and the account of a failure. A backend adds its library's calls.
#pragma once

#include <coquest/detail/tls_notice.hpp>
#include <coquest/tls.hpp>

#include "tls/byte_queue.hpp"
#include "tls/failure_text.hpp"
#include "tls/peer_check.hpp"
#include "tls/session_cache.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace coquest::detail {

/// Reads the name of the server; empty with @p why where it is neither a host name nor an address.
[[nodiscard]] std::optional<host_name> parse_host(std::string_view host, tls_diagnosis& why);

/// Where a session finds what it may resume, and leaves what a later one may.
struct resumption {
    std::shared_ptr<session_cache> cache; // null: nowhere
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

    tls_step handshake(std::error_code& ec);
    tls_step read(std::span<std::byte> in, std::size_t& n, std::error_code& ec);
    tls_step write(std::span<const std::byte> out, std::size_t& n, std::error_code& ec);
    tls_step shutdown(std::error_code& ec);
    std::size_t put_input(std::span<const std::byte> bytes) { return input_.push(bytes); }
    [[nodiscard]] std::span<const std::byte> output() const { return output_.data(); }
    void consume_output(std::size_t n) { output_.consume(n); }
    [[nodiscard]] const tls_diagnosis& diagnosis() const noexcept { return why_; }
    [[nodiscard]] tls_peer peer() const;
    [[nodiscard]] std::vector<tls_notice> notices(std::chrono::sys_seconds now) const;
    [[nodiscard]] bool resumed() const noexcept { return resumed_; }
    /// Leaves the session for a later connection, where it didn't before.
    void save() noexcept;

protected:
    enum class outcome { done, want_input, closed, failed };

    /// What the library says about its last failure.
    struct library_failure {
        tls_failure kind = tls_failure::other;
        int code = 0;
        int alert_sent = -1;
        int alert_received = -1;
        bool too_large = false; // a message of the handshake
        std::string text;
    };

    /// What the library says about the connection.
    struct session_facts {
        std::uint32_t suite = 0; // IANA's number
        int version = 0;         // 0x0303: TLS 1.2, 0x0304: TLS 1.3
        bool resumed = false;
    };

    virtual outcome do_handshake() = 0;
    virtual outcome do_read(std::span<std::byte> in, std::size_t& n) = 0;
    /// @p out is at most max_plaintext long and is taken whole.
    virtual outcome do_write(std::span<const std::byte> out) = 0;
    virtual void do_shutdown() = 0;
    [[nodiscard]] virtual library_failure last_failure() = 0;
    [[nodiscard]] virtual session_facts facts() = 0;
    /// Returns what a later connection can resume; null where there is nothing.
    [[nodiscard]] virtual std::shared_ptr<void> native_session() { return nullptr; }

    /// Takes a session to resume; null where there is none.
    [[nodiscard]] void* take_offer();

    byte_queue input_{max_tls_record}; // from the wire, not yet asked for by the library
    byte_queue output_;                // for the wire
    peer_check check_;
    client_certificate client_; // the library's callback notes that one is asked for

private:
    tls_step fail(tls_diagnosis why, std::error_code& ec);
    tls_step fail_by_library(std::error_code& ec);
    tls_step not_done(outcome result, bool handshaking, std::error_code& ec);
    [[nodiscard]] tls_step done() const noexcept
    {
        return output_.empty() ? tls_step::done : tls_step::done_after_output;
    }

    enum class state { new_session, greeted, established, failed };
    state state_ = state::new_session;
    std::uint32_t suite_ = 0; // IANA's number, after the handshake
    std::shared_ptr<session_cache> cache_;
    std::string server_;                   // in the cache
    std::optional<saved_session> offered_; // to the server
    bool resumed_ = false;
    bool saved_ = false;
    tls_diagnosis why_;
};

} // namespace coquest::detail
