// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The bytes between a TLS library and the driver: a contiguous queue.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace coquest::inline v0::detail {

// A TLS 1.2 record: header, 2^14 bytes and what a cipher may add (RFC 5246 6.2.3).
inline constexpr std::size_t max_tls_record = 5 + 16384 + 2048;
// Plaintext of one record. No library stops in the middle of a write of at most this size.
inline constexpr std::size_t max_plaintext = 16384;
// Ciphertext that is gathered before it is sent. More would save few system calls, and the peer
// would wait longer before it can decrypt.
inline constexpr std::size_t output_high_water = std::size_t{320} << 10U;

class byte_queue {
public:
    explicit byte_queue(std::size_t limit = std::numeric_limits<std::size_t>::max()) noexcept
        : limit_(limit)
    {
    }

    /// Appends as many bytes as the limit allows, and returns their number.
    std::size_t push(std::span<const std::byte> bytes)
    {
        const std::size_t n = std::min(bytes.size(), limit_ - size());
        if (bytes_.size() + n > bytes_.capacity()) {
            bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
            begin_ = 0;
            reserve(bytes_.size() + n);
        }
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
        return n;
    }

    /// Moves up to @p target.size() bytes out of the front, and returns their number.
    std::size_t pop(std::span<std::byte> target)
    {
        const std::size_t n = std::min(target.size(), size());
        std::copy_n(data().begin(), n, target.begin());
        consume(n);
        return n;
    }

    void consume(std::size_t n) noexcept
    {
        begin_ += std::min(n, size());
        if (begin_ == bytes_.size()) {
            bytes_.clear();
            begin_ = 0;
        }
    }

    [[nodiscard]] std::span<const std::byte> data() const noexcept
    {
        return std::span(bytes_).subspan(begin_);
    }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - begin_; }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

private:
    // Doubles the capacity; a large queue is allocated at its greatest usual size in one step.
    void reserve(std::size_t needed)
    {
        constexpr std::size_t large = std::size_t{32} << 10U; // more steps fragment the heap
        constexpr std::size_t usual_maximum = output_high_water + max_tls_record;
        if (needed > bytes_.capacity()) {
            bytes_.reserve(
                std::min(limit_, needed < large ? 2 * needed : std::max(needed, usual_maximum)));
        }
    }

    std::vector<std::byte> bytes_;
    std::size_t begin_ = 0;
    std::size_t limit_;
};

} // namespace coquest::inline v0::detail
