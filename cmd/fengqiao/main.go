// Command fengqiao is the whole product in one program: the server, and everything an administrator does beside it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() { os.Exit(program(time.Now)) }

// program runs the command line on the machine's clock, or, in a test of what a wrong clock does, on another.
func program(now func() time.Time) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, shell{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, now: now}, os.Args[1:])
}
