// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/x509/pem_blocks.hpp"

#include "core/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t usual_dashes = 5;
constexpr std::size_t longest_label = 64;
constexpr std::size_t least_bare_base64 = 40;
constexpr auto npos = std::string_view::npos;

bool is_line_end(char c) noexcept
{
    return c == '\n' || c == '\r';
}

bool is_base64(char c) noexcept
{
    return is_alnum(c) || c == '+' || c == '/';
}

bool is_comment(std::string_view line) noexcept
{
    const std::size_t first = line.find_first_not_of(" \t\xef\xbb\xbf"); // a byte order mark
    return first != npos && line[first] == '#';
}

bool has_words(std::string_view text) noexcept
{
    return std::ranges::any_of(text, is_alnum);
}

std::string to_upper_case(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    });
    return out;
}

// Some kinds of blocks have several labels.
bool is_same_label(std::string_view a, std::string_view b) noexcept
{
    const auto kind = [](std::string_view label) {
        return label == "X509 CERTIFICATE" || label == "X.509 CERTIFICATE" ? "CERTIFICATE" : label;
    };
    return kind(a) == kind(b);
}

struct marker {
    bool opens = false;
    std::string label;
    std::size_t at = 0;
    std::size_t end = 0;
    bool in_prose = false; // words precede it on its line
};

class splitter {
public:
    explicit splitter(std::string_view text) noexcept : text_(text) {}

    std::vector<pem_block> run()
    {
        std::size_t outside = 0; // the start of the text after the last block
        for (std::optional<marker> current = next(); current;) {
            check_outside(outside, current->at);
            std::optional<marker> following = next();
            if (current->in_prose && (!current->opens || !is_before_base64(current->end))) {
                outside = current->end; // prose about PEM
            } else if (!current->opens) {
                add(pem_block::state::stray_end, std::move(*current), {});
                outside = current->end;
            } else {
                const bool closed = following && !following->opens &&
                                    is_same_label(following->label, current->label);
                const std::size_t end = following ? following->at : text_.size();
                const std::size_t begin = current->end;
                add(closed ? pem_block::state::whole : pem_block::state::cut_off,
                    std::move(*current), text_.substr(begin, end - begin));
                outside = closed ? following->end : end;
                if (closed) {
                    following = next();
                }
            }
            current = std::move(following);
        }
        check_outside(outside, text_.size());
        return std::move(found_);
    }

private:
    // Finds the next BEGIN or END outside comments.
    std::optional<marker> next()
    {
        for (std::size_t at = text_.find("--", search_from_); at != npos;
             at = text_.find("--", at)) {
            marker candidate;
            candidate.at = at;
            at = std::min(text_.find_first_not_of('-', at), text_.size());
            if (!read(at, candidate)) {
                continue;
            }
            const std::string_view before = line_before(candidate.at);
            if (is_comment(before)) {
                continue;
            }
            const std::size_t line_start = static_cast<std::size_t>(before.data() - text_.data());
            // The previous marker does not count as words.
            const std::size_t skipped =
                std::min(before.size(), std::max(search_from_, line_start) - line_start);
            candidate.in_prose = has_words(before.substr(skipped));
            search_from_ = candidate.end;
            return candidate;
        }
        search_from_ = text_.size();
        return std::nullopt;
    }

    // Reads the marker after its leading dashes.
    bool read(std::size_t i, marker& out) const
    {
        const auto skip_blanks = [&] {
            while (i < text_.size() && (text_[i] == ' ' || text_[i] == '\t')) {
                ++i;
            }
        };
        skip_blanks();
        out.opens = iequals(text_.substr(i, 5), "begin");
        if (!out.opens && !iequals(text_.substr(i, 3), "end")) {
            return false;
        }
        i += out.opens ? 5 : 3;
        const std::size_t space = i;
        skip_blanks();
        const std::string_view label = text_.substr(i, longest_label + 2);
        const std::size_t length = label.find("--");
        if (i == space || length == npos || label.substr(0, length).find_first_of("\r\n") != npos) {
            return false;
        }
        out.label = to_upper_case(trim(label.substr(0, length)));
        i += length;
        out.end = std::min(text_.find_first_not_of('-', i), text_.size());
        const std::string_view following = trim(text_.substr(out.end, longest_label));
        if (out.end - i > usual_dashes && // some belong to the next marker
            (iequals(following.substr(0, 5), "begin") || iequals(following.substr(0, 3), "end"))) {
            out.end = std::min(i + usual_dashes, out.end - 2);
        }
        return !out.label.empty();
    }

