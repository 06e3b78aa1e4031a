// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The tokens of the line protocol: bytes, escaped texts, integers. ilp_decoder has the grammar.
#pragma once

#include "support/ilp_decoder.hpp"
#include "support/text_reference.hpp"

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

namespace coquest::test {

class ilp_reader {
protected:
    explicit ilp_reader(std::string_view bytes) : bytes_(bytes) {}

    [[noreturn]] static void refuse(std::size_t offset, const std::string& reason)
    {
        throw ilp_refusal(offset, reason);
    }

    char peek() const
    {
        if (position_ == bytes_.size()) {
            refuse(position_, "the bytes end within a row");
        }
        return bytes_[position_];
    }
    char take()
    {
        const char c = peek();
        ++position_;
        return c;
    }
    bool took(char c)
    {
        if (peek() != c) {
            return false;
        }
        ++position_;
        return true;
    }
    void expect(char c, const char* token)
    {
        if (!took(c)) {
            refuse(position_, std::string("expected ") + token);
        }
    }
    std::string_view take_bytes(std::size_t n)
    {
        if (bytes_.size() - position_ < n) {
            refuse(bytes_.size(), "the bytes end within a binary field");
        }
        position_ += n;
        return bytes_.substr(position_ - n, n);
    }
    /// Reads a little-endian integer or double.
    template <class T>
    T take_little()
    {
        static_assert(std::endian::native == std::endian::little);
        T value;
        std::memcpy(&value, take_bytes(sizeof value).data(), sizeof value);
        return value;
    }

    /// Reads text up to a byte of @p ends, and removes escapes. Each byte of @p escapes must have a
    /// backslash.
    std::string text(std::string_view ends, std::string_view escapes)
    {
        const std::size_t begin = position_;
        std::string result;
        while (ends.find(peek()) == ends.npos) {
            char c = take();
            if (c == '\\') {
                c = take();
                if (escapes.find(c) == escapes.npos) {
                    refuse(position_ - 1, "a backslash before a byte that needs none");
                }
            } else if (escapes.find(c) != escapes.npos) {
                refuse(position_ - 1, "a byte without its backslash");
            }
            result += c;
        }
        if (utf8_prefix(result) != result.size()) {
            refuse(begin, "text that is not UTF-8");
        }
        return result;
    }
    std::string unquoted(std::string_view ends) { return text(ends, " ,=\n\r\\"); }

    /// Reads an integer that is written in as few characters as possible.
    std::int64_t integer()
    {
        const std::size_t begin = position_;
        took('-');
        const std::size_t digits = position_;
        while (peek() >= '0' && peek() <= '9') {
            ++position_;
        }
        const std::string_view text = bytes_.substr(begin, position_ - begin);
        if (bytes_[digits] == '0' && text != "0") {
            refuse(begin, "an integer with a leading zero");
        }
        std::int64_t result = 0;
        const auto [end, parse_error] =
            std::from_chars(text.data(), text.data() + text.size(), result);
        if (parse_error != std::errc() || end != text.data() + text.size()) {
            refuse(begin, "not a 64-bit integer");
        }
        return result;
    }

    std::string_view bytes_;
    std::size_t position_ = 0;
};

} // namespace coquest::test
