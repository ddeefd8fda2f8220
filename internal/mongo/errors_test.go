package mongo

import (
	"context"
	"errors"
	"fmt"
	"testing"

	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"

	"fengqiao/internal/store"
)

// What a replica set answers cannot be provoked on a stand-in, so the driver's own errors stand in for it.
func TestWhatAnErrorMeansForAWriteAndForARead(t *testing.T) {
	plain := errors.New("as it is")
	lost := driver.CommandError{Labels: []string{"NetworkError"}, Wrapped: topology.ConnectionError{Wrapped: context.DeadlineExceeded}}
	unconfirmed := &driver.WriteConcernError{Code: 64, Message: "waiting for replication timed out"}
	for _, tt := range []struct {
		situation   string
		err         error
		write, read error
	}{
		{"a taken id", driver.WriteException{WriteErrors: driver.WriteErrors{{Code: 11000}}}, store.ErrExists, plain},
		{"a taken key in a batch", driver.BulkWriteException{WriteErrors: []driver.BulkWriteError{{WriteError: driver.WriteError{Code: 11000}}}}, store.ErrExists, plain},
		{"a taken key in a replacement", driver.CommandError{Code: 11000}, store.ErrExists, plain},
		{"the answer got lost", lost, store.ErrUncertain, store.ErrUnavailable},
		{"no majority confirmed it", driver.WriteException{WriteConcernError: unconfirmed}, store.ErrUncertain, store.ErrUnavailable},
		{"no majority confirmed a batch", driver.BulkWriteException{WriteConcernError: unconfirmed}, store.ErrUncertain, store.ErrUnavailable},
		{"the primary steps down meanwhile", driver.CommandError{Code: 11602}, store.ErrUncertain, store.ErrUnavailable},
		{"it is no longer the primary", driver.CommandError{Code: 10107}, store.ErrUnavailable, store.ErrUnavailable},
		{"the disk is full", driver.WriteException{WriteErrors: driver.WriteErrors{{Code: 14031}}}, store.ErrUnavailable, store.ErrUnavailable},
		{"the disk is full, says the command", driver.CommandError{Code: 14031}, store.ErrUnavailable, store.ErrUnavailable},
		{"the disk is full for a batch", driver.BulkWriteException{WriteErrors: []driver.BulkWriteError{{WriteError: driver.WriteError{Code: 14031}}}}, store.ErrUnavailable, store.ErrUnavailable},
		{"no server is there", topology.ServerSelectionError{Wrapped: context.DeadlineExceeded}, store.ErrUnavailable, store.ErrUnavailable},
		{"all connections are busy", topology.WaitQueueTimeoutError{Wrapped: context.DeadlineExceeded}, store.ErrUnavailable, store.ErrUnavailable},
		{"the connection could not be made", topology.ConnectionError{Wrapped: errors.New("refused")}, store.ErrUnavailable, store.ErrUnavailable},
		{"the engine is closed", driver.ErrClientDisconnected, store.ErrUnavailable, store.ErrUnavailable},
		{"the time is up at a moment unknown", context.DeadlineExceeded, store.ErrUncertain, store.ErrUnavailable},
		{"the document is too large", driver.WriteException{WriteErrors: driver.WriteErrors{{Code: 10334}}}, plain, plain},
		{"the user may not", driver.CommandError{Code: 13}, plain, plain},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			for _, got := range []struct{ err, want error }{
				{writeError(tt.err), tt.write}, {readError(tt.err), tt.read},
				{writeError(fmt.Errorf("wrapped: %w", tt.err)), tt.write},
			} {
				if got.want == plain {
					for _, meaning := range []error{store.ErrExists, store.ErrUncertain, store.ErrUnavailable, store.ErrNotFound} {
						if errors.Is(got.err, meaning) {
							t.Errorf("took it for: %v", got.err)
						}
					}
				} else if !errors.Is(got.err, got.want) {
					t.Errorf("got %v, want %v", got.err, got.want)
				}
			}
		})
	}
}

func TestAFailureBehindAStoredWriteNeverClaimsThatNothingWasWritten(t *testing.T) {
	err := fmt.Errorf("%w: gone", store.ErrUnavailable)
	if got := partly(0, err); !errors.Is(got, store.ErrUnavailable) {
		t.Errorf("the first write's failure became %v", got)
	}
	if got := partly(2, err); !errors.Is(got, store.ErrUncertain) || errors.Is(got, store.ErrUnavailable) {
		t.Errorf("a later write's failure became %v", got)
	}
	if got := partly(2, store.ErrConflict); !errors.Is(got, store.ErrConflict) {
		t.Errorf("a conflict became %v", got)
	}
}
