// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The same program as bench/throughput/main.cpp, with QuestDB's client for Go.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	qdb "github.com/questdb/go-questdb-client/v4"
)

const poolRows = 16384

// draws makes 31-bit numbers with a linear congruential generator.
type draws uint64

func (d *draws) draw() uint64 {
	*d = *d*6364136223846793005 + 1442695040888963407
	return uint64(*d) >> 33
}

func (d *draws) below(end uint64) uint64 { return d.draw() % end }

func (d *draws) number(end uint64) string { return strconv.FormatUint(d.below(end), 10) }

func (d *draws) oneOf(choices ...string) string { return choices[d.below(uint64(len(choices)))] }

func (d *draws) randomFiniteDouble() float64 {
	high := d.draw() << 33
	middle := d.draw() << 2
	bits := high | middle | d.draw()&3
	value := math.Float64frombits(bits)
	if math.IsNaN(value) || math.IsInf(value, 0) {
		value = math.Float64frombits(bits &^ (1 << 62))
	}
	return value
}

func (d *draws) logText() string {
	special := []string{"\"", "\n", "\\", "\u00e9", "\u6f22", "\U0001f600"}
	const letters = "abcdefghijklmnopqrstuvwxyz "
	var text strings.Builder
	for text.Len() < 64 {
		drawn := d.draw()
		kind := int(drawn % 32)
		if kind < len(special) && text.Len()+len(special[kind]) <= 64 {
			text.WriteString(special[kind])
		} else {
			text.WriteByte(letters[(drawn>>8)%uint64(len(letters))])
		}
	}
	return text.String()
}

var tags = []string{"hostname", "region", "datacenter", "rack", "os", "arch", "team", "service",
	"service_version", "service_environment"}
var integers = []string{"usage_user", "usage_system", "usage_idle", "usage_nice", "usage_iowait"}
var decimals = []string{"usage_irq", "usage_softirq", "usage_steal", "usage_guest",
	"usage_guest_nice"}
var values = []string{"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"}

// A row has the fields of its table; the other fields are empty.
type row struct {
	table    string
	symbols  []string
	integers []int64
	decimals []float64
	texts    []string
}

var names = map[string]struct{ symbols, integers, decimals, texts []string }{
	"trades":  {symbols: []string{"symbol", "side"}, decimals: []string{"price", "amount"}},
	"cpu":     {symbols: tags, integers: integers, decimals: decimals},
	"sensors": {symbols: []string{"sensor"}, decimals: values},
	"logs":    {texts: []string{"message", "details"}},
}

func makeRow(workload string, d *draws) row {
	switch workload {
	case "A":
		symbol := d.oneOf("BTC-USDT", "ETH-USDT", "SOL-USDT", "XRP-USDT", "ADA-USDT", "DOGE-USDT",
			"LTC-USDT", "DOT-USDT", "AVAX-USDT", "LINK-USDT")
		side := d.oneOf("buy", "sell")
		price := float64(d.below(10_000_000)) / 100
		amount := float64(d.below(100_000_000)) / 100_000
		return row{table: "trades", symbols: []string{symbol, side},
			decimals: []float64{price, amount}}
	case "B":
		regions := []string{"us-east-1", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1",
			"ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"}
		drawn := row{table: "cpu"}
		drawn.symbols = append(drawn.symbols, "host_"+d.number(4000), d.oneOf(regions...))
		datacenter := d.below(27)
		drawn.symbols = append(drawn.symbols, regions[datacenter/3]+"abc"[datacenter%3:][:1],
			d.number(100), d.oneOf("Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"),
			d.oneOf("x64", "x86"), d.oneOf("SF", "NYC", "LON", "CHI"), d.number(20), d.number(2),
			d.oneOf("production", "staging", "test"))
		for range integers {
			drawn.integers = append(drawn.integers, int64(d.below(101)))
		}
		for range decimals {
			drawn.decimals = append(drawn.decimals, float64(d.below(10_001))/100)
		}
		return drawn
	case "C":
		drawn := row{table: "sensors", symbols: []string{"s" + d.number(10)}}
		for range values {
			drawn.decimals = append(drawn.decimals, d.randomFiniteDouble())
		}
		return drawn
	default:
		message := d.logText()
		return row{table: "logs", texts: []string{message, d.logText()}}
	}
}

func (r *row) addTo(ctx context.Context, sender qdb.LineSender, k int64) error {
	columns := names[r.table]
	sender.Table(r.table)
	for i, value := range r.symbols {
		sender.Symbol(columns.symbols[i], value)
	}
	for i, value := range r.integers {
		sender.Int64Column(columns.integers[i], value)
	}
	for i, value := range r.decimals {
		sender.Float64Column(columns.decimals[i], value)
	}
	for i, value := range r.texts {
		sender.StringColumn(columns.texts[i], value)
	}
	return sender.At(ctx, time.Unix(0, 1_700_000_000_000_000_000+k*1000))
}

// send returns the duration of each flush, in microseconds.
func send(ctx context.Context, sender qdb.LineSender, pool []row, first, end, batch int64) []float64 {
	var times []float64
	for begin := first; begin < end; begin += batch {
		started := time.Now()
		for k := begin; k < min(end, begin+batch); k++ {
			check(pool[k%poolRows].addTo(ctx, sender, k))
		}
		check(sender.Flush(ctx))
		times = append(times, float64(time.Since(started).Nanoseconds())/1e3)
	}
	return times
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func usage() (user, system float64) {
	var used syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Nano()) / 1e9, float64(used.Stime.Nano()) / 1e9
}

func peakRssKb() string {
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	return string(regexp.MustCompile(`VmHWM:\s*(\d+)`).FindSubmatch(status)[1])
}

func main() {
	config := flag.String("config", "", "")
	workload := flag.String("workload", "A", "")
	rows := flag.Int64("rows", 0, "")
	batch := flag.Int64("batch", 10_000, "")
	warmUp := flag.Int64("warm-up", 0, "")
	flag.Parse()
	var d draws = 42
	pool := make([]row, 0, poolRows)
	for int64(len(pool)) < min(*warmUp+*rows, poolRows) {
		pool = append(pool, makeRow(*workload, &d))
	}
	ctx := context.Background()
	sender, err := qdb.LineSenderFromConf(ctx, *config)
	check(err)
	first := min(*warmUp, 1)
	send(ctx, sender, pool, 0, first, *batch)
	baseRss := peakRssKb()
	send(ctx, sender, pool, first, *warmUp, *batch)
	user, system := usage()
	started := time.Now()
	times := send(ctx, sender, pool, *warmUp, *warmUp+*rows, *batch)
	seconds := time.Since(started).Seconds()
	userAfter, systemAfter := usage()
	check(sender.Close(ctx))
	slices.Sort(times)
	percentile := func(part float64) float64 {
		return times[int(math.Ceil(part*float64(len(times))))-1]
	}
	fmt.Printf("{\"rows\": %d, \"seconds\": %.6f, \"user_s\": %.6f, \"system_s\": %.6f, "+
		"\"base_rss_kb\": %s, \"peak_rss_kb\": %s, \"p50_us\": %.2f, \"p99_us\": %.2f, "+
		"\"p999_us\": %.2f}\n",
		*rows, seconds, userAfter-user, systemAfter-system, baseRss, peakRssKb(),
		percentile(0.5), percentile(0.99), percentile(0.999))
}
