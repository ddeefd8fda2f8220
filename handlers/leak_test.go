package handlers_test

import (
	"testing"

	"go.uber.org/goleak"

	"fengqiao/internal/mongotest"
)

// TestMain fails where a test leaves a goroutine behind. Two of the HTTP library outlast a server that was shut down: its clock, and for ten seconds
// what looks after its idle workers.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, append(mongotest.Lasting(), goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))...)
}
