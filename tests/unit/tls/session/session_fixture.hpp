// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sessions with a server that has a good certificate, unless a test gives it another.
#pragma once

#include "unit/tls/backends.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace coquest::test {

inline constexpr std::size_t whole = 16384; // bytes moved at a time: everything there is

inline std::string some_text(std::size_t size)
{
    std::string text(size, '\0');
    unsigned state = 1;
    for (char& c : text) {
        state = state * 1103515245U + 12345U;
        c = static_cast<char>(state >> 16U & 0xffU);
    }
    return text;
}

inline const identity& root()
{
    static const identity certificate = self_signed(ca_spec("test root"));
    return certificate;
}

inline server_behaviour good_server()
{
    server_behaviour spec;
    spec.certificate = issue(server_spec(), root());
    return spec;
}

class session_test : public with_backend {
protected:
    /// Expects the handshake with a server of @p spec to fail, and returns the diagnosis.
    tls_diagnosis fail(const server_behaviour& spec)
    {
        tls_server server(spec);
        tls_pair pair(connect(root().pem()), server, whole);
        const auto failed = pair.handshake();
        EXPECT_TRUE(failed) << "connected with " << server.negotiated_suite();
        EXPECT_FALSE(server.is_established());
        const tls_diagnosis diagnosis = pair.diagnosis();
        EXPECT_EQ(failed, diagnosis.kind);
        return diagnosis;
    }

    /// Does the handshake and returns the connected pair.
    std::unique_ptr<tls_pair> established(tls_server& server)
    {
        auto pair = std::make_unique<tls_pair>(connect(root().pem()), server, whole);
        const auto failed = pair->handshake();
        EXPECT_FALSE(failed) << pair->diagnosis().text;
        return pair;
    }

    /// Answers the ClientHello with @p bytes, and returns the diagnosis.
    tls_diagnosis answer(std::string_view bytes, std::size_t fragment)
    {
        tls_server server(good_server());
        tls_pair pair(connect(root().pem()), server, fragment);
        tls_diagnosis ignored;
        EXPECT_NE(pair.client().handshake(ignored), tls_step::failed);
        pair.client().consume_output(pair.client().output().size());
        const auto raw = std::as_bytes(std::span(bytes));
        server.wire.assign(raw.begin(), raw.end());
        EXPECT_TRUE(pair.handshake());
        return pair.diagnosis();
    }
};

} // namespace coquest::test
