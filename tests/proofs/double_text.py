#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
"""Proves the tables and constants of src/core/ilp/double_text.cpp with exact numbers.

    double_text.py check PROGRAM TESTS
    double_text.py selftest PROGRAM

PROGRAM is double_text.cpp of this folder, compiled: it prints the tables, or the texts of doubles.
TESTS is tests/unit/core/ilp/double_text.cpp, which lists the nearest misses. `selftest` changes
numbers of each table, and expects that the proof fails.

The names are those of double_text.cpp, which has the theory. A unit below is 2^-64.
"""
import re
import struct
import subprocess
import sys
from fractions import Fraction
from math import gcd

ONE = 1 << 64
MIN_Q, MAX_Q = -1074, 971
NEAREST_BOUND = Fraction(215, 100)  # the theory says so
BOUND_WINDOW = 7                    # units; wider than any error, see prove_bounds
TIE_WINDOW = 30                     # units, see prove_last_digits
ADDENDS = range(6, 16)              # a half and so many units, as the theory says


class Wrong(Exception):
    """Something is not as it should be."""


def expect(condition, *what):
    if not condition:
        raise Wrong(" ".join(map(str, what)))


def pow10(n):
    return Fraction(10) ** n


def pow2(n):
    return Fraction(2) ** n


def floor_log2(x):
    guess = x.numerator.bit_length() - x.denominator.bit_length()
    return guess if pow2(guess) <= x else guess - 1


# ---------------------------------------------------------------- what the program prints


