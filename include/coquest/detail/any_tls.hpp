// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Erases the type of a TLS backend, so that the sender is not a template. A virtual call costs
// nanoseconds, the encryption of a record many microseconds.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/detail/tls_event.hpp>
#include <coquest/tls.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace coquest::inline v0::detail {

/// A tls_session whose type is erased.
class any_tls_session {
public:
    virtual ~any_tls_session() = default;
    virtual tls_step handshake(tls_diagnosis& diagnosis) = 0;
    virtual tls_step read(std::span<std::byte> in, std::size_t& n, tls_diagnosis& diagnosis) = 0;
    virtual tls_step write(std::span<const std::byte> out, std::size_t& n,
                           tls_diagnosis& diagnosis) = 0;
    virtual void shutdown() = 0;
    virtual std::size_t put_input(std::span<const std::byte> bytes) = 0;
    [[nodiscard]] virtual std::span<const std::byte> output() const = 0;
    virtual void consume_output(std::size_t n) = 0;
    /// Describes the connection, as far as the session supports it.
    [[nodiscard]] virtual tls_peer peer() const = 0;
    /// Returns the events to report after a handshake.
    [[nodiscard]] std::vector<tls_event> events() const
    {
        std::vector<tls_event> result = own_events();
        result.insert(result.begin(), added_.begin(), added_.end());
        return result;
    }
    /// Adds an event to those that events() returns.
    void add_event(tls_event event) { added_.push_back(std::move(event)); }

private:
    [[nodiscard]] virtual std::vector<tls_event> own_events() const = 0;
    std::vector<tls_event> added_;
};

/// A tls_backend whose type is erased.
class any_tls_backend {
public:
    virtual ~any_tls_backend() = default;
    [[nodiscard]] virtual std::unique_ptr<any_tls_session> make_session(
        std::string_view host, std::uint16_t port, tls_diagnosis& diagnosis) const = 0;
    [[nodiscard]] std::unique_ptr<any_tls_session> make_session(std::string_view host,
                                                                tls_diagnosis& diagnosis) const
    {
        return make_session(host, 0, diagnosis);
    }
};

/// Makes a backend from options. Returns null and sets the diagnosis if it cannot apply one of
/// them.
using tls_factory = std::shared_ptr<const any_tls_backend> (*)(const tls_options&, tls_diagnosis&);

/// Adapts a session to any_tls_session.
template <tls_session Session>
class erased_tls_session final : public any_tls_session {
public:
    explicit erased_tls_session(std::unique_ptr<Session> session) : session_(std::move(session)) {}

    tls_step handshake(tls_diagnosis& diagnosis) override { return session_->handshake(diagnosis); }
    tls_step read(std::span<std::byte> in, std::size_t& n, tls_diagnosis& diagnosis) override
    {
        return session_->read(in, n, diagnosis);
    }
    tls_step write(std::span<const std::byte> out, std::size_t& n,
                   tls_diagnosis& diagnosis) override
    {
        return session_->write(out, n, diagnosis);
    }
    void shutdown() override { session_->shutdown(); }
    std::size_t put_input(std::span<const std::byte> bytes) override
    {
        return session_->put_input(bytes);
    }
    std::span<const std::byte> output() const override { return session_->output(); }
    void consume_output(std::size_t n) override { session_->consume_output(n); }
    tls_peer peer() const override
    {
        if constexpr (requires { static_cast<tls_peer>(session_->peer()); }) {
            return session_->peer();
        } else {
            return {};
        }
    }

private:
    std::vector<tls_event> own_events() const override
    {
        if constexpr (requires { static_cast<std::vector<tls_event>>(session_->events()); }) {
            return session_->events();
        } else {
            return {};
        }
    }

    std::unique_ptr<Session> session_;
};

/// Adapts a backend to any_tls_backend.
template <tls_backend Backend>
class erased_tls_backend final : public any_tls_backend {
public:
    explicit erased_tls_backend(std::shared_ptr<const Backend> backend)
        : backend_(std::move(backend))
    {
    }
    std::unique_ptr<any_tls_session> make_session(std::string_view host, std::uint16_t port,
                                                  tls_diagnosis& diagnosis) const override
    {
        using session = typename Backend::session;
        std::unique_ptr<session> typed;
        if constexpr (requires { backend_->make_session(host, port, diagnosis); }) {
            typed = backend_->make_session(host, port, diagnosis);
        } else {
            typed = backend_->make_session(host, diagnosis);
        }
        return typed ? std::make_unique<erased_tls_session<session>>(std::move(typed)) : nullptr;
    }

private:
    std::shared_ptr<const Backend> backend_;
};

/// The tls_factory of @p Backend.
template <tls_backend Backend>
std::shared_ptr<const any_tls_backend> make_tls(const tls_options& options,
                                                tls_diagnosis& diagnosis)
{
    auto backend = Backend::create(options, diagnosis);
    return backend ? std::make_shared<erased_tls_backend<Backend>>(std::move(backend)) : nullptr;
}

} // namespace coquest::inline v0::detail
