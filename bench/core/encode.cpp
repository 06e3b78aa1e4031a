// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Time to encode a batch of rows, for each workload, version and client.

#include "support/encoders.hpp"

#include <coquest/buffer.hpp>
#include <coquest/protocol_version.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace coquest::bench {
namespace {

constexpr std::size_t batch_rows = 10'000;

void encode_batch(benchmark::State& state, const std::string& workload, protocol_version version,
                  const std::string& client)
{
    const encoder encode = make_encoder(workload, client);
    buffer rows(version);
    for (auto _ : state) {
        rows.clear();
        encode(rows, {0, batch_rows});
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch_rows));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(rows.size()));
}

void register_all()
{
    for (const std::string& workload : workloads) {
        for (const int version : {1, 2}) {
            for (const std::string& client : clients) {
                const std::string name =
                    "encode/" + workload + "/v" + std::to_string(version) + "/" + client;
                benchmark::RegisterBenchmark(
                    name.c_str(), encode_batch, workload,
                    version == 1 ? protocol_version::v1 : protocol_version::v2, client);
            }
        }
    }
}

} // namespace
} // namespace coquest::bench

int main(int argc, char** argv)
{
    coquest::bench::register_all();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
