// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The same program as bench/throughput/main.cpp, with QuestDB's client for Java.

import io.questdb.client.Sender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

public final class Throughput {
    private static final int POOL_ROWS = 16384;
    private static final String[] TAGS = {"hostname", "region", "datacenter", "rack", "os", "arch",
            "team", "service", "service_version", "service_environment"};
    private static final String[] INTEGERS = {"usage_user", "usage_system", "usage_idle",
            "usage_nice", "usage_iowait"};
    private static final String[] DECIMALS = {"usage_irq", "usage_softirq", "usage_steal",
            "usage_guest", "usage_guest_nice"};
    private static final String[] VALUES = {"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"};

    /** Draws 31-bit numbers with a linear congruential generator. */
    private static final class Draws {
        private long state = 42;

        long draw() {
            state = state * 6364136223846793005L + 1442695040888963407L;
            return state >>> 33;
        }

        int below(int end) {
            return (int) (draw() % end);
        }

        String oneOf(String... choices) {
            return choices[below(choices.length)];
        }

        double randomFiniteDouble() {
            long high = draw() << 33;
            long middle = draw() << 2;
            long bits = high | middle | (draw() & 3);
            double value = Double.longBitsToDouble(bits);
            return Double.isFinite(value) ? value : Double.longBitsToDouble(bits & ~(1L << 62));
        }

        String logText() {
            String[] special = {"\"", "\n", "\\", "\u00e9", "\u6f22", "\ud83d\ude00"};
            String letters = "abcdefghijklmnopqrstuvwxyz ";
            StringBuilder text = new StringBuilder();
            for (int size = 0; size < 64; ) {
                long drawn = draw();
                int kind = (int) (drawn % 32);
                int bytes = kind < special.length ? utf8Size(special[kind]) : 64;
                if (size + bytes <= 64 && kind < special.length) {
                    text.append(special[kind]);
                    size += bytes;
                } else {
                    text.append(letters.charAt((int) ((drawn >> 8) % letters.length())));
                    size += 1;
                }
            }
            return text.toString();
        }

