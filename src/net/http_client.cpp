// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/http_client.hpp"

#include "core/server_error.hpp"
#include "net/error_text.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace coquest::net {
namespace {

constexpr std::size_t input_size = 4 * 1024; // an answer is some hundred bytes
// So soon after an answer, a connection is used again without a look, which is a system call: what
// the look would have found, the one more try mends.
constexpr std::chrono::milliseconds just_answered(10);

} // namespace

http_client::http_client(const asio::any_io_executor& executor,
                         std::shared_ptr<const config> options,
                         std::shared_ptr<const detail::any_tls_backend> tls,
                         std::shared_ptr<detail::address_list> addresses)
    : config_(std::move(options)), tls_(std::move(tls)),
      addresses_(addresses ? std::move(addresses)
                           : std::make_shared<detail::address_list>(config_->addresses)),
      stream_(executor, config_->max_buf_size), input_(input_size)
{
    head_.emplace(*config_, address());
}

asio::awaitable<fault> http_client::send(const detail::segment_chain& rows, bool resend_if_unsure)
{
    tried_.clear();
    whole_ = false;
    fault problem;
    try {
        problem = co_await deliver(rows, resend_if_unsure);
    } catch (const std::system_error& e) {
        if (e.code() != asio::error::operation_aborted) {
            throw;
        }
        problem = cancelled();
    }
    name_tried(problem);
    co_return problem;
}

asio::awaitable<fault> http_client::settings(detail::server_settings& out)
{
    tried_.clear();
    whole_ = false;
    fault problem;
    try {
        problem = co_await ask_all(out);
    } catch (const std::system_error& e) {
        if (e.code() != asio::error::operation_aborted) {
            throw;
        }
        problem = cancelled();
    }
    problem.info.state = delivery::not_sent; // no row was
    name_tried(problem);
    co_return problem;
}

// Of a cancellation between two operations, which Asio throws at the second.
fault http_client::cancelled()
{
    stream_.close();
    fault problem = socket_fault("waiting for", address(), asio::error::operation_aborted);
    problem.info.state = whole_ ? delivery::maybe_applied : delivery::not_sent;
    return problem;
}

void http_client::name_tried(fault& problem)
{
    if (!problem) {
        return;
    }
    if (tried_.empty()) {
        tried_.push_back(server_);
    }
    std::string list;
    for (const std::size_t one : tried_) {
        problem.info.addresses.push_back(to_string((*addresses_)[one]));
        list.append(list.empty() ? "; tried " : ", ").append(problem.info.addresses.back());
    }
    if (tried_.size() > 1) {
        problem.info.message += list;
    }
}

asio::awaitable<fault> http_client::connect(std::vector<std::size_t> order)
{
    whole_ = false;
    fault problem = co_await stream_.connect(addresses_, std::move(order), {}, tls_.get(),
                                             clock::now() + config_->connect_timeout);
    for (const std::size_t one : stream_.tried()) {
        if (std::ranges::find(tried_, one) == tried_.end()) {
            tried_.push_back(one);
        }
    }
    if (!problem && stream_.server() != server_) {
        server_ = stream_.server();
        head_.emplace(*config_, address());
    }
    fresh_ = true;
    noticed(to_string((*addresses_)[stream_.server()]), stream_.take_notices());
    if (!problem) {
        connected(to_string(address()));
    }
    co_return problem;
}

asio::awaitable<fault> http_client::open()
{
    if (!version_) {
        co_return co_await connect(addresses_->order(clock::now()));
    }
    fault problem = co_await open_for_version();
    if (problem) {
        problem.info.state = delivery::not_sent;
    }
    whole_ = false;
    co_return problem;
}