def run(program, *arguments):
    """The lines that the program prints, as lists of words."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


class Tables:
    """The tables and constants of the program: table[name][key] is a number or a text."""

    def __init__(self, program):
        self.table = {}
        for name, key, value in run(program):
            key = int(key) if re.fullmatch(r"-?\d+", key) else key
            value = value if name == "exponent" else int(value, 16 if name == "power" else 10)
            self.table.setdefault(name, {})[key] = value

    def __getitem__(self, name):
        return self.table[name]

    def constant(self, name):
        return self.table["constant"][name]


# ---------------------------------------------------------------- the algorithm, and what is right


def scale(tables, c, q, unit):
    """whole * 2^64 + fraction, and half, as scale() computes them."""
    shift = q + tables["log2_pow10"][-unit] + 5
    power = tables["power"][unit]
    return (c << shift) * power >> 68, (power >> 64) >> (5 - shift)


def last_digit(fraction, addend):
    return 2 if fraction == ONE // 4 else (fraction * 10 + addend) >> 64


def shortest(tables, c, q, addend):
    """The number that shortest() writes."""
    unit = tables["log10_pow2"][q] + 1
    scaled, half = scale(tables, c, q, unit)
    whole, fraction = divmod(scaled, ONE)
    half += 1 - c % 2
    if fraction < half:
        return whole * pow10(unit)
    if fraction + half >= ONE:
        return (whole + 1) * pow10(unit)
    return (whole * 10 + last_digit(fraction, addend)) * pow10(unit - 1)


def shortest_power_of_two(tables, q, addend):
    """The number that shortest_power_of_two() writes."""
    unit = tables["log10_pow2_three_quarters"][q] + 1
    scaled, half = scale(tables, 1 << 52, q, unit)
    whole, fraction = divmod(scaled, ONE)
    quarter = half // 2 + 1
    if fraction + half + 1 >= ONE:
        return (whole + 1) * pow10(unit)
    if fraction < quarter:
        return whole * pow10(unit)
    least = ((fraction - quarter) * 10 >> 64) + 1
    return (whole * 10 + max(last_digit(fraction, addend), least)) * pow10(unit - 1)


def right_number(c, q):
    """The shortest number that reads back as c * 2^q, and of those the nearest. By definition."""
    value = c * pow2(q)
    below = pow2(q - 2 if c == 1 << 52 and q != MIN_Q else q - 1)
    above = pow2(q - 1)
    unit = len(str(int(value))) if value >= 1 else 1 - len(str(int(1 / value)))
    while True:
        step = pow10(unit)
        first = -((below - value) // step)  # the least multiple that is not too small
        last = (value + above) // step
        if c % 2 != 0:  # the bounds read back as a neighbour
            first += first * step == value - below
            last -= last * step == value + above
        if first <= last:
            return min(max(round(value / step), first), last) * step
        unit -= 1


# ---------------------------------------------------------------- enumeration


def first_in_range(a, m, low, high):
    """The least x >= 0 for which a * x mod m is in [low, high], or None; 0 <= low <= high < m."""
    if low == 0:
        return 0
    a %= m
    if a == 0:
        return None
    if 2 * a > m:
        return first_in_range(m - a, m, m - high, m - low)
    x = -(-low // a)
    if x * a <= high:
        return x
    # No multiple of a is in the range, so a * x goes around: a * x - m * y is in it for the least y.
    y = first_in_range(m, a, -high % a, -low % a)
    if y is None:
        return None
    return -(-(low + m * y) // a)  # rounded up


def near_zero(a, b, m, width, first, last):
    """All x in [first, last] for which a * x + b is within `width` of a multiple of m."""
    x = first
    while x <= last:
        low = (-width - (a * x + b)) % m
        step = 0
        if low + 2 * width < m:
            step = first_in_range(a, m, low, low + 2 * width)
        if step is None or x + step > last:
            return
        yield x + step
        x += step + 1


def significands(q):
    """The least and the greatest c of doubles that are no powers of two, or are subnormal."""
    return (1 if q == MIN_Q else (1 << 52) + 1), (1 << 53) - 1


# ---------------------------------------------------------------- the proof


def prove_tables(tables):
    expect(tables.constant("least_exponent") == MIN_Q, "least_exponent")
    expect(tables.constant("hidden_bit") == 1 << 52, "hidden_bit")
    expect(tables.constant("ten_to_8") == 10**8, "ten_to_8")
    expect(tables.constant("ten_to_15") == 10**15, "ten_to_15")
    addend = tables.constant("rounding_addend") - ONE // 2
    expect(addend in ADDENDS, "rounding_addend is a half plus", addend)
    for n, log in tables["log2_pow10"].items():
        expect(log == floor_log2(pow10(n)), "log2_pow10", n)
    for name, factor in ("log10_pow2", 1), ("log10_pow2_three_quarters", Fraction(3, 4)):
        for q, log in tables[name].items():
            expect(pow10(log) <= factor * pow2(q) < pow10(log + 1), name, q)
            expect(log + 1 in tables["power"], "there is no power for", name, q)
    for unit, power in tables["power"].items():
        exact = pow10(-unit)
        expect(power == exact * pow2(127 - floor_log2(exact)) // 1, "power of unit", unit)
    for n, text in tables["exponent"].items():
        expect(text == "e%d" % n, "exponent", n)
    for key, index in tables.table.get("point_at", {}).items():
        point, i = map(int, key.split(","))
        expect(index == (i if i <= point else i - 1), "point_at", key)
    for name, count in tables["wrong"].items():
        expect(count == 0, count, "of 10^8 numbers are wrong in", name)
    expect(set(tables["log10_pow2"]) == set(range(MIN_Q, MAX_Q + 1)), "the range of q")


def prove_scale(tables):
    """half is exact but for its last bit. fraction is too small by less than 1 + 2^-10 units: by what
    the power lacks, less than 1, times c << shift, less than 2^58, over 2^68; and by the cut."""
    for name in "log10_pow2", "log10_pow2_three_quarters":
        for q in range(MIN_Q, MAX_Q + 1):
            unit = tables[name][q] + 1
            shift = q + tables["log2_pow10"][-unit] + 5
            expect(1 <= shift <= 5, "shift of q", q)
            half = pow2(q + 63) / pow10(unit)
            expect(scale(tables, 1 << 52, q, unit)[1] == half // 1, "half of q", q)


def prove_bounds(tables):
    """Returns all (c, q) whose fraction is within BOUND_WINDOW of a bound, but not equal to it.

    A bound is a multiple of 10^unit: m * 2^(q-1) with m = 2c - 1 or m = 2c + 1. Both sides of the
    comparison are cut off, so it is wrong at most if they differ by less than 1 + 2^-10 units.
    """
    misses = set()
    for q in range(MIN_Q, MAX_Q + 1):
        unit = tables["log10_pow2"][q] + 1
        ratio = pow2(q - 1) / pow10(unit)
        n, d = ratio.numerator, ratio.denominator  # all distances are multiples of 1/d
        first, last = significands(q)
        width = BOUND_WINDOW * d // ONE
        if width == 0:
            if d % 2 == 1:  # otherwise no odd m is a multiple of d
                prove_equal_bounds(tables, q, unit)
            continue
        for k in near_zero(2 * n, n, d, width, first - 1, last):  # m = 2k + 1, 2k + 2 - 1
            residue = (2 * k + 1) * n % d
            distance = Fraction(min(residue, d - residue) * ONE, d)
            expect(distance >= NEAREST_BOUND, "a bound of", k, q, "is nearer:", float(distance))
            misses |= {(c, q) for c in (k, k + 1) if first <= c <= last}
    return misses


def prove_equal_bounds(tables, q, unit):
    """Some fractions are equal to a bound: half, or 1 - half. Then the computed fraction and half are
    equal, or their sum is 2^64 - 1: cutting off must not reach the next integer."""
    shift = q + tables["log2_pow10"][-unit] + 5
    exact_power = pow10(-unit) * pow2(127 - tables["log2_pow10"][-unit])
    error = (exact_power - tables["power"][unit]) * pow2(53 + shift - 68)
    rest = pow2(q + 63) / pow10(unit) % 1  # of half
    expect(error <= rest and rest + error <= 1 and rest > 0, "the equal bounds of q", q)


def prove_last_digits(tables):
    """Returns all (c, q) whose last digit is within TIE_WINDOW of a tie.

    Tenfold the fraction is too small by less than 10 * (1 + 2^-10) units, and at most 15 are added:
    elsewhere, the digit is right.
    """
    misses = set()
    for q in range(MIN_Q, MAX_Q + 1):
        unit = tables["log10_pow2"][q] + 1
        ratio = pow2(q) / pow10(unit)
        # tenfold c * ratio less a half, as (a * c - b) / m
        a, b, m = 20 * ratio.numerator, ratio.denominator, 2 * ratio.denominator
        common = gcd(a, b)
        a, b, m = a // common, b // common, m // common
        width = TIE_WINDOW * m // ONE
        if width == 0:
            if gcd(a, m) == 1:
                prove_equal_ties(tables, q, unit)
            continue
        misses |= {(c, q) for c in near_zero(a, -b, m, width, *significands(q))}
    for c, q in misses:
        for addend in ADDENDS:
            expect(shortest(tables, c, q, ONE // 2 + addend) == right_number(c, q), "last digit of",
                   c, q, "with addend", addend)
    return misses


def prove_equal_ties(tables, q, unit):
    """Some fractions may be ties. Then all fractions of q are exact, and a tie takes the even digit."""
    exact_power = pow10(-unit) * pow2(127 - tables["log2_pow10"][-unit])
    expect(exact_power == tables["power"][unit], "the power of", unit, "is not exact")
    expect((pow2(q + 64) / pow10(unit)).denominator == 1, "the fractions of q", q, "are cut off")
    for lower in range(10):
        tie = (2 * lower + 1) * Fraction(ONE, 20)
        if tie.denominator == 1:
            for addend in ADDENDS:
                digit = last_digit(int(tie), ONE // 2 + addend)
                expect(digit == lower + lower % 2, "a tie above", lower)


def prove_powers_of_two(tables):
    for q in range(MIN_Q + 1, MAX_Q + 1):
        right = right_number(1 << 52, q)
        for addend in ADDENDS:
            expect(shortest_power_of_two(tables, q, ONE // 2 + addend) == right, "2^52 * 2^q for q",
                   q)


def prove_cents(tables):
    """A number of cents that is nearer than half of 2^q reads back as the double. If numbers of 15
    digits are further apart than 2^q, no other number of up to 15 digits does."""
    expect(2 * tables.constant("cents_tolerance") < 100, "cents_tolerance")
    for q in range(tables.constant("min_cents_exponent"), tables.constant("max_cents_exponent") + 1):
        expect(100 * pow2(53 + q) < 10**8, "too many cents for q", q)
        expect(100 << 53 < ONE and 1 <= -q - 1 < 64, "the shifts of q", q)
        first_digit = pow10(tables["log10_pow2"][q + 52])
        expect(first_digit / 10**14 > pow2(q), "15 digits are not unique for q", q)


def check_list(tests, misses):
    """The list of the unit test is complete."""
    with open(tests, encoding="utf-8") as file:
        text = file.read()
    body = text[text.index("values_closest_to_a_tie"):]
    listed = {(int(c), int(q)) for c, q in re.findall(r"\{(\d+), (-?\d+)\}", body)}
    expect(listed == misses, "the list in", tests, "lacks", sorted(misses - listed),
           "and has too many:", sorted(listed - misses))


def bits_of(c, q):
    return c if q == MIN_Q and c < 1 << 52 else (q - MIN_Q + 1 << 52) + c - (1 << 52)


def doubles_to_write(misses):
    """Near misses and their neighbours, powers of two, and equal bounds."""
    pairs = {(c + i, q) for c, q in misses for i in (-1, 0, 1)}
    pairs |= {(1 << 52, q) for q in range(MIN_Q + 1, MAX_Q + 1)}
    for power in range(1, 24):
        for q in range(int(power / 0.30103) - 4, int(power / 0.30103) + 1):
            factor = (1 << 53) // 5**power | 1
            for odd in 5**power * factor, 5**power * (factor + 2):
                pairs |= {(c, q) for c in (odd // 2, odd // 2 + 1) if 1 << 52 <= c < 1 << 53}
    return pairs


def check_texts(program, pairs):
    """The program writes the doubles as the proof says."""
    right = {bits_of(c, q): right_number(c, q) for c, q in pairs}
    lines = run(program, *("%x" % bits for bits in right))
    expect(len(lines) == 2 * len(right), "texts are missing")
    for bits, text in lines:
        (value,) = struct.unpack("d", struct.pack("Q", int(bits, 16)))
        expect(Fraction(text) == right[int(bits, 16)], text, "is not the shortest text of", value)


def is_written_with_last_digit(tables, c, q):
    return (right_number(c, q) / pow10(tables["log10_pow2"][q] + 1)).denominator != 1


def prove(tables):
    """Returns the nearest misses."""
    prove_tables(tables)
    prove_scale(tables)
    prove_cents(tables)
    prove_powers_of_two(tables)
    ties = {pair for pair in prove_last_digits(tables) if is_written_with_last_digit(tables, *pair)}
    return prove_bounds(tables) | ties


def check(program, tests):
    misses = prove(Tables(program))
    check_list(tests, misses)
    check_texts(program, doubles_to_write(misses))
    print("all tables are right;", len(misses), "nearest misses")


def check_enumeration():
    """near_zero() finds what a search of all x finds."""
    for m in range(2, 60):
        for a in range(m):
            b, width, first = -a * m // 3, (m - 1) * a // (2 * m), a % 5
            found = list(near_zero(a, b, m, width, first, 70))
            right = [x for x in range(first, 71) if min((a * x + b) % m, -(a * x + b) % m) <= width]
            expect(found == right, "near_zero finds", found, "instead of", right)


def selftest(program):
    check_enumeration()
    # constants for which a smaller change is no mistake
    changes = {"rounding_addend": 10, "min_cents_exponent": -5}
    tables = Tables(program)
    for name, table in tables.table.items():
        for key in list(table) if name == "constant" else (min(table), max(table)):
            kept = table[key]
            table[key] = kept + "0" if name == "exponent" else kept + changes.get(key, 1)
            try:
                prove(tables)
            except (Wrong, KeyError):
                table[key] = kept
                continue
            sys.exit("not found: a wrong %s %s" % (name, key))


if __name__ == "__main__":
    try:
        {"check": check, "selftest": selftest}[sys.argv[1]](*sys.argv[2:])
    except Wrong as wrong:
        sys.exit(str(wrong))
