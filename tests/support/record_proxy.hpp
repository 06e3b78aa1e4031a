// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A man in the middle who can parse TLS records, but has no key.
#pragma once

#include <array>
#include <cstddef>
#include <ostream>
#include <span>
#include <vector>

namespace coquest::test {

/// What happens to one record in one direction.
enum class tampering {
    flip_type, // one bit of the header or of the body
    flip_version,
    flip_length,
    flip_first,
    flip_middle,
    flip_last,
    truncate,      // its second half is missing; the next record follows directly
    shorten,       // the same, with a header that has the new length
    drop,          // it is left out
    duplicate,     // it comes twice
    swap,          // it comes after the next one
    stall,         // neither it nor any later record arrives
    inject_close,  // before the record: an unencrypted close_notify
    inject_alert,  // an unencrypted fatal alert
    inject_data,   // unencrypted application data
    inject_hello,  // an unencrypted HelloRequest
    inject_type,   // a record of an unknown type
    inject_length, // a record longer than TLS allows
};

/// One kind with its name.
struct tampering_name {
    tampering kind;
    const char* name;

    friend std::ostream& operator<<(std::ostream& output, const tampering_name& entry)
    {
        return output << entry.name;
    }
};
inline constexpr std::array all_tampering{
    tampering_name{tampering::flip_type, "flip_type"},
    tampering_name{tampering::flip_version, "flip_version"},
    tampering_name{tampering::flip_length, "flip_length"},
    tampering_name{tampering::flip_first, "flip_first"},
    tampering_name{tampering::flip_middle, "flip_middle"},
    tampering_name{tampering::flip_last, "flip_last"},
    tampering_name{tampering::truncate, "truncate"},
    tampering_name{tampering::shorten, "shorten"},
    tampering_name{tampering::drop, "drop"},
    tampering_name{tampering::duplicate, "duplicate"},
    tampering_name{tampering::swap, "swap"},
    tampering_name{tampering::stall, "stall"},
    tampering_name{tampering::inject_close, "inject_close"},
    tampering_name{tampering::inject_alert, "inject_alert"},
    tampering_name{tampering::inject_data, "inject_data"},
    tampering_name{tampering::inject_hello, "inject_hello"},
    tampering_name{tampering::inject_type, "inject_type"},
    tampering_name{tampering::inject_length, "inject_length"},
};
std::ostream& operator<<(std::ostream& output, tampering kind);

/// One direction of a connection, in which one record is tampered with.
class record_proxy {
public:
    /// Passes everything unchanged.
    record_proxy() = default;
    /// Applies @p kind to the record with number @p target, counted from 0.
    record_proxy(tampering kind, std::size_t target) : kind_(kind), target_(target), honest_(false)
    {
    }

    /// Takes the bytes that one side has sent, in pieces of any size, and returns the bytes that
    /// the other side receives.
    [[nodiscard]] std::vector<std::byte> pass(std::span<const std::byte> bytes);

    /// Returns whether that record came by.
    [[nodiscard]] bool has_tampered() const noexcept { return !honest_ && seen_ > target_; }
    /// Returns whether no record came after it.
    [[nodiscard]] bool was_last() const noexcept { return seen_ == target_ + 1; }
    /// Returns the content type of that record; zero until it came by.
    [[nodiscard]] std::byte type() const noexcept { return type_; }

private:
    using record = std::vector<std::byte>;

    void pass_record(record current, std::vector<std::byte>& output);
    void tamper(record current, std::vector<std::byte>& output);

    tampering kind_ = tampering::drop;
    std::size_t target_ = 0;
    bool honest_ = true;
    std::size_t seen_ = 0;
    std::byte type_{0};
    std::vector<std::byte> pending_; // an incomplete record
    record held_;                    // held back until the next one has passed
    bool stalled_ = false;
};

} // namespace coquest::test
