// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// An upload by nothing but a TLS library on a socket that waits: what a client on that library is
// measured by.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace coquest::bench {

/// One connection, all of whose calls wait and throw std::runtime_error.
class plain_connection {
public:
    plain_connection() = default;
    plain_connection(const plain_connection&) = delete;
    plain_connection& operator=(const plain_connection&) = delete;
    virtual ~plain_connection() = default;

    virtual void write(std::string_view bytes) = 0;
    /// Reads what the next record holds, at least a byte.
    virtual void read(std::span<char> into) = 0;
};

/// Shake hands on @p descriptor with "localhost", for whom @p roots, a PEM file, vouches.
std::unique_ptr<plain_connection> plain_openssl(int descriptor, const std::string& roots);
std::unique_ptr<plain_connection> plain_wolfssl(int descriptor, const std::string& roots);

} // namespace coquest::bench
