// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Host names for one program, in place of the system's: they let a test give getaddrinfo results
// that would otherwise need a name server.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace coquest::test {

/// Maps names to IP addresses during its lifetime. Other names are left to the system.
class names {
public:
    names();
    names(const names&) = delete;
    names& operator=(const names&) = delete;
    /// Releases the blocked look-ups, and waits until they have returned.
    ~names();

    /// Gives @p name the IP addresses @p ips, in this order.
    void add(const std::string& name, std::vector<std::string> ips);
    /// Makes look-ups of @p name block until this object is destroyed; then they fail.
    void block(const std::string& name);
    /// Returns the number of look-ups that are blocked now.
    [[nodiscard]] std::size_t blocked() const;
};

} // namespace coquest::test
