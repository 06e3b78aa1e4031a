// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The cost of TLS before the first row: making a backend, and handshakes in memory with an OpenSSL
// server, whose own work and memory do not count. All times are processor time.

#include "support/cert_lab.hpp"
#include "support/processor_time.hpp"
#include "support/tls_server.hpp"
#include "tls/session/tls_source.hpp"

#include <coquest/openssl.hpp>
#include <coquest/wolfssl.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace coquest;

tls_options options_for(tls_ca ca)
{
    tls_options options;
    options.ca = ca;
    return options;
}

double heap_bytes()
{
    return static_cast<double>(mallinfo2().uordblks);
}

// The first backend of a process, including what the library does once.
template <class Backend>
void make_first_backend(benchmark::State& state, tls_ca ca)
{
    for (auto _ : state) {
        double spent = -1;
        int ends[2];
        if (::pipe(ends) != 0) {
            state.SkipWithError("no pipe");
            break;
        }
        const pid_t child = ::fork();
        if (child == 0) {
            tls_diagnosis diagnosis;
            const auto start = bench::processor_time();
            const auto backend = Backend::create(options_for(ca), diagnosis);
            spent = std::chrono::duration<double>(bench::processor_time() - start).count();
            const bool was_written = backend && ::write(ends[1], &spent, sizeof spent) > 0;
            ::_exit(was_written ? 0 : 1);
        }
        ::close(ends[1]);
        const bool was_read = ::read(ends[0], &spent, sizeof spent) == sizeof spent;
        ::close(ends[0]);
        ::waitpid(child, nullptr, 0);
        if (!was_read) {
            state.SkipWithError("no backend");
            break;
        }
        state.SetIterationTime(spent);
    }
}

// Makes the roots and everything else that all connections share. "heap" is the memory that a
// backend keeps.
template <class Backend>
void make_backend(benchmark::State& state, tls_ca ca)
{
    tls_diagnosis diagnosis;
    std::shared_ptr<const Backend> backend =
        Backend::create(options_for(ca), diagnosis); // the first one initialises the library
    for (auto _ : state) {
        state.PauseTiming();
        backend.reset();
        const double before = heap_bytes();
        state.ResumeTiming();
        backend = Backend::create(options_for(ca), diagnosis);
        state.PauseTiming();
        state.counters["heap"] = heap_bytes() - before;
        state.ResumeTiming();
    }
    if (!backend) {
        state.SkipWithError(diagnosis.text.c_str());
    }
}

// The cost of TLS in build() if another sender of the process has equal options.
template <class Backend>
void share_backend(benchmark::State& state, tls_ca ca)
{
    tls_diagnosis diagnosis;
    const auto first =
        detail::tls_source::create(options_for(ca), &detail::make_tls<Backend>, diagnosis);
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            detail::tls_source::create(options_for(ca), &detail::make_tls<Backend>, diagnosis));
    }
}

// Counts the client's share of the time, and the bytes on the wire.
class counted_handshake {
public:
    template <class MakeClient>
    counted_handshake(test::tls_server& server, MakeClient make_client) : server_(server)
    {
        counted([&] { client_ = make_client(); });
    }

    /// Completes the handshake, and reads what the server sends then.
    void run(std::string_view greeting)
    {
        tls_diagnosis ignored;
        proceed([&] { return client_->handshake(ignored); });
        handshake_bytes = bytes_;
        server_.feed({});
        server_.send(greeting);
        exchange();
        std::byte text[64];
        std::size_t n = 0;
        proceed([&] { return client_->read(text, n, ignored); });
        good = n == greeting.size();
    }

    /// Returns the client, which sends nothing more to this server.
    std::unique_ptr<detail::any_tls_session> take() { return std::move(client_); }

    std::chrono::duration<double> spent{};
    std::size_t handshake_bytes = 0; // in both directions, before tickets and data
    bool good = false;

private:
    template <class Step>
    void proceed(Step step)
    {
        tls_step next = tls_step::done;
        do {
            counted([&] { next = step(); });
            exchange();
        } while (next == tls_step::retry_after_input);
    }
    template <class Work>
    void counted(Work work)
    {
        const auto start = bench::processor_time();
        work();
        spent += bench::processor_time() - start;
    }
    void exchange()
    {
        const auto output = client_->output();
        bytes_ += output.size();
        if (!output.empty()) {
            server_.feed(output);
            client_->consume_output(output.size());
        }
        bytes_ += server_.wire.size();
        counted([this] {
            for (std::size_t taken = 0; taken < server_.wire.size();) {
                taken += client_->put_input(std::span(server_.wire).subspan(taken));
            }
        });
        server_.wire.clear();
    }

