// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// How internals report failure: a code with its diagnostics, empty on success. It becomes a
// coquest::error only where a public verb throws.
#pragma once

#include <coquest/error.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace coquest::detail {

class [[nodiscard]] fault {
public:
    fault() = default;
    fault(errc what, std::string message) : code(what) { info.message = std::move(message); }
    fault(std::error_code what, diagnostics details) : code(what), info(std::move(details)) {}

    // Success, which is what most are, is moved without its diagnostics: those say nothing then.
    fault(const fault&) = default;
    fault& operator=(const fault&) = default;
    fault(fault&& other) noexcept : code(other.code)
    {
        if (code) {
            info = std::move(other.info);
        }
    }
    fault& operator=(fault&& other) noexcept
    {
        if (code || other.code) {
            code = other.code;
            info = std::move(other.info);
        }
        return *this;
    }
    ~fault() = default;

    explicit operator bool() const noexcept { return static_cast<bool>(code); }
    [[nodiscard]] error to_error() const& { return {code, info}; }
    [[nodiscard]] error to_error() && { return {code, std::move(info)}; }
    /// Throws unless this is success.
    void raise() &&
    {
        if (code) {
            throw std::move(*this).to_error();
        }
    }

    std::error_code code;
    diagnostics info;
};

} // namespace coquest::detail
