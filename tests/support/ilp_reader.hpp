// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The words of the line protocol: bytes, escaped texts, integers. ilp_decoder has the grammar.
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

    [[noreturn]] static void refuse(std::size_t where, const std::string& why)
    {
        throw ilp_refusal(where, why);
    }

    char peek() const
    {
        if (at_ == bytes_.size()) {
            refuse(at_, "the bytes end within a row");
        }
        return bytes_[at_];
    }
    char take()
    {
        const char c = peek();
        ++at_;
        return c;
    }
    bool took(char c)
    {
        if (peek() != c) {
            return false;
        }
        ++at_;
        return true;
    }
    void expect(char c, const char* what)
    {
        if (!took(c)) {
            refuse(at_, std::string("expected ") + what);
        }
    }
    std::string_view take_bytes(std::size_t n)
    {
        if (bytes_.size() - at_ < n) {
            refuse(bytes_.size(), "the bytes end within a binary field");
        }
        at_ += n;
        return bytes_.substr(at_ - n, n);
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

    /// Reads text up to a byte of @p ends, undoing escapes; each of @p escapes has a backslash.
    std::string text(std::string_view ends, std::string_view escapes)
    {
        const std::size_t begin = at_;
        std::string out;
        while (ends.find(peek()) == ends.npos) {
            char c = take();
            if (c == '\\') {
                c = take();
                if (escapes.find(c) == escapes.npos) {
                    refuse(at_ - 1, "a backslash before a byte that needs none");
                }
            } else if (escapes.find(c) != escapes.npos) {
                refuse(at_ - 1, "a byte without its backslash");
            }
            out += c;
        }
        if (utf8_prefix(out) != out.size()) {
            refuse(begin, "text that is not UTF-8");
        }
        return out;
    }
    std::string unquoted(std::string_view ends) { return text(ends, " ,=\n\r\\"); }

    /// Reads an integer that is written as short as it can be.
    std::int64_t integer()
    {
        const std::size_t begin = at_;
        took('-');
        const std::size_t digits = at_;
        while (peek() >= '0' && peek() <= '9') {
            ++at_;
        }
        const std::string_view text = bytes_.substr(begin, at_ - begin);
        if (bytes_[digits] == '0' && text != "0") {
            refuse(begin, "an integer with a leading zero");
        }
        std::int64_t out = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
        if (problem != std::errc() || end != text.data() + text.size()) {
            refuse(begin, "not a 64-bit integer");
        }
        return out;
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
};

} // namespace coquest::test
