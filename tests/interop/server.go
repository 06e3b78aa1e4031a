// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// server CERTIFICATES: for each line NAME=VERSION:KIND of its input, starts an HTTPS server on a
// free loopback port, and prints NAME=PORT. The server answers a request with the size and the hash
// of its body. The program ends at the end of its input.

package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

var versions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

func answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%d %x", len(body), sha256.Sum256(body))
}

func serve(directory, line string) error {
	name, details, _ := strings.Cut(line, "=")
	version, kind, _ := strings.Cut(details, ":")
	pair, err := tls.LoadX509KeyPair(directory+"/"+kind+".crt", directory+"/"+kind+".key")
	if err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{pair},
		MinVersion:   versions[version],
		MaxVersion:   versions[version],
	})
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	fmt.Printf("%s=%s\n", name, address[strings.LastIndex(address, ":")+1:])
	go http.Serve(listener, http.HandlerFunc(answer))
	return nil
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		if err := serve(os.Args[1], input.Text()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
