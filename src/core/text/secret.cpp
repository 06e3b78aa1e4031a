// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/secret.hpp>

#include <cstring>
#include <ostream>
#include <utility>

namespace coquest {

void wipe(void* data, std::size_t size) noexcept
{
    if (size == 0) {
        return;
    }
    std::memset(data, 0, size);
    __asm__ __volatile__("" : : "r"(data) : "memory"); // the bytes count as read: no dead store
}

secret::secret(std::string_view text)
    : data_(text.empty() ? nullptr : new char[text.size()]), size_(text.size())
{
    if (!text.empty()) {
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
    wipe(data_.get(), size_);
}

std::ostream& operator<<(std::ostream& out, const secret&)
{
    return out << "***";
}

} // namespace coquest
