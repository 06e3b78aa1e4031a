// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The server's side of TLS: OpenSSL on a non-blocking socket.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace coquest::bench {

class sink_tls_session {
public:
    explicit sink_tls_session(SSL* session) : session_(session) {}

    /// Reads the bytes that have arrived. Returns false if the connection has ended.
    bool read(std::span<char> output, std::size_t& size);
    bool write(std::string_view text);
    /// Returns the number of bytes received.
    [[nodiscard]] std::size_t wire_bytes() const;

private:
    struct free {
        void operator()(SSL* session) const { SSL_free(session); }
    };
    std::unique_ptr<SSL, free> session_;
};

class sink_tls {
public:
    /// @param suite  the only accepted suite of TLS 1.3, by OpenSSL's name
    /// Throws std::runtime_error if @p certificate or @p key, which are PEM files, cannot be used.
    sink_tls(const std::string& certificate, const std::string& key, const std::string& suite);
    std::unique_ptr<sink_tls_session> accept(int descriptor);

private:
    struct free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    std::unique_ptr<SSL_CTX, free> context_;
};

} // namespace coquest::bench
