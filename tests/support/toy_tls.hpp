// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A TLS backend without a cipher, for tests of the code that drives one: every byte on the wire is
// the plain byte plus one, after a handshake of `H` from the client and `h` from the server. `n`
// stands for a certificate with other names.
#pragma once

#include <coquest/tls.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace coquest::test {

inline std::string shifted(std::string text, int offset)
{
    for (char& c : text) {
        c = static_cast<char>(c + offset);
    }
    return text;
}

inline constexpr char close_notify = '\x7f';

class toy_backend {
public:
    class session {
    public:
        tls_step handshake(tls_diagnosis& diagnosis)
        {
            if (!greeted_) {
                greeted_ = true;
                out_ += 'H';
            }
            if (in_.empty()) {
                return tls_step::retry_after_input;
            }
            if (in_[0] == close_notify) {
                return tls_step::closed;
            }
            if (in_[0] != 'h') {
                out_ += 'A'; // an alert
                diagnosis.kind = in_[0] == 'n' ? tls_failure::name_mismatch : tls_failure::not_tls;
                return tls_step::failed;
            }
            in_.erase(0, 1);
            return tls_step::done_after_output;
        }
        tls_step read(std::span<std::byte> plaintext, std::size_t& n, tls_diagnosis&)
        {
            if (in_.empty()) {
                return tls_step::retry_after_input;
            }
            if (in_[0] == close_notify) {
                return tls_step::closed;
            }
            n = std::min({in_.size(), plaintext.size(), in_.find(close_notify)});
            std::memcpy(plaintext.data(), shifted(in_.substr(0, n), -1).data(), n);
            in_.erase(0, n);
            return tls_step::done;
        }
        tls_step write(std::span<const std::byte> bytes, std::size_t& n, tls_diagnosis&)
        {
            n = std::min<std::size_t>(bytes.size(), 1000); // a backend may take less
            out_ += shifted({reinterpret_cast<const char*>(bytes.data()), n}, 1);
            return tls_step::done_after_output;
        }
        void shutdown() { out_ += close_notify; }
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
    std::unique_ptr<session> make_session(std::string_view host, tls_diagnosis& diagnosis) const
    {
        if (host != "127.0.0.1") {
            diagnosis.text = "no session for this host";
            return nullptr;
        }
        return std::make_unique<session>();
    }
    static std::string_view name() { return "toy"; }
};
static_assert(TlsBackend<toy_backend>);

} // namespace coquest::test
