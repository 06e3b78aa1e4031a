// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Record batches in the Arrow C Data Interface, put together by hand.
#pragma once

#include <coquest/arrow.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coquest::test {

using bytes = std::vector<std::uint8_t>;

/// Returns the bytes of some values.
template <class T>
bytes bytes_of(const std::vector<T>& values)
{
    bytes made(values.size() * sizeof(T));
    if (!made.empty()) {
        std::memcpy(made.data(), values.data(), made.size());
    }
    return made;
}

/// One array with its schema. Its address must not change once it has been used.
struct arrow_column {
    std::string format;
    std::string name;
    std::int64_t length = 0;
    std::int64_t offset = 0;
    std::deque<bytes> memory{}; // of the buffers; an empty one is null
    std::deque<arrow_column> children{};
    std::deque<arrow_column> dictionary{}; // one at most

    /// Puts both structures together; they may be changed before use.
    void make()
    {
        buffers.clear();
        for (const bytes& one : memory) {
            buffers.push_back(one.empty() ? nullptr : one.data());
        }
        schemas.clear();
        arrays.clear();
        for (arrow_column& child : children) {
            child.make();
            schemas.push_back(&child.schema);
            arrays.push_back(&child.array);
        }
        for (arrow_column& one : dictionary) {
            one.make();
        }
        const auto n = static_cast<std::int64_t>(children.size());
        const bool nulls = !memory.empty() && !memory.front().empty();
        schema = {format.c_str(),
                  name.c_str(),
                  nullptr,
                  ARROW_FLAG_NULLABLE,
                  n,
                  schemas.data(),
                  dictionary.empty() ? nullptr : &dictionary.front().schema,
                  [](ArrowSchema* self) { self->release = nullptr; },
                  nullptr};
        array = {length,
                 nulls ? -1 : 0,
                 offset,
                 static_cast<std::int64_t>(buffers.size()),
                 n,
                 buffers.data(),
                 arrays.data(),
                 dictionary.empty() ? nullptr : &dictionary.front().array,
                 [](ArrowArray* self) { self->release = nullptr; },
                 nullptr};
    }

    ArrowSchema schema{};
    ArrowArray array{};
    std::vector<const void*> buffers{};
    std::vector<ArrowSchema*> schemas{};
    std::vector<ArrowArray*> arrays{};
};

/// Makes a column of values of one width. @p valid: its bitmap; empty where all are there.
template <class T>
arrow_column arrow_values(std::string format, std::string name, const std::vector<T>& values,
                          bytes valid = {})
{
    return {std::move(format),
            std::move(name),
            static_cast<std::int64_t>(values.size()),
            0,
            {std::move(valid), bytes_of(values)},
            {},
            {}};
}

/// Makes a column of texts, utf8 or large_utf8 by @c Offset.
template <class Offset>
arrow_column arrow_texts(std::string name, const std::vector<std::string_view>& texts,
                         bytes valid = {})
{
    std::vector<Offset> offsets{0};
    std::string all;
    for (const std::string_view text : texts) {
        all += text;
        offsets.push_back(static_cast<Offset>(all.size()));
    }
    return {sizeof(Offset) == 4 ? "u" : "U",
            std::move(name),
            static_cast<std::int64_t>(texts.size()),
            0,
            {std::move(valid), bytes_of(offsets), bytes(all.begin(), all.end())},
            {},
            {}};
}

/// Makes a record batch of columns.
inline arrow_column arrow_struct(std::int64_t length, std::deque<arrow_column> columns)
{
    return {"+s", "", length, 0, {bytes()}, std::move(columns), {}};
}

} // namespace coquest::test
