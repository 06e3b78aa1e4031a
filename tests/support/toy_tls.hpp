// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A TLS backend without a cipher, for tests of what drives one: every byte on the wire is the plain
// one plus one, behind a handshake of `H` from the client and `h` from the server; `n` is a
// certificate for other names.
#pragma once

#include <coquest/tls.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace coquest::test {

inline std::string shifted(std::string text, int by)
{
    for (char& c : text) {
        c = static_cast<char>(c + by);
    }
    return text;
}

inline constexpr char close_notify = '\x7f';

class toy_backend {
public:
    class session {
    public:
        tls_step handshake(std::error_code& ec)
        {
            if (!greeted_) {
                greeted_ = true;
                out_ += 'H';
            }
            if (in_.empty()) {
                return tls_step::retry_after_input;
            }
            if (in_[0] != 'h') {
                out_ += 'A'; // an alert
                ec = in_[0] == 'n' ? tls_failure::name_mismatch : tls_failure::not_tls;
                return tls_step::done;
            }
            in_.erase(0, 1);
            return tls_step::done_after_output;
        }
        tls_step read(std::span<std::byte> into, std::size_t& n, std::error_code& ec)
        {
            if (in_.empty()) {
                return tls_step::retry_after_input;
            }
            if (in_[0] == close_notify) {
                ec = tls_failure::closed;
                return tls_step::done;
            }
            n = std::min({in_.size(), into.size(), in_.find(close_notify)});
            std::memcpy(into.data(), shifted(in_.substr(0, n), -1).data(), n);
            in_.erase(0, n);
            return tls_step::done;
        }
        tls_step write(std::span<const std::byte> bytes, std::size_t& n, std::error_code&)
        {
            n = std::min<std::size_t>(bytes.size(), 1000); // a backend may take less
            out_ += shifted({reinterpret_cast<const char*>(bytes.data()), n}, 1);
            return tls_step::done_after_output;
        }
        tls_step shutdown(std::error_code&)
        {
            out_ += close_notify;
            return tls_step::done_after_output;
        }
        std::size_t put_input(std::span<const std::byte> bytes)
        {
            const std::size_t n = std::min<std::size_t>(bytes.size(), 7);
            in_.append(reinterpret_cast<const char*>(bytes.data()), n);
            return n;
        }
        [[nodiscard]] std::span<const std::byte> output() const
        {
            return std::as_bytes(std::span(out_));
        }
        void consume_output(std::size_t n) { out_.erase(0, n); }

    private:
        std::string in_;
        std::string out_;
        bool greeted_ = false;
    };

    static std::shared_ptr<const toy_backend> create(const tls_options&, tls_diagnosis&)
    {
        return std::make_shared<toy_backend>();
    }
    std::unique_ptr<session> make_session(std::string_view host, tls_diagnosis& why) const
    {
        if (host != "127.0.0.1") {
            why.text = "no session for this host";
            return nullptr;
        }
        return std::make_unique<session>();
    }
    static std::string_view name() { return "toy"; }
};
static_assert(TlsBackend<toy_backend>);

} // namespace coquest::test
