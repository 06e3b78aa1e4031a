// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Encodes rows of a workload while an instruction counter watches. Two runs that differ by one pool
// of rows differ by the cost of those rows, because everything else is the same.

#include "support/encoders.hpp"

#include <coquest/buffer.hpp>
#include <coquest/protocol_version.hpp>

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t batch_rows = 10'000; // after which the buffer is cleared

/// Returns the 64-bit FNV-1a hash of @p rows.
std::uint64_t hash_of(const coquest::buffer& rows)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const std::string_view chunk : rows.chunks()) {
        for (const char c : chunk) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        }
    }
    return hash;
}

} // namespace

int main(int argc, char** argv)
{
    std::string workload;
    std::string client;
    int version = 0;
    std::size_t count = 0;
    bool hash = false;
    CLI::App app("Encodes rows of a workload into a buffer that is cleared every 10,000 rows.");
    app.add_option("--workload", workload, "which rows")
        ->required()
        ->check(CLI::IsMember(coquest::bench::workloads));
    app.add_option("--version", version, "version of the protocol")
        ->required()
        ->check(CLI::Range(1, 2));
    app.add_option("--client", client, "how columns are named")
        ->required()
        ->check(CLI::IsMember(coquest::bench::clients));
    auto* rows_option = app.add_option("--rows", count)->required();
    app.add_flag("--hash", hash, "print the FNV-1a hash of the rows, at most 10,000");
    CLI11_PARSE(app, argc, argv);
    if (hash && count > batch_rows) {
        return app.exit(CLI::ValidationError(rows_option->get_name(), "too many for --hash"));
    }

    coquest::buffer rows(version == 1 ? coquest::protocol_version::v1
                                      : coquest::protocol_version::v2);
    const auto encode = coquest::bench::make_encoder(workload, client);
    coquest::bench::for_each_batch(count, batch_rows, [&](coquest::bench::row_range batch) {
        rows.clear();
        encode(rows, batch);
    });
    if (hash) {
        std::printf("%016llx\n", static_cast<unsigned long long>(hash_of(rows)));
    }
}
