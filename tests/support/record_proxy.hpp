// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Somebody between client and server who knows TLS records, and has no key.
#pragma once

#include <array>
#include <cstddef>
#include <ostream>
#include <span>
#include <vector>

namespace coquest::test {

/// What is done to one record of one direction.
enum class tampering {
    flip_type, // one bit of the header, or of what is behind it
    flip_version,
    flip_length,
    flip_first,
    flip_middle,
    flip_last,
    truncate,      // its second half is missing, and what follows comes at once
    shorten,       // the same, and the header says so
    drop,          // it is missing
    duplicate,     // it comes twice
    swap,          // it comes after the next one
    stall,         // neither it nor anything behind it comes
    inject_close,  // the rest comes before it: close_notify in clear
    inject_alert,  // a fatal alert in clear
    inject_data,   // application data in clear
    inject_hello,  // a HelloRequest in clear
    inject_type,   // a record of no known type
    inject_length, // a record longer than any may be
};

/// All of them, with their names.
struct tampering_name {
    tampering kind;
    const char* name;

    friend std::ostream& operator<<(std::ostream& to, const tampering_name& of)
    {
        return to << of.name;
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
std::ostream& operator<<(std::ostream& to, tampering kind);

/// One direction of a connection, in which one record is tampered with.
class record_proxy {
public:
    /// Passes everything as it is.
    record_proxy() = default;
    /// Does @p what to the record with number @p target, from 0.
    record_proxy(tampering what, std::size_t target) : what_(what), target_(target), honest_(false)
    {
    }

    /// Takes what one side has sent, in pieces of any size, and returns what the other gets.
    [[nodiscard]] std::vector<std::byte> pass(std::span<const std::byte> bytes);

    /// Says whether the record came.
    [[nodiscard]] bool has_tampered() const noexcept { return !honest_ && seen_ > target_; }
    /// Says whether none came after it.
    [[nodiscard]] bool was_last() const noexcept { return seen_ == target_ + 1; }
    /// The content type of that record; zero before.
    [[nodiscard]] std::byte type() const noexcept { return type_; }

private:
    using record = std::vector<std::byte>;

    void pass_record(record one, std::vector<std::byte>& out);
    void tamper(record one, std::vector<std::byte>& out);

    tampering what_ = tampering::drop;
    std::size_t target_ = 0;
    bool honest_ = true;
    std::size_t seen_ = 0;
    std::byte type_{0};
    std::vector<std::byte> pending_; // no whole record yet
    record held_;                    // until the next one is past
    bool stalled_ = false;
};

} // namespace coquest::test
