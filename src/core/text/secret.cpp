// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/secret.hpp>

#include "core/text/wipe.hpp"

#include <coquest/detail/null_text.hpp>
#include <coquest/error.hpp>

#include <cstring>
#include <ostream>
#include <utility>

namespace coquest::inline v0 {

secret::secret(detail::text_argument argument)
{
    const std::string_view text = argument;
    if (detail::is_null_text(text)) {
        throw error(errc::invalid_api_call, "the text of a secret is a null pointer");
    }
    if (!text.empty()) {
        data_.reset(new char[text.size()]);
        size_ = text.size();
        std::memcpy(data_.get(), text.data(), text.size());
    }
}

secret::secret(const secret& other) : secret(other.reveal()) {}

secret::secret(secret&& other) noexcept
    : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0))
{
}

secret& secret::operator=(secret other) noexcept
{
    data_.swap(other.data_);
    std::swap(size_, other.size_);
    return *this;
}

secret::~secret()
{
    detail::wipe(data_.get(), size_);
}

std::ostream& operator<<(std::ostream& out, const secret&)
{
    return out << "***";
}

} // namespace coquest::inline v0
