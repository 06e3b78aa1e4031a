// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/allocation_counter.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <utility>

namespace {

std::atomic<std::size_t> count{0};
thread_local std::size_t spared = 0;
thread_local bool one_fails = false;

#if COQUEST_COUNTS_ALLOCATIONS

void* allocate(std::size_t size, std::size_t alignment)
{
    ++count;
    if (one_fails && spared-- == 0) {
        one_fails = false;
        throw std::bad_alloc();
    }
    const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
    void* const memory = alignment <= alignof(std::max_align_t)
                             ? std::malloc(size == 0 ? 1 : size)
                             : std::aligned_alloc(alignment, rounded);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

#endif

} // namespace

#if COQUEST_COUNTS_ALLOCATIONS

void* operator new(std::size_t size)
{
    return allocate(size, 1);
}
void* operator new[](std::size_t size)
{
    return allocate(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment)
{
    return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment)
{
    return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}

#endif

namespace coquest::test {

std::size_t allocations() noexcept
{
    return count;
}

void fail_allocation(std::size_t after) noexcept
{
    spared = after;
    one_fails = true;
}

std::optional<std::size_t> spare_allocations() noexcept
{
    const bool pending = std::exchange(one_fails, false);
    return pending ? std::optional(spared) : std::nullopt;
}

} // namespace coquest::test