        private static int utf8Size(String text) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }
    }

    /** A row that can add itself to a sender, without its timestamp. */
    private interface Row {
        void addTo(Sender sender);
    }

    private static Row trade(Draws draws) {
        String symbol = draws.oneOf("BTC-USDT", "ETH-USDT", "SOL-USDT", "XRP-USDT", "ADA-USDT",
                "DOGE-USDT", "LTC-USDT", "DOT-USDT", "AVAX-USDT", "LINK-USDT");
        String side = draws.oneOf("buy", "sell");
        double price = draws.below(10_000_000) / 100.0;
        double amount = draws.below(100_000_000) / 100_000.0;
        return sender -> sender.table("trades")
                .symbol("symbol", symbol)
                .symbol("side", side)
                .doubleColumn("price", price)
                .doubleColumn("amount", amount);
    }

    private static Row cpuUsage(Draws draws) {
        String[] regions = {"us-east-1", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1",
                "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"};
        String[] tags = new String[TAGS.length];
        tags[0] = "host_" + draws.below(4000);
        tags[1] = draws.oneOf(regions);
        int datacenter = draws.below(3 * regions.length);
        tags[2] = regions[datacenter / 3] + "abc".charAt(datacenter % 3);
        tags[3] = String.valueOf(draws.below(100));
        tags[4] = draws.oneOf("Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10");
        tags[5] = draws.oneOf("x64", "x86");
        tags[6] = draws.oneOf("SF", "NYC", "LON", "CHI");
        tags[7] = String.valueOf(draws.below(20));
        tags[8] = String.valueOf(draws.below(2));
        tags[9] = draws.oneOf("production", "staging", "test");
        long[] integers = new long[INTEGERS.length];
        double[] decimals = new double[DECIMALS.length];
        Arrays.setAll(integers, i -> draws.below(101));
        Arrays.setAll(decimals, i -> draws.below(10_001) / 100.0);
        return sender -> {
            sender.table("cpu");
            for (int i = 0; i < TAGS.length; ++i) {
                sender.symbol(TAGS[i], tags[i]);
            }
            for (int i = 0; i < INTEGERS.length; ++i) {
                sender.longColumn(INTEGERS[i], integers[i]);
            }
            for (int i = 0; i < DECIMALS.length; ++i) {
                sender.doubleColumn(DECIMALS[i], decimals[i]);
            }
        };
    }

    private static Row sensorReading(Draws draws) {
        String sensor = "s" + draws.below(10);
        double[] values = new double[VALUES.length];
        Arrays.setAll(values, i -> draws.randomFiniteDouble());
        return sender -> {
            sender.table("sensors").symbol("sensor", sensor);
            for (int i = 0; i < VALUES.length; ++i) {
                sender.doubleColumn(VALUES[i], values[i]);
            }
        };
    }

    private static Row logEntry(Draws draws) {
        String message = draws.logText();
        String details = draws.logText();
        return sender -> sender.table("logs")
                .stringColumn("message", message)
                .stringColumn("details", details);
    }

    private static Row row(String workload, Draws draws) {
        return switch (workload) {
            case "A" -> trade(draws);
            case "B" -> cpuUsage(draws);
            case "C" -> sensorReading(draws);
            case "D" -> logEntry(draws);
            default -> throw new IllegalArgumentException("no workload " + workload);
        };
    }

    /** Returns the duration of each flush, in nanoseconds. */
    private static long[] send(Sender sender, List<Row> pool, long first, long end, int batch) {
        long[] times = new long[(int) ((end - first + batch - 1) / batch)];
        int flushes = 0;
        for (long begin = first; begin < end; begin += batch) {
            long started = System.nanoTime();
            for (long k = begin; k < Math.min(end, begin + batch); ++k) {
                pool.get((int) (k % POOL_ROWS)).addTo(sender);
                sender.at(1_700_000_000_000_000_000L + k * 1000, ChronoUnit.NANOS);
            }
            sender.flush();
            times[flushes++] = System.nanoTime() - started;
        }
        return times;
    }

    private static double percentile(long[] times, double part) {
        return times[(int) Math.ceil(part * times.length) - 1] / 1e3;
    }

    /** Returns the processor time of this process, user and system, in seconds. */
    private static double[] processorTime() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        double ticksPerSecond = 100; // the unit that the kernel reports, whatever it counts in
        return new double[] {Long.parseLong(fields[11]) / ticksPerSecond,
                Long.parseLong(fields[12]) / ticksPerSecond};
    }

    private static long peakRssKb() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return 0;
    }

    public static void main(String[] arguments) throws IOException {
        String config = "";
        String workload = "A";
        long rows = 0;
        long warmUp = 0;
        int batch = 10_000;
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--config" -> config = value;
                case "--workload" -> workload = value;
                case "--rows" -> rows = Long.parseLong(value);
                case "--warm-up" -> warmUp = Long.parseLong(value);
                case "--batch" -> batch = Integer.parseInt(value);
                default -> throw new IllegalArgumentException("no option " + arguments[i]);
            }
        }
        Draws draws = new Draws();
        List<Row> pool = new ArrayList<>();
        while (pool.size() < Math.min(warmUp + rows, POOL_ROWS)) {
            pool.add(row(workload, draws));
        }
        try (Sender sender = Sender.fromConfig(config)) {
            long first = Math.min(warmUp, 1);
            send(sender, pool, 0, first, batch);
            long baseRssKb = peakRssKb();
            send(sender, pool, first, warmUp, batch);
            double[] before = processorTime();
            long started = System.nanoTime();
            long[] times = send(sender, pool, warmUp, warmUp + rows, batch);
            double seconds = (System.nanoTime() - started) / 1e9;
            double[] after = processorTime();
            Arrays.sort(times);
            System.out.printf(Locale.ROOT,
                    "{\"rows\": %d, \"seconds\": %.6f, \"user_s\": %.6f, \"system_s\": %.6f, "
                            + "\"base_rss_kb\": %d, \"peak_rss_kb\": %d, \"p50_us\": %.2f, "
                            + "\"p99_us\": %.2f, \"p999_us\": %.2f}%n",
                    rows, seconds, after[0] - before[0], after[1] - before[1], baseRssKb,
                    peakRssKb(), percentile(times, 0.5), percentile(times, 0.99), percentile(times, 0.999));
        }
    }
}
