// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/record_proxy.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace coquest::test {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t header_size = 5; // type, version, length

void append(std::vector<std::byte>& output, std::span<const std::byte> bytes)
{
    output.insert(output.end(), bytes.begin(), bytes.end());
}

std::size_t body_size(std::span<const std::byte> header)
{
    return std::to_integer<std::size_t>(header[3]) << 8U | std::to_integer<std::size_t>(header[4]);
}

void cut_in_half(std::vector<std::byte>& record)
{
    record.resize(header_size + (record.size() - header_size) / 2);
}

std::size_t flipped_byte(tampering kind, std::size_t size)
{
    switch (kind) {
    case tampering::flip_type: return 0;
    case tampering::flip_version: return 1;
    case tampering::flip_length: return 4;
    case tampering::flip_first: return std::min(header_size, size - 1);
    case tampering::flip_middle: return header_size + (size - header_size) / 2;
    default: return size - 1;
    }
}

std::string_view injected(tampering kind)
{
    switch (kind) {
    case tampering::inject_close: return "\x15\x03\x03\x00\x02\x01\x00"sv;
    case tampering::inject_alert: return "\x15\x03\x03\x00\x02\x02\x28"sv;
    case tampering::inject_data: return "\x17\x03\x03\x00\x04yes!"sv;
    case tampering::inject_hello: return "\x16\x03\x03\x00\x04\x00\x00\x00\x00"sv;
    case tampering::inject_type: return "\x63\x03\x03\x00\x01x"sv;
    default: return "\x17\x03\x03\xff\xffx"sv;
    }
}

} // namespace

std::ostream& operator<<(std::ostream& output, tampering kind)
{
    return output << all_tampering.at(static_cast<std::size_t>(kind)).name;
}

std::vector<std::byte> record_proxy::pass(std::span<const std::byte> bytes)
{
    std::vector<std::byte> output;
    if (honest_) {
        append(output, bytes);
        return output;
    }
    append(pending_, bytes);
    while (pending_.size() >= header_size && pending_.size() >= header_size + body_size(pending_)) {
        const auto end =
            pending_.begin() + static_cast<std::ptrdiff_t>(header_size + body_size(pending_));
        record complete_record(pending_.begin(), end);
        pending_.erase(pending_.begin(), end);
        pass_record(std::move(complete_record), output);
    }
    return output;
}

void record_proxy::pass_record(record current, std::vector<std::byte>& output)
{
    if (seen_++ == target_) {
        type_ = current.front();
        tamper(std::move(current), output);
        return;
    }
    if (!stalled_) {
        append(output, current);
        append(output, std::exchange(held_, {}));
    }
}

void record_proxy::tamper(record current, std::vector<std::byte>& output)
{
    switch (kind_) {
    case tampering::drop: return;
    case tampering::stall: stalled_ = true; return;
    case tampering::swap: held_ = std::move(current); return;
    case tampering::duplicate: append(output, current); break;
    case tampering::truncate: cut_in_half(current); break;
    case tampering::shorten:
        cut_in_half(current);
        current[3] = static_cast<std::byte>((current.size() - header_size) >> 8U);
        current[4] = static_cast<std::byte>((current.size() - header_size) & 0xffU);
        break;
    case tampering::inject_close:
    case tampering::inject_alert:
    case tampering::inject_data:
    case tampering::inject_hello:
    case tampering::inject_type:
    case tampering::inject_length: append(output, std::as_bytes(std::span(injected(kind_)))); break;
    default: current[flipped_byte(kind_, current.size())] ^= std::byte{1};
    }
    append(output, current);
}

} // namespace coquest::test
