// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/http_client.hpp"

#include "core/http/server_error.hpp"
#include "net/error_text.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace coquest::inline v0::net {
namespace {

constexpr std::size_t input_size = 4 * 1024; // an answer takes some hundred bytes

bool succeeds(const detail::http_response_parser& response) noexcept
{
    return response.status() / 100 == 2;
}

bool may_be_another_protocol(const status& result, bool has_rows)
{
    return (result.code() == errc::timed_out && !has_rows) || // rows may simply take long
           (result.code() == errc::socket_error && result.info().retryable) ||
           result.info().tls == tls_failure::closed || result.info().tls == tls_failure::truncated;
}

// A port for rows over TCP and a TLS port either close the connection after a request, or stay
// silent.
const char* wrong_port_hint(bool tls)
{
    return tls ? "; is this a port for rows over TCP, as QuestDB's 9009? then use tcps"
               : "; does this port speak TLS? then use https; is it one for rows over TCP, as "
                 "QuestDB's 9009? then use tcp";
}

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

asio::awaitable<status> http_client::send(const detail::segment_chain& rows,
                                          bool resend_unconfirmed)
{
    tried_.clear();
    request_sent_ = false;
    status result;
    try {
        result = co_await deliver(rows, resend_unconfirmed);
    } catch (const std::system_error& e) {
        if (e.code() != asio::error::operation_aborted) {
            throw;
        }
        result = cancelled();
    }
    add_tried_addresses(result);
    co_return result;
}

asio::awaitable<status> http_client::settings(detail::server_settings& out)
{
    tried_.clear();
    request_sent_ = false;
    status result;
    try {
        result = co_await request_settings_in_turn(out);
    } catch (const std::system_error& e) {
        if (e.code() != asio::error::operation_aborted) {
            throw;
        }
        result = cancelled();
    }
    if (!result.ok()) {
        result.amend().state = delivery::not_sent; // the request has no rows
        add_tried_addresses(result);
    }
    co_return result;
}

// Handles a cancellation between two operations, for which Asio throws at the start of the second.
status http_client::cancelled()
{
    stream_.close();
    status result = socket_status("waiting for", address(), asio::error::operation_aborted);
    result.amend().state = request_sent_ ? delivery::unconfirmed : delivery::not_sent;
    return result;
}

void http_client::add_tried_addresses(status& result)
{
    if (result.ok()) {
        return;
    }
    if (tried_.empty()) {
        tried_.push_back(server_);
    }
    std::string list;
    for (const std::size_t server : tried_) {
        result.amend().addresses.push_back(to_string((*addresses_)[server]));
        list.append(list.empty() ? "; tried " : ", ").append(result.info().addresses.back());
    }
    if (tried_.size() > 1) {
        result.amend().message += list;
    }
}

asio::awaitable<status> http_client::connect(std::vector<std::size_t> order)
{
    request_sent_ = false;
    status result = co_await stream_.connect(addresses_, std::move(order), {}, tls_.get(),
                                             clock::now() + config_->connect_timeout);
    for (const std::size_t server : stream_.tried()) {
        if (std::ranges::find(tried_, server) == tried_.end()) {
            tried_.push_back(server);
        }
    }
    if (result.ok()) {
        has_answered_ = has_answered_ && stream_.server() == server_;
        use_server(stream_.server());
    }
    on_tls_events(to_string((*addresses_)[stream_.server()]), stream_.take_tls_events());
    if (result.ok()) {
        connected(to_string(address()));
    }
    co_return result;
}

asio::awaitable<status> http_client::open()
{
    if (!version_) {
        co_return co_await connect(addresses_->order(clock::now()));
    }
    status result = co_await open_checked();
    if (!result.ok()) {
        result.amend().state = delivery::not_sent;
    }
    request_sent_ = false;
    co_return result;
}

asio::awaitable<status> http_client::open_checked()
{
    detail::server_settings current;
    status result = co_await request_settings_in_turn(current);
    if (!result.ok()) {
        co_return result;
    }
    const std::string host = to_string(address());
    if (!current.accepting_writes) {
        result = status(errc::server_flush_error,
                        host + " takes no rows (accepting.writes): it is a replica; add the "
                               "primary to addr");
        result.amend().retryable = true; // it may become the primary
    } else if (!current.supports(*version_)) {
        result = status(errc::protocol_version_error,
                        host + " has been replaced by a server without protocol version " +
                            std::to_string(static_cast<int>(*version_)) +
                            ", which the rows are in: build another sender, or set "
                            "protocol_version to one that all servers take");
        leave_server(result);
    } else if (!stream_.is_open()) { // the server closed it after the answer
        std::vector<std::size_t> same{server_};
        result = co_await connect(std::move(same));
    }
    if (!result.ok()) {
        result.amend().host = host;
    }
    co_return result;
}

void http_client::use_server(std::size_t server)
{
    if (server != server_) {
        server_ = server;
        head_.emplace(*config_, address());
    }
}

// Puts the server behind the others after @p result, and closes the connection unless the server
// only asked the client to wait. If there is another server, the rows go there without delay.
// Credentials that one server has rejected are not sent to another.
void http_client::leave_server(status& result)
{
    const auto now = clock::now();
    addresses_->failed(server_, now, result.info().retry_after);
    const bool alternative = addresses_->has_alternative(server_, now);
    const int http_status = result.info().http_status;
    if (alternative || (http_status != 429 && http_status != 503)) {
        stream_.close();
    }
    if (!result.ok() && alternative && result.code() != errc::auth_error) {
        result.amend().retryable = true;
        result.amend().retry_after = std::chrono::milliseconds(0);
    }
}

asio::awaitable<status> http_client::deliver(const detail::segment_chain& rows,
                                             bool resend_unconfirmed)
{
    bool connected = false;
    status result = co_await post(rows, resend_unconfirmed, connected);
    if (!connected) {
        co_return result; // connect() has already put back the servers that it could not reach
    }
    if (result.ok() && !detail::acknowledges(response_)) {
        result = refusal(rows.bytes());
    }
    if (result.ok() || !detail::blames_server(result.info())) {
        addresses_->worked(server_);
    } else if (result.code() != errc::cancelled) {
        leave_server(result);
    }
    co_return result;
}

// Sends the rows and receives an answer. A server may close an idle connection at any time, and
// what it sent before that does not answer these rows. Therefore a request that fails on a reused
// connection is repeated once on a new connection before the failure is reported.
asio::awaitable<status> http_client::post(const detail::segment_chain& rows,
                                          bool resend_unconfirmed, bool& connected)
{
    status result;
    for (bool repeat = true; repeat;) {
        const bool reused = stream_.is_open();
        if (!reused) {
            result = co_await open();
        }
        connected = result.ok();
        if (!result.ok()) {
            co_return result;
        }
        result = co_await exchange(head_->post(rows.bytes()), &rows,
                                   request_time_limit(*config_, rows.bytes()));
        const bool broken =
            result.code() == errc::socket_error || result.info().tls == tls_failure::truncated;
        // An answer that arrives early may belong to a previous request on this connection.
        const bool is_stale = response_.started() ? !answer_follows_request_ : broken;
        repeat = reused && is_stale && result.code() != errc::cancelled &&
                 (resend_unconfirmed || !request_sent_);
        if (repeat) {
            stream_.close();
        }
    }
    co_return result;
}

// Returns the status for an answer that does not acknowledge a request of @p bytes.
status http_client::refusal(std::size_t bytes)
{
    status result = detail::server_error(response_, to_string(address()));
    result.amend().retry_after = response_.retry_after().value_or(std::chrono::seconds(0));
    if (!request_sent_ && result.info().state == delivery::unconfirmed) {
        result.amend().state = delivery::not_sent;
    }
    if (response_.status() == 413) {
        if (bytes > detail::address_list::least_size_limit) {
            addresses_->refused_size(server_, bytes, clock::now());
        } else { // the size of so small a request cannot be the reason
            addresses_->remove_size_limit(server_);
            result.amend().state = delivery::not_sent;
        }
    }
    return result;
}

// A server without a settings page counts as an old QuestDB if no other server has that page.
asio::awaitable<status> http_client::request_settings_in_turn(detail::server_settings& out)
{
    status result;
    std::optional<std::size_t> without_page;
    for (auto remaining = addresses_->order(clock::now()); !remaining.empty();
         std::erase(remaining, server_)) {
        result = co_await connect(remaining);
        if (!result.ok()) {
            break;
        }
        result = co_await request_settings(out);
        if (result.ok() && !out.has_page && remaining.size() > 1) {
            without_page = without_page.value_or(server_);
            stream_.close();
            continue;
        }
        if (result.ok() && out.accepting_writes) {
            addresses_->worked(server_);
            co_return result;
        }
        if (result.code() == errc::cancelled || result.code() == errc::auth_error) {
            co_return result;
        }
        leave_server(result);
    }
    if (without_page && (!result.ok() || !out.accepting_writes)) {
        out = {};
        use_server(*without_page);
        result = status();
    }
    co_return result;
}

asio::awaitable<status> http_client::request_settings(detail::server_settings& out)
{
    status result = co_await exchange(head_->get_settings(), nullptr, config_->request_timeout);
    if (result.ok() && response_.status() == 401 && !head_->get_settings_authorized().empty()) {
        if (!stream_.is_open()) {
            std::vector<std::size_t> same{server_};
            result = co_await connect(std::move(same));
        }
        if (result.ok()) {
            result = co_await exchange(head_->get_settings_authorized(), nullptr,
                                       config_->request_timeout);
        }
    }
    co_return !result.ok() ? std::move(result)
                           : detail::read_settings(response_, to_string(address()), out);
}

// Sends one request and receives its answer. Success means that response_ has an answer: all of it
// if the HTTP status is a success, or else at least its head.
asio::awaitable<status> http_client::exchange(std::string_view head,
                                              const detail::segment_chain* body,
                                              std::chrono::milliseconds time)
{
    response_.reset();
    pieces_.clear();
    pieces_.emplace_back(head.data(), head.size());
    if (body != nullptr) {
        append_pieces(pieces_, *body);
    }
    request_sent_ = answer_follows_request_ = false;
    stream_.expect_acknowledgement_in(time);
    stream_.expires_at(clock::now() + time);
    status result = co_await transfer();
    has_answered_ = has_answered_ || response_.started();
    const bool is_refusal = response_.head_complete() && !succeeds(response_);
    if (!result.ok()) {
        result.amend().state = request_sent_ ? delivery::unconfirmed : delivery::not_sent;
        result.amend().http_status = response_.status();
        if (!has_answered_ && may_be_another_protocol(result, body != nullptr)) {
            result.amend().message += wrong_port_hint(tls_ != nullptr);
        }
        lost(to_string(address()), result);
    }
    if (!result.ok() || !answer_follows_request_ || !response_.keep_alive()) {
        stream_.close();
    } else {
        stream_.never_expires();
    }
    // the HTTP status of a refusal says more than an error that cut off its body
    const bool has_answer = is_refusal && result.code() != errc::cancelled;
    co_return has_answer ? status() : std::move(result);
}

// Sends the request and receives the answer, which may arrive before all of the request is sent.
asio::awaitable<status> http_client::transfer()
{
    step parser_step = step::need_input;
    status write_result;
    // continues after an interim answer (1xx)
    while (!request_sent_ && write_result.ok() && parser_step == step::need_input &&
           !response_.head_complete()) {
        bool input_arrived = false;
        write_result = co_await stream_.write(pieces_, input_arrived, stream::input::looked_at);
        request_sent_ = write_result.ok() && !input_arrived;
        answer_follows_request_ = request_sent_ && !response_.final_started();
        if (write_result.ok() && input_arrived) {
            status result = co_await receive_some(parser_step);
            if (!result.ok()) {
                co_return result;
            }
        }
    }
    if (!write_result.ok() && !stream_.peer_closed()) {
        co_return write_result; // no answer can follow half a request
    }
    // A server that rejects a request early (413) answers and closes the connection while the body
    // is still being sent. Its answer is a better error than that of the write.
    status result;
    while (result.ok() && parser_step == step::need_input) {
        result = co_await receive_some(parser_step);
    }
    if (!write_result.ok() && (!result.ok() || succeeds(response_))) {
        co_return write_result;
    }
    if (result.ok() && !answer_follows_request_ && succeeds(response_)) {
        result = status(errc::socket_error,
                        "reading from " + to_string(address()) + ": the server answered " +
                            std::to_string(response_.status()) + " before it had the request");
        result.amend().host = to_string(address());
        result.amend().retryable = true; // on another connection, the answer may follow the request
    }
    co_return result;
}

asio::awaitable<status> http_client::receive_some(step& parser_step)
{
    std::size_t count = 0;
    status result = co_await stream_.read_some(input_, count);
    if (!result.ok()) {
        co_return result;
    }
    std::size_t consumed = 0;
    parser_step = count == 0 ? response_.end_of_input()
                             : response_.feed(std::span(input_.data(), count), consumed);
    if (parser_step == step::failed) {
        result = status(errc::socket_error,
                        "reading from " + to_string(address()) + ": " + response_.problem());
        result.amend().host = to_string(address());
        // a lost connection is worth a retry; a malformed answer would come again
        result.amend().retryable = count == 0;
    } else if (parser_step == step::complete && consumed < count) {
        stream_.close(); // the remaining bytes answer no request
    }
    co_return result;
}

asio::awaitable<status> http_client::shutdown(clock::time_point /*deadline*/)
{
    stream_.shutdown();
    co_return status();
}

} // namespace coquest::inline v0::net
