// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// How the library reports success or failure internally. A public function converts a failure to a
// coquest::error.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/error.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace coquest::inline v0::detail {

/// Holds success, or an error code with its diagnostics. It has the size of one pointer, which is
/// null on success, so that it takes little room in the frames of coroutines.
class [[nodiscard]] status {
public:
    status() noexcept = default; ///< success
    /// Makes a failure with a message.
    status(errc code, std::string message);
    /// Makes a failure with diagnostics.
    status(std::error_code code, diagnostics info);
    status(const status& other);
    status(status&& other) noexcept : failure_(std::exchange(other.failure_, nullptr)) {}
    status& operator=(status other) noexcept
    {
        std::swap(failure_, other.failure_);
        return *this;
    }
    ~status()
    {
        if (failure_ != nullptr) {
            clear();
        }
    }

    /// Returns the failure of an allocation. It allocates nothing.
    [[nodiscard]] static status out_of_memory() noexcept;

    /// Returns true for success.
    [[nodiscard]] bool ok() const noexcept { return failure_ == nullptr; }
    /// Returns the error code, which is zero for success.
    [[nodiscard]] std::error_code code() const noexcept
    {
        return ok() ? std::error_code() : code_of_failure();
    }
    /// Returns the diagnostics, which are empty for success.
    [[nodiscard]] const diagnostics& info() const noexcept;
    /// Returns the diagnostics of a failure, to amend them. Must not be called on success.
    [[nodiscard]] diagnostics& amend();

    /// Converts a failure to the exception.
    [[nodiscard]] error to_error() const&;
    /// \copydoc to_error
    [[nodiscard]] error to_error() &&;
    /// Throws a failure. Does nothing on success.
    void raise() &&
    {
        if (!ok()) {
            throw std::move(*this).to_error();
        }
    }

private:
    struct failure;

    [[nodiscard]] std::error_code code_of_failure() const noexcept;
    void clear() noexcept;

    failure* failure_ = nullptr;
};

} // namespace coquest::inline v0::detail
