// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sessions with a server that has a good certificate, unless the test says otherwise.
#pragma once

#include "unit/tls/backends.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace coquest::test {

inline constexpr std::size_t whole = 16384; // bytes moved at a time: all there are

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
    static const identity made = self_signed(ca_spec("test root"));
    return made;
}

inline server_behaviour good_server()
{
    server_behaviour spec;
    spec.certificate = issue(server_spec(), root());
    return spec;
}

class session_test : public with_backend {
protected:
    /// Shakes hands with a server of @p spec; returns the failure.
    tls_diagnosis fail(const server_behaviour& spec)
    {
        tls_server server(spec);
        tls_pair pair(connect(root().pem()), server, whole);
        const std::error_code failed = pair.handshake();
        EXPECT_TRUE(failed) << "connected with " << server.negotiated_suite();
        EXPECT_FALSE(server.is_established());
        const tls_diagnosis why = pair.client().diagnosis(failed);
        EXPECT_EQ(failed, make_error_code(why.kind));
        return why;
    }

    /// Shakes hands, and returns the pair for what follows.
    std::unique_ptr<tls_pair> established(tls_server& server)
    {
        auto pair = std::make_unique<tls_pair>(connect(root().pem()), server, whole);
        const std::error_code failed = pair->handshake();
        EXPECT_FALSE(failed) << pair->client().diagnosis(failed).text;
        return pair;
    }

    /// Lets a server answer the hello with @p bytes.
    tls_diagnosis answer(std::string_view bytes, std::size_t fragment)
    {
        tls_server server(good_server());
        tls_pair pair(connect(root().pem()), server, fragment);
        std::error_code failed;
        pair.client().handshake(failed);
        EXPECT_FALSE(failed);
        pair.client().consume_output(pair.client().output().size());
        const auto raw = std::as_bytes(std::span(bytes));
        server.wire.assign(raw.begin(), raw.end());
        failed = pair.handshake();
        EXPECT_TRUE(failed);
        return pair.client().diagnosis(failed);
    }
};

} // namespace coquest::test