asio::awaitable<fault> http_client::open_for_version()
{
    detail::server_settings now;
    fault problem = co_await ask_all(now);
    if (problem) {
        co_return problem;
    }
    const std::string host = to_string(address());
    if (!now.accepting_writes) {
        problem = fault(errc::server_flush_error,
                        host + " takes no rows (accepting.writes): it is a replica; add the "
                               "primary to addr");
        problem.info.retryable = true; // it may become the primary
    } else if (!now.supports(*version_)) {
        problem = fault(errc::protocol_version_error,
                        host + " has been replaced by a server without protocol version " +
                            std::to_string(static_cast<int>(*version_)) +
                            ", which the rows are in: build another sender, or set "
                            "protocol_version to one that all servers take");
        stream_.close();
    } else if (!stream_.is_open()) { // it closes after each answer
        std::vector<std::size_t> same{server_};
        problem = co_await connect(std::move(same));
    }
    problem.info.host = host;
    co_return problem;
}

// Puts the server back, so that the next connection is to another one.
void http_client::leave()
{
    addresses_->failed(server_, clock::now());
    stream_.close();
}

// Says whether the connection is open and idle, as far as that shows without waiting.
bool http_client::is_reusable()
{
    if (stream_.is_open()) {
        bool spoke = false;
        fault problem = stream_.check(spoke);
        if (!problem && spoke) {
            problem = fault(errc::socket_error, "reading from " + to_string(address()) +
                                                    ": bytes that belong to no request");
        }
        if (problem) {
            lost(to_string(address()), problem);
            stream_.close();
        }
    }
    return stream_.is_open();
}

asio::awaitable<fault> http_client::deliver(const detail::segment_chain& rows,
                                            bool resend_if_unsure)
{
    fault problem;
    // A server may close an idle connection at any time. What such a connection fails at is tried
    // once more on a new one, before anybody hears of it.
    for (bool again = true; again;) {
        const bool unseen =
            resend_if_unsure && stream_.is_open() && clock::now() - answered_ < just_answered;
        const bool reused = unseen || is_reusable();
        if (!reused) {
            problem = co_await open();
            if (problem) {
                co_return problem;
            }
        }
        problem =
            co_await exchange(head_->post(rows.bytes()), &rows, time_for(*config_, rows.bytes()));
        again = reused && (unseen || !response_.started()) &&
                (resend_if_unsure || problem.info.state == delivery::not_sent) &&
                (problem.code == errc::socket_error || problem.info.tls == tls_failure::truncated);
    }
    const int status = response_.status();
    const bool answered = !problem;
    if (answered && !detail::is_success(status)) {
        problem = detail::server_fault(response_, to_string(address()));
        problem.info.retry_after = response_.retry_after().value_or(std::chrono::seconds(0));
        if (!whole_ && problem.info.state == delivery::maybe_applied) {
            problem.info.state = delivery::not_sent;
        }
    }
    if (answered && status != 421) {
        addresses_->worked(server_);
    } else if (problem.code != errc::cancelled) {
        leave(); // 421 is a replica's: another node may take writes
    }
    co_return problem;
}

asio::awaitable<fault> http_client::ask_all(detail::server_settings& out)
{
    fault problem;
    for (auto left = addresses_->order(clock::now()); !left.empty(); std::erase(left, server_)) {
        problem = co_await connect(left);
        if (problem) {
            co_return problem;
        }
        problem = co_await ask(out);
        if (!problem && out.accepting_writes) {
            addresses_->worked(server_);
            break;
        }
        if (problem && !problem.info.retryable) {
            break;
        }
        leave();
    }
    co_return problem;
}

asio::awaitable<fault> http_client::ask(detail::server_settings& out)
{
    fault problem = co_await exchange(head_->get_settings(), nullptr, config_->request_timeout);
    if (!problem && response_.status() == 401 && !head_->get_settings_authorized().empty()) {
        if (!stream_.is_open()) {
            std::vector<std::size_t> same{server_};
            problem = co_await connect(std::move(same));
        }
        if (!problem) {
            problem = co_await exchange(head_->get_settings_authorized(), nullptr,
                                        config_->request_timeout);
        }
    }
    co_return problem ? std::move(problem)
                      : detail::read_settings(response_, to_string(address()), out);
}

