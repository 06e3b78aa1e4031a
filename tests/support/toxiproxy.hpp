// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A network that misbehaves on request: Shopify's toxiproxy between a sender and its server.
#pragma once

#include "support/child_process.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace coquest::test {

/// Runs scripts/toxiproxy with one proxy.
class toxiproxy {
public:
    /// Passes bytes on to the loopback port @p server. Throws std::runtime_error if toxiproxy does
    /// not start.
    explicit toxiproxy(std::uint16_t server);

    /// Returns why toxiproxy is not available; empty if it is. Builds it if necessary.
    [[nodiscard]] static std::string missing();

    /// Adds a toxic on the way to the server (`upstream`) or back (`downstream`). Applies to open
    /// connections too.
    void add(const std::string& type, const std::string& stream, const nlohmann::json& attributes);
    /// Removes all toxics.
    void clear();
    /// Closes every connection; new ones are accepted immediately.
    void drop_connections();
    /// Holds back all bytes, or lets them pass again.
    void stall(bool held) const;

    /// Returns the port to connect to.
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    void order(const std::string& path, const nlohmann::json& body) const;

    std::uint16_t orders_;
    std::uint16_t port_;
    child_process child_;
};

} // namespace coquest::test
