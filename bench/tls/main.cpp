// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What TLS costs before the first row: making a backend, and shaking hands, in memory, with an
// OpenSSL server, whose own work and memory don't count. Times are the processor's.

#include "support/cert_lab.hpp"
#include "support/processor_time.hpp"
#include "support/tls_server.hpp"
#include "tls/tls_source.hpp"

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
#include <system_error>
#include <utility>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace coquest;

tls_options with(tls_ca ca)
{
    tls_options options;
    options.ca = ca;
    return options;
}

double heap_bytes()
{
    return static_cast<double>(mallinfo2().uordblks);
}

// For the first time in a process, with what the library does once.
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
            tls_diagnosis why;
            const auto start = bench::processor_time();
            const auto made = Backend::create(with(ca), why);
            spent = std::chrono::duration<double>(bench::processor_time() - start).count();
            const bool told = made && ::write(ends[1], &spent, sizeof spent) > 0;
            ::_exit(told ? 0 : 1);
        }
        ::close(ends[1]);
        const bool heard = ::read(ends[0], &spent, sizeof spent) == sizeof spent;
        ::close(ends[0]);
        ::waitpid(child, nullptr, 0);
        if (!heard) {
            state.SkipWithError("no backend");
            break;
        }
        state.SetIterationTime(spent);
    }
}

// The roots and everything else that all connections share; heap is what a backend keeps.
template <class Backend>
void make_backend(benchmark::State& state, tls_ca ca)
{
    tls_diagnosis why;
    std::shared_ptr<const Backend> made = Backend::create(with(ca), why); // initialises the library
    for (auto _ : state) {
        state.PauseTiming();
        made.reset();
        const double before = heap_bytes();
        state.ResumeTiming();
        made = Backend::create(with(ca), why);
        state.PauseTiming();
        state.counters["heap"] = heap_bytes() - before;
        state.ResumeTiming();
    }
    if (!made) {
        state.SkipWithError(why.text.c_str());
    }
}

// What build() spends on TLS where another sender of the process has equal options.
template <class Backend>
void share_backend(benchmark::State& state, tls_ca ca)
{
    tls_diagnosis why;
    const auto first = detail::tls_source::create(with(ca), &detail::make_tls<Backend>, why);
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            detail::tls_source::create(with(ca), &detail::make_tls<Backend>, why));
    }
}

// Counts the client's share, and what goes over the wire.
class counted_handshake {
public:
    template <class MakeClient>
    counted_handshake(test::tls_server& server, MakeClient make_client) : server_(server)
    {
        counted([&] { client_ = make_client(); });
    }

    /// Shakes hands, and reads what the server says then.
    void run(std::string_view said)
    {
        std::error_code ec;
        go_on([&] { return client_->handshake(ec); }, ec);
        handshake_bytes = bytes_;
        server_.feed({});
        server_.send(said);
        exchange();
        std::byte text[64];
        std::size_t n = 0;
        go_on([&] { return client_->read(text, n, ec); }, ec);
        good = !ec && n == said.size();
    }

    /// The client, which has nothing more to say to this server.
    std::unique_ptr<detail::any_tls_session> take() { return std::move(client_); }

    std::chrono::duration<double> spent{};
    std::size_t handshake_bytes = 0; // both ways, before tickets and data
    bool good = false;

private:
    template <class Step>
    void go_on(Step step, const std::error_code& ec)
    {
        tls_step next = tls_step::done;
        do {
            counted([&] { next = step(); });
            exchange();
        } while (next == tls_step::retry_after_input && !ec);
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
        const auto out = client_->output();
        bytes_ += out.size();
        if (!out.empty()) {
            server_.feed(out);
            client_->consume_output(out.size());
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
    tls_options options = with(tls_ca::pem_file);
    options.roots_pem = root.pem();
    tls_diagnosis why;
    const auto backend = detail::make_tls<Backend>(options, why);
    std::uint16_t port = 1;
    bool again = false;
    double spent = 0;
    const auto connect = [&] {
        const auto server = first.again();
        counted_handshake one(*server,
                              [&] { return backend->make_session("localhost", port, why); });
        one.run("hello");
        if (!one.good || server->resumed() != (resume && std::exchange(again, true))) {
            state.SkipWithError("the handshake went otherwise");
        }
        server->close(); // or it would forget the session
        port = resume ? port : static_cast<std::uint16_t>(port + 1);
        state.counters["wire"] = static_cast<double>(one.handshake_bytes);
        spent = one.spent.count();
        return one.take();
    };
    for (auto _ : state) {
        connect();
        state.SetIterationTime(spent);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
    // By many, for the allocator counts what it keeps at hand as given away.
    std::array<std::unique_ptr<detail::any_tls_session>, 200> kept;
    const double before = heap_bytes();
    for (auto& one : kept) {
        one = connect();
    }
    state.counters["heap"] = (heap_bytes() - before) / static_cast<double>(kept.size());
}

constexpr std::array root_stores{std::pair{tls_ca::webpki_roots, "webpki_roots"},
                                 std::pair{tls_ca::os_roots, "os_roots"},
                                 std::pair{tls_ca::webpki_and_os_roots, "webpki_and_os_roots"}};

// To be run before anything else.
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
