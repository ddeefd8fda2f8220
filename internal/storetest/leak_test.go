package storetest_test

import (
	"testing"

	"go.uber.org/goleak"

	"fengqiao/internal/mongotest"
)

// TestMain fails where a test leaves a goroutine behind.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, mongotest.Lasting()...)
}
