#include <coquest/sender.hpp>

#ifdef ASIO_NO_DEPRECATED
#error "coquest must not define ASIO_NO_DEPRECATED for a user's program"
#endif

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

asio::awaitable<void> ingest(const char* conf)
{
    auto sender = co_await coquest::sender_builder::from_conf(conf).build();
    co_await sender.table("package").symbol("side", "buy").column_f64("price", 0.5).at_now();
    co_await sender.close();
}

int main(int, char** argv)
{
    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(argv[1]), asio::use_future);
    context.run();
    done.get();
}
