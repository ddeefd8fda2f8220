package mongo

import (
	"context"
	"errors"
	"fmt"

	driver "go.mongodb.org/mongo-driver/mongo"
	vendor "go.mongodb.org/mongo-driver/x/mongo/driver"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"

	"fengqiao/internal/store"
)

// ErrNewerSchema: the database was last opened by a newer release of the program, which this one must not write to.
var ErrNewerSchema = errors.New("mongo: the database belongs to a newer release of the program")

// refusals are answers with which a server declines a command before doing any of it: it is not the primary
// (10107, 13435, 13436), its disk is full (14031), or the write lost against another and is to be repeated (112).
var refusals = []int{10107, 13435, 13436, 14031, 112}

// interruptions are answers after which a command may have been carried out, wholly or not: stepping down, shutting
// down, out of time, write concern not met.
var interruptions = []int{91, 189, 11600, 11602, 50, 262, 64, 100}

// readError says what a failed read means: anything between us and an answer is ErrUnavailable.
func readError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, driver.ErrNoDocuments):
		return store.ErrNotFound
	case notSent(err), inFlight(err), concernFailed(err), hasCode(err, refusals), hasCode(err, interruptions),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return err
}

// writeError says what a failed write means. The order matters: a failure of which we know that nothing was sent is
// told from one where the answer got lost, and in doubt the outcome is unknown.
func writeError(err error) error {
	switch {
	case err == nil:
		return nil
	case driver.IsDuplicateKeyError(err):
		return fmt.Errorf("%w: %w", store.ErrExists, err)
	case inFlight(err), concernFailed(err), hasCode(err, interruptions):
		return fmt.Errorf("%w: %w", store.ErrUncertain, err)
	case notSent(err), hasCode(err, refusals):
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", store.ErrUncertain, err)
	}
	return err
}

// inFlight: the connection or the deadline ended while the command was being written or its answer awaited.
func inFlight(err error) bool {
	var labeled driver.LabeledError
	return errors.As(err, &labeled) && labeled.HasErrorLabel("NetworkError")
}

// notSent: no server or no connection could be had, so the command never left.
func notSent(err error) bool {
	var selection topology.ServerSelectionError
	var queue topology.WaitQueueTimeoutError
	var connection topology.ConnectionError
	var pool vendor.RetryablePoolError // "the pool was just cleared, try again"
	return errors.As(err, &selection) || errors.As(err, &queue) || errors.As(err, &connection) ||
		errors.As(err, &pool) || errors.Is(err, driver.ErrClientDisconnected)
}

// concernFailed: the primary has the write, but not enough members confirmed it.
func concernFailed(err error) bool {
	var one driver.WriteException
	if errors.As(err, &one) && one.WriteConcernError != nil {
		return true
	}
	var many driver.BulkWriteException
	return errors.As(err, &many) && many.WriteConcernError != nil
}

func hasCode(err error, codes []int) bool {
	var se driver.ServerError
	if !errors.As(err, &se) {
		return false
	}
	for _, code := range codes {
		if se.HasErrorCode(code) {
			return true
		}
	}
	return false
}
