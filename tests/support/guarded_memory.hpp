// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Memory between two inaccessible pages: a read or write of one byte past its end stops the test,
// with or without a sanitizer.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <new>

namespace coquest::test {

class guarded_memory {
public:
    explicit guarded_memory(std::size_t capacity)
        : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))),
          usable_((capacity + page_ - 1) / page_ * page_)
    {
        void* const mapping =
            ::mmap(nullptr, page_ + usable_ + page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapping == MAP_FAILED) { // NOLINT(performance-no-int-to-ptr)
            throw std::bad_alloc();
        }
        begin_ = static_cast<char*>(mapping) + page_;
        if (::mprotect(begin_, usable_, PROT_READ | PROT_WRITE) != 0) {
            throw std::bad_alloc();
        }
    }
    guarded_memory(const guarded_memory&) = delete;
    guarded_memory& operator=(const guarded_memory&) = delete;
    ~guarded_memory() { ::munmap(begin_ - page_, page_ + usable_ + page_); }

    /// Returns the first of the @p size bytes before the inaccessible page.
    [[nodiscard]] char* last(std::size_t size) const noexcept { return begin_ + usable_ - size; }

private:
    std::size_t page_;
    std::size_t usable_;
    char* begin_ = nullptr;
};

} // namespace coquest::test
