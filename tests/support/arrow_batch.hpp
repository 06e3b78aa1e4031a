// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Record batches in the Arrow C Data Interface, built by hand.
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

/// Returns the bytes of @p values.
template <class T>
bytes bytes_of(const std::vector<T>& values)
{
    bytes result(values.size() * sizeof(T));
    if (!result.empty()) {
        std::memcpy(result.data(), values.data(), result.size());
    }
    return result;
}

/// One array with its schema. It must not be moved after it has been used.
struct arrow_column {
    std::string format;
    std::string name;
    std::int64_t length = 0;
    std::int64_t offset = 0;
    std::deque<bytes> memory{}; // the buffers; an empty one is passed as null
    std::deque<arrow_column> children{};
    std::deque<arrow_column> dictionary{}; // at most one element

    /// Fills in both structures; a test may change them before it uses them.
    void make()
    {
        buffers.clear();
        for (const bytes& buffer : memory) {
            buffers.push_back(buffer.empty() ? nullptr : buffer.data());
        }
        schemas.clear();
        arrays.clear();
        for (arrow_column& child : children) {
            child.make();
            schemas.push_back(&child.schema);
            arrays.push_back(&child.array);
        }
        for (arrow_column& entry : dictionary) {
            entry.make();
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

/// Makes a column of fixed-width values. @p valid is its validity bitmap; empty if no value is
/// null.
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

/// Makes a utf8_view column. Long texts alternate between two buffers.
inline arrow_column arrow_text_views(std::string name, const std::vector<std::string_view>& texts,
                                     bytes valid = {})
{
    bytes views;
    bytes data[2];
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string_view text = texts[i];
        bytes view = bytes_of<std::int32_t>({static_cast<std::int32_t>(text.size())});
        if (text.size() <= 12) {
            view.insert(view.end(), text.begin(), text.end());
        } else {
            bytes& output = data[i % 2];
            view.insert(view.end(), text.begin(), text.begin() + 4);
            const bytes place = bytes_of<std::int32_t>(
                {static_cast<std::int32_t>(i % 2), static_cast<std::int32_t>(output.size())});
            view.insert(view.end(), place.begin(), place.end());
            output.insert(output.end(), text.begin(), text.end());
        }
        view.resize(16);
        views.insert(views.end(), view.begin(), view.end());
    }
    const auto sizes = bytes_of<std::int64_t>(
        {static_cast<std::int64_t>(data[0].size()), static_cast<std::int64_t>(data[1].size())});
    return {"vu",
            std::move(name),
            static_cast<std::int64_t>(texts.size()),
            0,
            {std::move(valid), std::move(views), data[0], data[1], sizes},
            {},
            {}};
}

/// Makes a utf8 or large_utf8 column, depending on @c Offset.
template <class Offset>
arrow_column arrow_texts(std::string name, const std::vector<std::string_view>& texts,
                         bytes valid = {})
{
    std::vector<Offset> offsets{0};
    std::string joined;
    for (const std::string_view text : texts) {
        joined += text;
        offsets.push_back(static_cast<Offset>(joined.size()));
    }
    return {sizeof(Offset) == 4 ? "u" : "U",
            std::move(name),
            static_cast<std::int64_t>(texts.size()),
            0,
            {std::move(valid), bytes_of(offsets), bytes(joined.begin(), joined.end())},
            {},
            {}};
}

/// Makes a record batch from columns.
inline arrow_column arrow_struct(std::int64_t length, std::deque<arrow_column> columns)
{
    return {"+s", "", length, 0, {bytes()}, std::move(columns), {}};
}

} // namespace coquest::test
