// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// An upload that uses only a TLS library on a blocking socket: the reference for a client that uses
// that library.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace coquest::bench {

/// One connection. All of its calls block, and throw std::runtime_error.
class plain_connection {
public:
    plain_connection() = default;
    plain_connection(const plain_connection&) = delete;
    plain_connection& operator=(const plain_connection&) = delete;
    virtual ~plain_connection() = default;

    virtual void write(std::string_view bytes) = 0;
    /// Reads the content of the next record, at least one byte.
    virtual void read(std::span<char> output) = 0;
};

/// Completes a handshake on @p descriptor with "localhost", whose certificate a CA in the PEM file
/// @p roots has issued.
std::unique_ptr<plain_connection> plain_openssl(int descriptor, const std::string& roots);
std::unique_ptr<plain_connection> plain_wolfssl(int descriptor, const std::string& roots);

} // namespace coquest::bench
