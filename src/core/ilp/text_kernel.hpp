// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The kernels for text of any length, one for each instruction set.
#pragma once

#include "core/ilp/processor.hpp"

#include <cstddef>

namespace coquest::inline v0::detail {

/// Where a text is written, which decides what is escaped (docs/protocol.md, Rows).
enum class context { unquoted, quoted };

#if defined(COQUEST_X86)
/// Writes a text of any length. Returns null if put_symbol or put_string has to refuse it.
template <context Where>
[[nodiscard]] char* put_text_v3(char* out, const char* in, std::size_t n) noexcept;
extern template char* put_text_v3<context::unquoted>(char*, const char*, std::size_t) noexcept;
extern template char* put_text_v3<context::quoted>(char*, const char*, std::size_t) noexcept;
#elif defined(COQUEST_NEON)
template <context Where>
[[nodiscard]] char* put_text_neon(char* out, const char* in, std::size_t n) noexcept;
extern template char* put_text_neon<context::unquoted>(char*, const char*, std::size_t) noexcept;
extern template char* put_text_neon<context::quoted>(char*, const char*, std::size_t) noexcept;
#endif

} // namespace coquest::inline v0::detail