// One request and its answer. Success means that response_ has an answer: a whole one where the
// status says success, else at least its head, and whether the server has seen all of the request
// is in whole_.
asio::awaitable<fault> http_client::exchange(std::string_view head,
                                             const detail::segment_chain* body,
                                             std::chrono::milliseconds time)
{
    response_.reset();
    pieces_.clear();
    pieces_.emplace_back(head.data(), head.size());
    if (body != nullptr) {
        append_pieces(pieces_, *body);
    }
    whole_ = false;
    stream_.expect_acknowledgement_in(time);
    stream_.expires_at(clock::now() + time);
    fault problem = co_await transfer();
    const bool refused = response_.head_complete() && !detail::is_success(response_.status());
    if (problem) {
        problem.info.state = whole_ ? delivery::maybe_applied : delivery::not_sent;
        problem.info.http_status = response_.status();
        lost(to_string(address()), problem);
    }
    if (problem || !whole_ || !response_.keep_alive()) {
        stream_.close();
    } else {
        stream_.never_expires();
        answered_ = clock::now();
    }
    // the status of a refusal is worth more than what became of its text
    co_return refused&& problem.code != errc::cancelled ? fault() : std::move(problem);
}

// Sends the request and receives the answer, which may come before all is sent.
asio::awaitable<fault> http_client::transfer()
{
    step now = step::need_input;
    bool answered = false;
    fault unsent;
    if (std::exchange(fresh_, false)) { // some servers greet, and none may answer yet
        fault problem = stream_.check(answered);
        if (!problem && answered) {
            problem = co_await receive_some(now);
        }
        if (problem) {
            co_return problem;
        }
    }
    // an interim answer (1xx) changes nothing
    while (!whole_ && !unsent && now == step::need_input && !response_.head_complete()) {
        unsent = co_await stream_.write(pieces_, answered);
        whole_ = !unsent && !answered;
        if (!unsent && answered) {
            fault problem = co_await receive_some(now);
            if (problem) {
                co_return problem;
            }
        }
    }
    if (unsent && !stream_.hung_up()) {
        co_return unsent; // nobody answers half a request
    }
    // A server that refuses early (413) answers and hangs up while the body is still on its way:
    // its answer is a better error than that of the write.
    fault problem;
    while (!problem && now == step::need_input) {
        problem = co_await receive_some(now);
    }
    if (unsent && (problem || detail::is_success(response_.status()))) {
        co_return unsent;
    }
    if (!problem && !whole_ && detail::is_success(response_.status())) {
        problem = fault(errc::socket_error,
                        "reading from " + to_string(address()) + ": the server answered " +
                            std::to_string(response_.status()) + " before it had the request");
        problem.info.host = to_string(address());
        problem.info.retryable = true; // another connection may be in step
    }
    co_return problem;
}

asio::awaitable<fault> http_client::receive_some(step& now)
{
    std::size_t got = 0;
    fault problem = co_await stream_.read_some(input_, got);
    if (problem) {
        co_return problem;
    }
    std::size_t consumed = 0;
    now = got == 0 ? response_.end_of_input()
                   : response_.feed(std::span(input_.data(), got), consumed);
    if (now == step::failed) {
        problem = fault(errc::socket_error,
                        "reading from " + to_string(address()) + ": " + response_.problem());
        if (tls_ == nullptr && !response_.started()) {
            problem.info.message += "; does this port speak TLS? then use https";
        }
        problem.info.host = to_string(address());
        // a connection that broke off may not do so again; nonsense would be repeated
        problem.info.retryable = got == 0;
    } else if (now == step::complete && consumed < got) {
        stream_.close(); // bytes that belong to no request: the connection is not in step
    }
    co_return problem;
}

asio::awaitable<fault> http_client::shutdown(clock::time_point /*until*/)
{
    stream_.shutdown();
    co_return fault();
}

} // namespace coquest::net
