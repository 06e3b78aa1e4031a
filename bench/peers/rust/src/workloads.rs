// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rows of bench/support/workloads.hpp, drawn in the same order.

pub const POOL_ROWS: usize = 16_384;

/// Returns the designated timestamp of row `k`, in nanoseconds.
pub fn timestamp_of(k: usize) -> i64 {
    1_700_000_000_000_000_000 + k as i64 * 1_000
}

pub struct Trade {
    pub symbol: String,
    pub side: String,
    pub price: f64,
    pub amount: f64,
}

pub struct CpuUsage {
    pub tags: [String; 10],
    pub integers: [i64; 5],
    pub decimals: [f64; 5],
}

pub struct SensorReading {
    pub sensor: String,
    pub values: [f64; 8],
}

pub struct LogEntry {
    pub message: String,
    pub details: String,
}

/// Draws 31-bit numbers with a linear congruential generator.
pub struct Draws(u64);

impl Draws {
    fn new() -> Self {
        Draws(42)
    }

    fn draw(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: u64) -> u64 {
        self.draw() % end
    }

    fn one_of(&mut self, choices: &[&str]) -> String {
        choices[self.below(choices.len() as u64) as usize].to_string()
    }

    fn bits(&mut self) -> u64 {
        let high = self.draw() << 33;
        let middle = self.draw() << 2;
        high | middle | (self.draw() & 3)
    }

    pub fn random_finite_double(&mut self) -> f64 {
        let bits = self.bits();
        let value = f64::from_bits(bits);
        if value.is_finite() {
            value
        } else {
            f64::from_bits(bits & !(1 << 62))
        }
    }

    pub fn uniform_double(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64 * 1_000.0
    }
}

/// Makes a pool. The fields of a row are drawn in the order in which `row` names them.
fn make_pool<Row>(rows: usize, mut row: impl FnMut(&mut Draws) -> Row) -> Vec<Row> {
    let mut draws = Draws::new();
    (0..rows).map(|_| row(&mut draws)).collect()
}

pub fn make_trades(rows: usize) -> Vec<Trade> {
    const SYMBOLS: [&str; 10] = [
        "BTC-USDT",
        "ETH-USDT",
        "SOL-USDT",
        "XRP-USDT",
        "ADA-USDT",
        "DOGE-USDT",
        "LTC-USDT",
        "DOT-USDT",
        "AVAX-USDT",
        "LINK-USDT",
    ];
    make_pool(rows, |draws| Trade {
        symbol: draws.one_of(&SYMBOLS),
        side: draws.one_of(&["buy", "sell"]),
        price: draws.below(10_000_000) as f64 / 100.0,
        amount: draws.below(100_000_000) as f64 / 100_000.0,
    })
}

pub fn make_cpu_usage(rows: usize) -> Vec<CpuUsage> {
    const REGIONS: [&str; 9] = [
        "us-east-1",
        "us-west-1",
        "us-west-2",
        "eu-west-1",
        "eu-central-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-northeast-1",
        "sa-east-1",
    ];
    make_pool(rows, |draws| CpuUsage {
        tags: [
            format!("host_{}", draws.below(4_000)),
            draws.one_of(&REGIONS),
            {
                let datacenter = draws.below(27) as usize;
                format!(
                    "{}{}",
                    REGIONS[datacenter / 3],
                    ["a", "b", "c"][datacenter % 3]
                )
            },
            draws.below(100).to_string(),
            draws.one_of(&["Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"]),
            draws.one_of(&["x64", "x86"]),
            draws.one_of(&["SF", "NYC", "LON", "CHI"]),
            draws.below(20).to_string(),
            draws.below(2).to_string(),
            draws.one_of(&["production", "staging", "test"]),
        ],
        integers: std::array::from_fn(|_| draws.below(101) as i64),
        decimals: std::array::from_fn(|_| draws.below(10_001) as f64 / 100.0),
    })
}

pub fn make_sensor_readings(rows: usize, value_of: fn(&mut Draws) -> f64) -> Vec<SensorReading> {
    make_pool(rows, |draws| SensorReading {
        sensor: format!("s{}", draws.below(10)),
        values: std::array::from_fn(|_| value_of(draws)),
    })
}

fn make_log_text(draws: &mut Draws) -> String {
    const SIZE: usize = 64;
    const SPECIAL: [&str; 6] = ["\"", "\n", "\\", "\u{e9}", "\u{6f22}", "\u{1f600}"];
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz ";
    let mut text = String::with_capacity(SIZE);
    while text.len() < SIZE {
        let drawn = draws.draw();
        match SPECIAL.get((drawn % 32) as usize) {
            Some(special) if text.len() + special.len() <= SIZE => text.push_str(special),
            _ => text.push(LETTERS[(drawn >> 8) as usize % LETTERS.len()].into()),
        }
    }
    text
}

pub fn make_log_entries(rows: usize) -> Vec<LogEntry> {
    make_pool(rows, |draws| LogEntry {
        message: make_log_text(draws),
        details: make_log_text(draws),
    })
}
