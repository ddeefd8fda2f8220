// Command cmd runs a server that speaks MongoDB's protocol until its standard input ends (or it is interrupted), for
// trying `fengqiao copy`, `serve` and `replay` on MongoDB where none is installed:
//
//	go run ./internal/mongotest/cmd --port 27017
//
// It prints the server's URI as its first line. Where the server comes from, and what such a server cannot show, is told
// by the comment of package mongotest. Not for real data: it keeps everything in memory or in a temporary folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"fengqiao/internal/mongotest"
)

func main() {
	port := flag.Int("port", 27017, "port on the loopback interface; 0 takes any free one")
	flag.Parse()
	if err := serve(*port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(port int) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	server, err := mongotest.Start(ctx, port, os.Stderr)
	if err != nil {
		return err
	}
	fmt.Println(server.URI)
	fmt.Fprintf(os.Stderr, "%s; ends with standard input (Ctrl-D) or Ctrl-C\n", server.Source)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin) // its end is all that is waited for
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	return server.Stop()
}
