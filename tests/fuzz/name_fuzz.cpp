// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Any bytes are checked and escaped, as a name and as a text, like the reference implementations do
// it, one byte at a time. Inputs and outputs have exactly the memory that the kernels require.

#include "support/name_reference.hpp"
#include "support/text_reference.hpp"

#include <coquest/detail/text.hpp>
#include <coquest/detail/utf8.hpp>
#include <coquest/name.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace coquest::test;
using coquest::detail::name_kind;
using coquest::detail::name_problem;
using coquest::detail::text_slack;

void require(bool is_equal)
{
    if (!is_equal) {
        std::abort();
    }
}

name_problem to_problem(name_fault::kind kind)
{
    switch (kind) {
    case name_fault::kind::empty: return name_problem::empty;
    case name_fault::kind::blank: return name_problem::outer_blank;
    case name_fault::kind::dot: return name_problem::misplaced_dot;
    case name_fault::kind::character: return name_problem::forbidden_character;
    case name_fault::kind::byte_order_mark: return name_problem::byte_order_mark;
    case name_fault::kind::utf8: break;
    }
    return name_problem::invalid_utf8;
}

using kernel = char* (*)(char*, std::string_view) noexcept;

/// Runs a kernel. AddressSanitizer guards the ends of @p text and of the output.
std::optional<std::string> written(kernel put, const std::vector<char>& text)
{
    std::vector<char> output(2 * text.size() + 2 + text_slack);
    const char* const end = put(output.data(), {text.data(), text.size()});
    if (end == nullptr) {
        return std::nullopt;
    }
    return std::string(output.data(), static_cast<std::size_t>(end - output.data()));
}

void check_name(std::string_view name, name_kind kind, const std::vector<char>& bytes)
{
    const auto found = coquest::detail::check_name(name, kind);
    if (const auto expected = find_name_fault(name, kind == name_kind::table)) {
        require(found.problem == to_problem(expected->what) &&
                found.position == expected->position);
        return;
    }
    require(found.problem == name_problem::none);
    require(found.escaped == (name.find_first_of(" =") != name.npos));
    require(written(coquest::detail::put_escaped_name, bytes) == escaped(name, " ="));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::vector<char> bytes(data, data + size);
    const std::string_view text(bytes.data(), size);
    require(coquest::detail::valid_utf8_prefix(text) == utf8_prefix(text));
    check_name(text, name_kind::table, bytes);
    check_name(text, name_kind::column, bytes);
    require(written(coquest::detail::put_symbol, bytes) == symbol_text(text));
    require(written(coquest::detail::put_string, bytes) == string_text(text));
    return 0;
}
