// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Theory of operation. The checker reads tokens. It keeps what may come next, and one bit for each
// open container, which tells objects from arrays. The other functions rely on a well-formed text:
// they skip values by counting brackets outside strings.

#include "core/http/json.hpp"

#include "core/text/ascii.hpp"

#include <charconv>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t skip_blanks(std::string_view text, std::size_t i) noexcept
{
    while (i < text.size() &&
           (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r')) {
        ++i;
    }
    return i;
}

class checker {
public:
    explicit checker(std::string_view text) noexcept : text_(text) {}

    bool run() noexcept
    {
        for (;;) {
            position_ = skip_blanks(text_, position_);
            if (position_ == text_.size()) {
                return next_ == next::end;
            }
            if (!token()) {
                return false;
            }
        }
    }

private:
    enum class next : std::uint8_t {
        value,
        value_or_close,
        key,
        key_or_close,
        colon,
        separator,
        end
    };

    bool token() noexcept
    {
        const char c = text_[position_];
        switch (next_) {
        case next::value_or_close:
            if (c == ']') {
                return close();
            }
            [[fallthrough]];
        case next::value: return value(c);
        case next::key_or_close:
            if (c == '}') {
                return close();
            }
            [[fallthrough]];
        case next::key: next_ = next::colon; return string();
        case next::colon: next_ = next::value; return literal(":");
        case next::separator:
            if (c == (in_object() ? '}' : ']')) {
                return close();
            }
            next_ = in_object() ? next::key : next::value;
            return literal(",");
        case next::end: break;
        }
        return false;
    }

    bool value(char c) noexcept
    {
        if (c == '{' || c == '[') {
            return open(c == '{');
        }
        next_ = depth_ == 0 ? next::end : next::separator;
        switch (c) {
        case '"': return string();
        case 't': return literal("true");
        case 'f': return literal("false");
        case 'n': return literal("null");
        default: return number();
        }
    }

    bool open(bool object) noexcept
    {
        if (depth_ == json_value::max_depth) {
            return false;
        }
        objects_ = objects_ << 1 | (object ? 1U : 0U);
        ++depth_;
        ++position_;
        next_ = object ? next::key_or_close : next::value_or_close;
        return true;
    }

    bool close() noexcept
    {
        objects_ >>= 1;
        --depth_;
        ++position_;
        next_ = depth_ == 0 ? next::end : next::separator;
        return true;
    }

    bool in_object() const noexcept { return (objects_ & 1) != 0; }

    bool literal(std::string_view word) noexcept
    {
        const bool found = text_.substr(position_).starts_with(word);
        position_ += word.size();
        return found;
    }

    bool digits() noexcept
    {
        const std::size_t begin = position_;
        while (position_ < text_.size() && is_digit(text_[position_])) {
            ++position_;
        }
        return position_ > begin;
    }

    bool take(std::string_view any_of) noexcept
    {
        const bool found = position_ < text_.size() && any_of.find(text_[position_]) != any_of.npos;
        position_ += found ? 1 : 0;
        return found;
    }

    bool number() noexcept
    {
        take("-");
        if (!take("0") && !digits()) {
            return false;
        }
        if (take(".") && !digits()) {
            return false;
        }
        if (take("eE")) {
            take("+-");
            return digits();
        }
        return true;
    }

    bool string() noexcept
    {
        if (!take("\"")) {
            return false;
        }
        while (position_ < text_.size() && static_cast<unsigned char>(text_[position_]) >= 0x20) {
            const char c = text_[position_++];
            if (c == '"') {
                return true;
            }
            if (c == '\\' && !escape()) {
                return false;
            }
        }
        return false;
    }

    bool escape() noexcept
    {
        if (take("\"\\/bfnrt")) {
            return true;
        }
        if (!take("u")) {
            return false;
        }
        for (int i = 0; i < 4; ++i) {
            if (position_ == text_.size() || hex_value(text_[position_]) < 0) {
                return false;
            }
            ++position_;
        }
        return true;
    }

    std::string_view text_;
    std::size_t position_ = 0;
    next next_ = next::value;
    std::uint64_t objects_ = 0; // a bit for each open container, lowest the innermost; 1: object
    std::size_t depth_ = 0;
    static_assert(json_value::max_depth <= 64);
};

/// Returns the position after the value that begins at @p i in a checked text.
std::size_t skip_value(std::string_view text, std::size_t i) noexcept
{
    std::size_t depth = 0;
    do {
        const char c = text[i++];
        if (c == '"') {
            while (text[i] != '"') {
                i += text[i] == '\\' ? 2 : 1;
            }
            ++i;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            --depth;
        } else if (depth == 0) { // number, true, false, null
            while (i < text.size() &&
                   (is_alnum(text[i]) || text[i] == '.' || text[i] == '-' || text[i] == '+')) {
                ++i;
            }
        }
    } while (depth > 0);
    return i;
}

void append_utf8(std::string& out, std::uint32_t c)
{
    const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
    if (c < 0x80) {
        byte(c);
    } else if (c < 0x800) {
        byte(0xc0 | c >> 6);
        byte(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        byte(0xe0 | c >> 12);
        byte(0x80 | (c >> 6 & 0x3f));
        byte(0x80 | (c & 0x3f));
    } else {
        byte(0xf0 | c >> 18);
        byte(0x80 | (c >> 12 & 0x3f));
        byte(0x80 | (c >> 6 & 0x3f));
        byte(0x80 | (c & 0x3f));
    }
}

std::uint32_t four_hex_digits(std::string_view digits) noexcept
{
    std::uint32_t value = 0;
    for (const char c : digits.substr(0, 4)) {
        value = value << 4 | static_cast<std::uint32_t>(hex_value(c));
    }
    return value;
}

/// Removes XXXX, or XXXX\uXXXX if that is a surrogate pair, from the beginning of @p text and
/// returns the character. Lone surrogates become U+FFFD.
std::uint32_t unicode_escape(std::string_view& text) noexcept
{
    const std::uint32_t first = four_hex_digits(text);
    text.remove_prefix(4);
    if (first < 0xd800 || first > 0xdfff) {
        return first;
    }
    if (first < 0xdc00 && text.starts_with("\\u")) {
        const std::uint32_t second = four_hex_digits(text.substr(2));
        if (second >= 0xdc00 && second <= 0xdfff) {
            text.remove_prefix(6);
            return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        }
    }
    return 0xfffd;
}

std::string decode(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c != '\\') {
            out += c;
            continue;
        }
        const char escaped = text.front();
        text.remove_prefix(1);
        switch (escaped) {
        case 'b': out += '\b'; break;
        case 'f': out += '\f'; break;
        case 'n': out += '\n'; break;
        case 'r': out += '\r'; break;
        case 't': out += '\t'; break;
        case 'u': append_utf8(out, unicode_escape(text)); break;
        default: out += escaped; break; // quote, backslash, slash
        }
    }
    return out;
}

} // namespace