    // Returns the start of the line, up to @p at. The positions of successive calls must increase.
    std::string_view line_before(std::size_t at) noexcept
    {
        for (; searched_ < at; ++searched_) {
            if (is_line_end(text_[searched_])) {
                line_start_ = searched_ + 1;
            }
        }
        return text_.substr(line_start_, at - line_start_);
    }

    [[nodiscard]] bool is_before_base64(std::size_t at) const noexcept
    {
        while (at < text_.size() && !is_base64(text_[at]) && text_[at] != '-') {
            ++at;
        }
        return text_.substr(at, 2) == "MI" || text_.substr(at, 3) == "nMI"; // DER's first byte
    }

    void add(pem_block::state kind, marker source, std::string_view content)
    {
        found_.push_back({kind, std::move(source.label), content, source.at});
    }

    void check_outside(std::size_t begin, std::size_t end)
    {
        if (const std::size_t nul = text_.substr(begin, end - begin).find('\0'); nul != npos) {
            found_.push_back({pem_block::state::nul, {}, {}, begin + nul});
        }
        const std::string_view searched_text = text_.substr(0, end);
        while (begin < end) {
            const std::size_t stop = std::min(searched_text.find_first_of("\r\n", begin), end);
            check_line(text_.substr(begin, stop - begin), begin);
            begin = stop + 1;
        }
    }

    void check_line(std::string_view line, std::size_t at)
    {
        const auto first = std::ranges::find_if(line, is_alnum);
        if (first == line.end() || is_comment(line)) {
            return;
        }
        const auto last = std::find_if(line.rbegin(), line.rend(), is_alnum).base();
        const std::string_view words(&*first, static_cast<std::size_t>(last - first));
        if (words.size() <= longest_label) {
            std::string upper = to_upper_case(words);
            const std::size_t space = upper.find(' ');
            const std::string_view verb = std::string_view(upper).substr(0, space);
            if (space != npos && (verb == "BEGIN" || verb == "END")) {
                found_.push_back({pem_block::state::odd_marker,
                                  std::string(trim(std::string_view(upper).substr(space))),
                                  {},
                                  at});
            }
        }
        check_base64(line, at);
    }

    void check_base64(std::string_view line, std::size_t at)
    {
        for (std::size_t i = 0; i < line.size(); ++i) {
            const std::size_t begin = i;
            while (i < line.size() && is_base64(line[i])) {
                ++i;
            }
            const std::string_view run = line.substr(begin, i - begin);
            if (run.size() >= least_bare_base64 && run.substr(0, 3).find("MI") != npos) {
                found_.push_back({pem_block::state::bare_base64, {}, {}, at + begin});
                return;
            }
        }
    }

    std::string_view text_;
    std::vector<pem_block> found_;
    std::size_t search_from_ = 0; // where the search for markers continues
    std::size_t line_start_ = 0;  // of the last line that line_before() found
    std::size_t searched_ = 0;    // how far line_before() has searched for line ends
};

} // namespace

std::vector<pem_block> split_pem(std::string_view text)
{
    return splitter(text).run();
}

std::size_t line_of(std::string_view text, std::size_t offset) noexcept
{
    std::size_t line = 1;
    for (std::size_t i = 0; i < std::min(offset, text.size()); ++i) {
        const bool in_crlf = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
        line += is_line_end(text[i]) && !in_crlf ? 1 : 0;
    }
    return line;
}

} // namespace coquest::inline v0::detail
