package handlers_test

import (
	"testing"

	"go.uber.org/goleak"

	"fengqiao/internal/mongotest"
)

// TestMain fails where a test leaves a goroutine behind.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, append(mongotest.Lasting(), goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))...)
}
