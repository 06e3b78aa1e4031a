// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Host names for one program, in place of the system's: what naming getaddrinfo differently would
// need a name server for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace coquest::test {

/// Gives names IP addresses while it lives. Names that it doesn't know are left to the system.
class names {
public:
    names();
    names(const names&) = delete;
    names& operator=(const names&) = delete;
    /// Waits for the look-ups that are blocked, after it has let them go.
    ~names();

    /// Gives @p name the IP addresses @p ips, in this order.
    void add(const std::string& name, std::vector<std::string> ips);
    /// Has the look-up of @p name block until this object goes; then it fails.
    void block(const std::string& name);
    /// Returns the number of look-ups that are blocked now.
    [[nodiscard]] std::size_t blocked() const;
};

} // namespace coquest::test
