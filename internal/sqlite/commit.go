package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	codes "modernc.org/sqlite/lib"

	"fengqiao/internal/store"
)

// How a write becomes durable.
//
// With synchronous=FULL each commit waits for the disk, and SQLite admits one writer at a time. So each file has one
// writer goroutine with one connection, and concurrent callers share its commits:
//
//  1. A caller puts its request into the queue and waits.
//  2. The writer takes whatever has queued while its last commit ran, at most maxBatch requests: from here on they are
//     "taken". It opens one transaction (BEGIN IMMEDIATE, so that no read-then-write is refused half-way) and runs the
//     requests one after another, each in a SAVEPOINT of its own. A request that fails rolls back to its savepoint and
//     leaves the others untouched; later requests see what earlier ones wrote.
//  3. It commits once, with one fsync, and only then answers everybody: a version conflict too is news only once the
//     state that it was found in is durable.
//  4. Where the disk is full, the file locked or the machine failing, the whole transaction is rolled back and every
//     request of the batch is answered ErrUnavailable, those included that had met a conflict or an existing row:
//     what they met may have been a neighbour's write that now never was.
//  5. Only where COMMIT itself fails on input or output is the truth unknown: the commit record may have reached the log
//     before its fsync failed, and a crash could bring it back. Then the answer is ErrUncertain.
//
// A caller whose context ends before its request is taken withdraws it: nothing was written, ErrUnavailable. Once it is
// taken it cannot be withdrawn any more: ErrUncertain, without waiting for the end. Whoever gets there first decides;
// the request's state is compared and swapped. Requests that were queued when the engine closes are still carried out.

// maxBatch bounds the requests of one transaction, and so the wait of the first of them.
const maxBatch = 256

// The states of a request.
const (
	waiting int32 = iota
	picked
	withdrawn
)

type request struct {
	work    func(*conn) ([]store.Applied, error)
	state   atomic.Int32
	applied []store.Applied
	err     error
	done    chan struct{} // closed when applied and err are final
}

// writer owns the connection that writes a file.
type writer struct {
	c         *conn
	readers   *readers // of the same file
	every     int64    // pages of log between checkpoints, see tidy
	attempted int64    // length of the log at the last of them
	mu        sync.Mutex
	queue     []*request
	stopping  bool
	wake      chan struct{} // holds a token when the queue or stopping changed
	finished  chan struct{} // closed when the goroutine has ended
}

func startWriter(c *conn, pool *readers) *writer {
	w := &writer{c: c, readers: pool, every: checkpointPages, wake: make(chan struct{}, 1), finished: make(chan struct{})}
	go w.run()
	return w
}

// stop lets the writer finish its queue, and closes its connection.
func (w *writer) stop() error {
	w.mu.Lock()
	w.stopping = true
	w.mu.Unlock()
	w.signal()
	<-w.finished
	return w.c.close()
}

func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// submit hands work to the writer and waits for its commit. The work's arguments must stay unchanged even after an
// ErrUncertain, since the writer may still be reading them.
func (w *writer) submit(ctx context.Context, work func(*conn) ([]store.Applied, error)) ([]store.Applied, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	r := &request{work: work, done: make(chan struct{})}
	w.mu.Lock()
	if w.stopping {
		w.mu.Unlock()
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, errClosed)
	}
	w.queue = append(w.queue, r)
	w.mu.Unlock()
	w.signal()
	select {
	case <-r.done:
		return r.applied, r.err
	case <-ctx.Done():
	}
	if r.state.CompareAndSwap(waiting, withdrawn) {
		return nil, fmt.Errorf("%w: withdrawn before it was written: %w", store.ErrUnavailable, ctx.Err())
	}
	select {
	case <-r.done: // both came at once
		return r.applied, r.err
	default:
		return nil, fmt.Errorf("%w: %w", store.ErrUncertain, ctx.Err())
	}
}

func (w *writer) run() {
	defer close(w.finished)
	for {
		batch := w.next()
		if batch == nil {
			return
		}
		err := w.commit(batch)
		for _, r := range batch {
			if err != nil {
				r.applied, r.err = nil, err
			}
			close(r.done)
		}
		w.tidy()
		// Those just answered are about to send again: let them, so that the next commit carries them too.
		runtime.Gosched()
	}
}

// next takes the next batch; nil when the writer has been stopped and nothing is left.
func (w *writer) next() []*request {
	for {
		w.mu.Lock()
		var batch []*request
		n := 0
		for ; n < len(w.queue) && len(batch) < maxBatch; n++ {
			if w.queue[n].state.CompareAndSwap(waiting, picked) {
				batch = append(batch, w.queue[n])
			}
		}
		rest := copy(w.queue, w.queue[n:])
		clear(w.queue[rest:])
		w.queue = w.queue[:rest]
		stopping := w.stopping
		w.mu.Unlock()
		if len(batch) > 0 {
			return batch
		}
		if stopping {
			return nil
		}
		<-w.wake
	}
}

// commit runs a batch in one transaction. An error is everybody's answer; without one each request has its own.
func (w *writer) commit(batch []*request) error {
	if err := w.begin(); err != nil {
		return fmt.Errorf("%w: begin: %w", store.ErrUnavailable, err)
	}
	for _, r := range batch {
		var broken error
		if r.applied, r.err, broken = w.attempt(r); broken != nil {
			return fmt.Errorf("%w: %w", store.ErrUnavailable, errors.Join(broken, w.rollback()))
		}
	}
	_, err := w.c.exec("COMMIT")
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%w: commit: %w", commitFault(err), err)
	return errors.Join(err, w.rollback())
}

// commitFault is what a failed COMMIT means. A full disk, a lock and missing memory are met before the commit record
// stands in the log; an input/output error may be met behind it.
func commitFault(err error) error {
	switch code(err) {
	case codes.SQLITE_FULL, codes.SQLITE_BUSY, codes.SQLITE_LOCKED, codes.SQLITE_NOMEM:
		return store.ErrUnavailable
	}
	return store.ErrUncertain
}

func (w *writer) begin() error {
	_, err := w.c.exec("BEGIN IMMEDIATE")
	if code(err) != codes.SQLITE_ERROR {
		return err
	}
	// A transaction is still open because a rollback failed: end it and try once more.
	if err := w.rollback(); err != nil {
		return err
	}
	_, err = w.c.exec("BEGIN IMMEDIATE")
	return err
}

// rollback ends the transaction. SQLite may have ended it by itself, and says so with its plain error code.
func (w *writer) rollback() error {
	_, err := w.c.exec("ROLLBACK")
	if code(err) == codes.SQLITE_ERROR {
		return nil
	}
	return err
}

// attempt runs one request in a savepoint. broken tells that the transaction cannot go on.
func (w *writer) attempt(r *request) (applied []store.Applied, err, broken error) {
	if _, broken = w.c.exec("SAVEPOINT request"); broken != nil {
		return nil, nil, broken
	}
	if applied, err = r.work(w.c); err == nil {
		_, broken = w.c.exec("RELEASE request")
		return applied, nil, broken
	}
	if outage(err) {
		return nil, nil, err
	}
	if _, broken = w.c.exec("ROLLBACK TO request"); broken == nil {
		_, broken = w.c.exec("RELEASE request")
	}
	return nil, fault(err), broken
}
