// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A secret text, which overwrites its memory when it is destroyed, and never prints itself.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/detail/text_argument.hpp>

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string_view>

namespace coquest::inline v0 {

/// Holds a password, a token or a key. Destruction and assignment overwrite its bytes.
class secret {
public:
    /// Makes an empty secret.
    secret() noexcept = default;
    /// Copies @p text. Errors: errc::invalid_api_call for a null pointer.
    explicit secret(detail::text_argument text);
    /// Copies the text of @p other.
    secret(const secret& other);
    /// Takes the text of @p other, which is empty then.
    secret(secret&& other) noexcept;
    /// Overwrites the old text, and takes the text of @p other.
    secret& operator=(secret other) noexcept;
    /// Overwrites the text.
    ~secret();

    /// Returns the text. Do not copy it into messages. Lifetime: until this object changes.
    [[nodiscard]] std::string_view reveal() const noexcept { return {data_.get(), size_}; }
    /// Returns true if the text is empty.
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    /// Compares the texts. The time depends on them: do not compare with a text of a peer.
    friend bool operator==(const secret& a, const secret& b) noexcept
    {
        return a.reveal() == b.reveal();
    }

private:
    std::unique_ptr<char[]> data_;
    std::size_t size_ = 0;
};

/// Prints `***` instead of the text.
std::ostream& operator<<(std::ostream& out, const secret& value);

} // namespace coquest::inline v0
