#include <coquest/buffer.hpp>

#include <cstdio>

int main()
{
    coquest::buffer rows(coquest::protocol_version::v1);
    rows.table("package").symbol("side", "buy").column_i64("amount", 2).at_now();
    std::fputs(rows.to_string().c_str(), stdout);
}
