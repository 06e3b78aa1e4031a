// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The one place where a TLS backend's type is erased, so that the sender is no template: a virtual
// call costs nanoseconds, a record's cipher many microseconds.
#pragma once

#include <coquest/detail/tls_notice.hpp>
#include <coquest/tls.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace coquest::detail {

class any_tls_session {
public:
    virtual ~any_tls_session() = default;
    virtual tls_step handshake(std::error_code& ec) = 0;
    virtual tls_step read(std::span<std::byte> in, std::size_t& n, std::error_code& ec) = 0;
    virtual tls_step write(std::span<const std::byte> out, std::size_t& n, std::error_code& ec) = 0;
    virtual tls_step shutdown(std::error_code& ec) = 0;
    virtual std::size_t put_input(std::span<const std::byte> bytes) = 0;
    [[nodiscard]] virtual std::span<const std::byte> output() const = 0;
    virtual void consume_output(std::size_t n) = 0;
    /// Explains the failure @p ec that a step has just reported.
    [[nodiscard]] virtual tls_diagnosis diagnosis(std::error_code ec) const = 0;
    /// Describes the connection as far as the session can.
    [[nodiscard]] virtual tls_peer peer() const = 0;
    /// Returns what there is to tell after a handshake.
    [[nodiscard]] std::vector<tls_notice> notices() const
    {
        std::vector<tls_notice> all = own_notices();
        all.insert(all.begin(), added_.begin(), added_.end());
        return all;
    }
    /// Adds to what notices() returns.
    void add_notice(tls_notice one) { added_.push_back(std::move(one)); }

private:
    [[nodiscard]] virtual std::vector<tls_notice> own_notices() const = 0;
    std::vector<tls_notice> added_;
};

class any_tls_backend {
public:
    virtual ~any_tls_backend() = default;
    [[nodiscard]] virtual std::unique_ptr<any_tls_session> make_session(
        std::string_view host, std::uint16_t port, tls_diagnosis& why) const = 0;
    [[nodiscard]] std::unique_ptr<any_tls_session> make_session(std::string_view host,
                                                                tls_diagnosis& why) const
    {
        return make_session(host, 0, why);
    }
};

/// Makes a backend from options; null with a diagnosis where it cannot.
using tls_factory = std::shared_ptr<const any_tls_backend> (*)(const tls_options&, tls_diagnosis&);

template <tls_session Session>
class erased_tls_session final : public any_tls_session {
public:
    explicit erased_tls_session(std::unique_ptr<Session> session) : session_(std::move(session)) {}

    tls_step handshake(std::error_code& ec) override { return session_->handshake(ec); }
    tls_step read(std::span<std::byte> in, std::size_t& n, std::error_code& ec) override
    {
        return session_->read(in, n, ec);
    }
    tls_step write(std::span<const std::byte> out, std::size_t& n, std::error_code& ec) override
    {
        return session_->write(out, n, ec);
    }
    tls_step shutdown(std::error_code& ec) override { return session_->shutdown(ec); }
    std::size_t put_input(std::span<const std::byte> bytes) override
    {
        return session_->put_input(bytes);
    }
    std::span<const std::byte> output() const override { return session_->output(); }
    void consume_output(std::size_t n) override { session_->consume_output(n); }
    tls_diagnosis diagnosis(std::error_code ec) const override
    {
        if constexpr (requires { static_cast<tls_diagnosis>(session_->diagnosis()); }) {
            return session_->diagnosis();
        } else {
            return describe(ec.category() == tls_failure_category()
                                ? static_cast<tls_failure>(ec.value())
                                : tls_failure::other);
        }
    }
    tls_peer peer() const override
    {
        if constexpr (requires { static_cast<tls_peer>(session_->peer()); }) {
            return session_->peer();
        } else {
            return {};
        }
    }

private:
    std::vector<tls_notice> own_notices() const override
    {
        if constexpr (requires { session_->notices(); }) {
            return session_->notices();
        } else {
            return {};
        }
    }

    std::unique_ptr<Session> session_;
};

template <tls_backend Backend>
class erased_tls_backend final : public any_tls_backend {
public:
    explicit erased_tls_backend(std::shared_ptr<const Backend> backend)
        : backend_(std::move(backend))
    {
    }
    std::unique_ptr<any_tls_session> make_session(std::string_view host, std::uint16_t port,
                                                  tls_diagnosis& why) const override
    {
        using session = typename Backend::session;
        std::unique_ptr<session> made;
        if constexpr (requires { backend_->make_session(host, port, why); }) {
            made = backend_->make_session(host, port, why);
        } else {
            made = backend_->make_session(host, why);
        }
        return made ? std::make_unique<erased_tls_session<session>>(std::move(made)) : nullptr;
    }

private:
    std::shared_ptr<const Backend> backend_;
};

template <tls_backend Backend>
std::shared_ptr<const any_tls_backend> make_tls(const tls_options& options, tls_diagnosis& why)
{
    auto made = Backend::create(options, why);
    return made ? std::make_shared<erased_tls_backend<Backend>>(std::move(made)) : nullptr;
}

} // namespace coquest::detail
