// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Any bytes as a name and as a text are judged and escaped as the references do it, one byte at a
// time. Texts and what is written have memory of just the size that the kernels are promised.

#include "support/name_reference.hpp"
#include "support/text_reference.hpp"

#include <coquest/detail/text.hpp>
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

void require(bool agreed)
{
    if (!agreed) {
        std::abort();
    }
}

name_problem to_problem(name_fault::kind what)
{
    switch (what) {
    case name_fault::kind::empty: return name_problem::empty;
    case name_fault::kind::dot: return name_problem::misplaced_dot;
    case name_fault::kind::character: return name_problem::forbidden_character;
    case name_fault::kind::byte_order_mark: return name_problem::byte_order_mark;
    case name_fault::kind::utf8: break;
    }
    return name_problem::invalid_utf8;
}

using kernel = char* (*)(char*, std::string_view) noexcept;

/// Runs a kernel; AddressSanitizer watches over the ends of @p text and of what it writes to.
std::optional<std::string> written(kernel put, const std::vector<char>& text)
{
    std::vector<char> out(2 * text.size() + 2 + text_slack);
    const char* const end = put(out.data(), {text.data(), text.size()});
    if (end == nullptr) {
        return std::nullopt;
    }
    return std::string(out.data(), static_cast<std::size_t>(end - out.data()));
}

void check_name(std::string_view name, name_kind kind, const std::vector<char>& bytes)
{
    const auto found = coquest::detail::check_name(name, kind);
    if (const auto fault = find_name_fault(name, kind == name_kind::table)) {
        require(found.problem == to_problem(fault->what) && found.position == fault->position);
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