std::optional<json_value> json_value::parse(std::string_view text) noexcept
{
    if (!checker(text).run()) {
        return std::nullopt;
    }
    const std::size_t begin = skip_blanks(text, 0);
    return json_value(text.substr(begin, skip_value(text, begin) - begin));
}

json_value json_value::member(std::string_view name) const
{
    if (!is_object()) {
        return {};
    }
    std::size_t i = skip_blanks(raw_, 1);
    while (raw_[i] != '}') {
        const std::size_t key_end = skip_value(raw_, i);
        const json_value key(raw_.substr(i, key_end - i));
        i = skip_blanks(raw_, skip_blanks(raw_, key_end) + 1); // past the colon
        const std::size_t end = skip_value(raw_, i);
        if (key.string() == name) {
            return json_value(raw_.substr(i, end - i));
        }
        i = skip_blanks(raw_, end);
        i = raw_[i] == ',' ? skip_blanks(raw_, i + 1) : i;
    }
    return {};
}

std::vector<json_value> json_value::elements(std::size_t limit) const
{
    std::vector<json_value> found;
    if (!is_array()) {
        return found;
    }
    std::size_t i = skip_blanks(raw_, 1);
    while (raw_[i] != ']' && found.size() < limit) {
        const std::size_t end = skip_value(raw_, i);
        found.push_back(json_value(raw_.substr(i, end - i)));
        i = skip_blanks(raw_, end);
        i = raw_[i] == ',' ? skip_blanks(raw_, i + 1) : i;
    }
    return found;
}

std::optional<std::string> json_value::string() const
{
    if (!raw_.starts_with('"')) {
        return std::nullopt;
    }
    return decode(raw_.substr(1, raw_.size() - 2));
}

std::optional<std::int64_t> json_value::integer() const noexcept
{
    std::int64_t value = 0;
    const char* const begin = raw_.data();
    const char* const end = begin + raw_.size();
    const auto parsed = std::from_chars(begin, end, value);
    if (raw_.empty() || parsed.ec != std::errc() || parsed.ptr != end) {
        return std::nullopt;
    }
    return value;
}

} // namespace coquest::inline v0::detail
