// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Bytes between a TLS library and the driver: pushed at the back, consumed at the front,
// contiguous.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace coquest::detail {

// A TLS 1.2 record: header, 2^14 bytes and what a cipher may add (RFC 5246 6.2.3).
inline constexpr std::size_t max_tls_record = 5 + 16384 + 2048;
// Plaintext of one record. A library that is fed no more than this never stops in mid-write.
inline constexpr std::size_t max_plaintext = 16384;
// Ciphertext that gathers before it is sent. More saves few system calls, and has the peer wait
// longer for the last of it to decrypt.
inline constexpr std::size_t output_high_water = std::size_t{320} << 10U;

class byte_queue {
public:
    explicit byte_queue(std::size_t limit = std::numeric_limits<std::size_t>::max()) noexcept
        : limit_(limit)
    {
    }

    /// Appends what fits under the limit and returns how much that was.
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

    /// Moves up to @p to.size() bytes out of the front and returns how many.
    std::size_t pop(std::span<std::byte> to)
    {
        const std::size_t n = std::min(to.size(), size());
        std::copy_n(data().begin(), n, to.begin());
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
    // Doubles, and where much gathers, takes at once what the most of it needs.
    void reserve(std::size_t needed)
    {
        constexpr std::size_t much = std::size_t{32} << 10U; // more steps leave more holes
        constexpr std::size_t most = output_high_water + max_tls_record;
        if (needed > bytes_.capacity()) {
            bytes_.reserve(std::min(limit_, needed < much ? 2 * needed : std::max(needed, most)));
        }
    }

    std::vector<std::byte> bytes_;
    std::size_t begin_ = 0;
    std::size_t limit_;
};

} // namespace coquest::detail
