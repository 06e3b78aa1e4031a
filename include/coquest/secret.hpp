// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Text that must not linger: it wipes its memory when it goes, and never prints itself.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string_view>

namespace coquest {

/// Holds a password, token or key. The bytes are overwritten when the object is destroyed or
/// assigned to; streaming it prints `***`.
class secret {
public:
    secret() noexcept = default;
    /// Copies @p text.
    explicit secret(std::string_view text);
    secret(const secret& other);
    secret(secret&& other) noexcept;
    secret& operator=(secret other) noexcept;
    ~secret();

    /// Returns the text. Hand it on; do not copy it into a message.
    [[nodiscard]] std::string_view reveal() const noexcept { return {data_.get(), size_}; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    friend bool operator==(const secret& a, const secret& b) noexcept
    {
        return a.reveal() == b.reveal();
    }

private:
    std::unique_ptr<char[]> data_;
    std::size_t size_ = 0;
};

/// Prints `***`.
std::ostream& operator<<(std::ostream& out, const secret& value);

/// Overwrites @p size bytes at @p data in a way that the compiler keeps.
void wipe(void* data, std::size_t size) noexcept;

} // namespace coquest