    test::tls_server& server_;
    std::unique_ptr<detail::any_tls_session> client_;
    std::size_t bytes_ = 0;
};

template <class Backend>
void handshake(benchmark::State& state, test::tls_version version, bool resume)
{
    const test::identity root = test::self_signed(test::ca_spec("a CA"));
    test::server_behaviour spec;
    spec.certificate = test::issue(test::server_spec(), root);
    spec.min = spec.max = version;
    const test::tls_server first(spec);
    tls_options options = options_for(tls_ca::pem_file);
    options.roots_pem = root.pem();
    tls_diagnosis diagnosis;
    const auto backend = detail::make_tls<Backend>(options, diagnosis);
    std::uint16_t port = 1;
    bool has_session = false;
    double spent = 0;
    const auto connect = [&] {
        const auto server = first.again();
        counted_handshake attempt(
            *server, [&] { return backend->make_session("localhost", port, diagnosis); });
        attempt.run("hello");
        if (!attempt.good || server->resumed() != (resume && std::exchange(has_session, true))) {
            state.SkipWithError("the session was not resumed as expected");
        }
        server->close(); // otherwise it would drop the session
        port = resume ? port : static_cast<std::uint16_t>(port + 1);
        state.counters["wire"] = static_cast<double>(attempt.handshake_bytes);
        spent = attempt.spent.count();
        return attempt.take();
    };
    for (auto _ : state) {
        connect();
        state.SetIterationTime(spent);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
    // Measures many sessions, because the allocator counts memory that it caches as allocated.
    std::array<std::unique_ptr<detail::any_tls_session>, 200> kept;
    const double before = heap_bytes();
    for (auto& session : kept) {
        session = connect();
    }
    state.counters["heap"] = (heap_bytes() - before) / static_cast<double>(kept.size());
}

constexpr std::array root_stores{std::pair{tls_ca::webpki_roots, "webpki_roots"},
                                 std::pair{tls_ca::os_roots, "os_roots"},
                                 std::pair{tls_ca::webpki_and_os_roots, "webpki_and_os_roots"}};

// Must run before everything else.
template <class Backend>
void add_first(const std::string& name)
{
    for (const auto& [ca, text] : root_stores) {
        benchmark::RegisterBenchmark((name + "/first/" + text).c_str(), make_first_backend<Backend>,
                                     ca)
            ->UseManualTime()
            ->Unit(benchmark::kMicrosecond);
    }
}

template <class Backend>
void add(const std::string& name)
{
    for (const auto& [ca, text] : root_stores) {
        benchmark::RegisterBenchmark((name + "/make/" + text).c_str(), make_backend<Backend>, ca)
            ->Unit(benchmark::kMicrosecond);
        benchmark::RegisterBenchmark((name + "/share/" + text).c_str(), share_backend<Backend>, ca)
            ->Unit(benchmark::kMicrosecond);
    }
    for (const auto& [version, text] : {std::pair{test::tls_version::tls1_2, "1.2"},
                                        std::pair{test::tls_version::tls1_3, "1.3"}}) {
        for (const bool resume : {false, true}) {
            benchmark::RegisterBenchmark(
                (name + "/handshake/" + text + (resume ? "/resumed" : "/full")).c_str(),
                handshake<Backend>, version, resume)
                ->UseManualTime()
                ->Unit(benchmark::kMicrosecond);
        }
    }
}

} // namespace

int main(int argc, char** argv)
{
#ifdef COQUEST_HAS_WOLFSSL
    add_first<wolfssl_backend>("wolfssl");
#endif
#ifdef COQUEST_HAS_OPENSSL
    add_first<openssl_backend>("openssl");
#endif
#ifdef COQUEST_HAS_WOLFSSL
    add<wolfssl_backend>("wolfssl");
#endif
#ifdef COQUEST_HAS_OPENSSL
    add<openssl_backend>("openssl");
#endif
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
}
