package seal

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
)

// Errors of the keyring. Those of the installation key end the start with a sentence that says what to do.
var (
	// ErrNoKey: no installation key was given.
	ErrNoKey = errors.New("seal: no installation key")
	// ErrWrongKey: the installation key does not open this installation's keys.
	ErrWrongKey = errors.New("seal: the installation key does not open what is stored here: it belongs to another installation or was changed; " +
		"give the key that was made at install")
	// ErrNoEpoch: the wrap is of an epoch whose installation key was not given.
	ErrNoEpoch = errors.New("seal: the installation key of this epoch was not given; give the key file with all epochs until the rotation has finished")
	// ErrClosed: the keyring has been closed, because the process is ending.
	ErrClosed error = &mediation.Error{Op: "seal", Kind: mediation.Unavailable, Code: mediation.ErrUnavailable.Code,
		Cause: errors.New("keyring closed")}
)

// Wrap is a data key as it is stored: closed under the installation key of an epoch.
type Wrap struct {
	ID    string
	Epoch int64 // from 1
	Box   []byte
	// Version is the store's; Replace compares it.
	Version int64
}

// Wraps keeps the wrapped keys, apart from the data. A write is durable when it returns nil. Failures of the store are
// mediation.ErrUnavailable (nothing written) or mediation.ErrUncertain.
type Wraps interface {
	// Put inserts new wraps, many at once. Where it fails some of them may be stored. mediation.ErrExists if one id is taken.
	Put(ctx context.Context, ws []Wrap) error
	// Get returns a wrap; mediation.ErrNotFound.
	Get(ctx context.Context, id string) (Wrap, error)
	// Replace overwrites the wrap if its version is still w.Version; mediation.ErrNotFound, mediation.ErrStale otherwise.
	// It never brings back a wrap that was removed meanwhile.
	Replace(ctx context.Context, w Wrap) error
	// Older returns at most limit wraps of epochs below the given one, in no given order.
	Older(ctx context.Context, epoch int64, limit int) ([]Wrap, error)
	// Count counts the wraps of epochs below the given one.
	Count(ctx context.Context, epoch int64) (int64, error)
}

// Erasure is one line of the erasure journal. It says which key went when, and nothing of whom it was.
type Erasure struct {
	ID string
	At time.Time
}

// Journal keeps the erasures, apart from the data and for ever.
type Journal interface {
	// Erase records the erasure if none of that key is recorded, and then removes the wrap if it is there. Both or, on a
	// store without transactions, in this order. Durable when it returns nil; it may be repeated.
	Erase(ctx context.Context, e Erasure) error
	// Erased tells whether the key's erasure is recorded.
	Erased(ctx context.Context, id string) (bool, error)
	// Since calls fn for every erasure recorded with At at or after t, in order of time. fn may use the store.
	Since(ctx context.Context, t time.Time, fn func(Erasure) error) error
}

// KEK wraps data keys under the installation key. Local holds it in memory; transit.Key asks a key service, which may
// keep it in a security module. kektest holds both to this contract.
type KEK interface {
	// Newest is the epoch under which keys are wrapped from now on, from 1.
	Newest() int64
	// Wrap closes plain, a key of 16 bytes (of a backup) or 32, under the key of the epoch. bound must be given again to open it.
	Wrap(ctx context.Context, epoch int64, plain, bound []byte) ([]byte, error)
	// Unwrap opens what Wrap made; ErrNoEpoch if that epoch's key is not there, ErrWrongKey if it does not open the box.
	Unwrap(ctx context.Context, epoch int64, box, bound []byte) ([]byte, error)
}

// Batch is a KEK for which many keys at once cost less than one by one, because it is asked over the network.
type Batch interface {
	KEK
	// WrapAll is Wrap for many keys: bound[i] belongs to plain[i]. All or none. ErrNoEpoch also where the epoch has been
	// followed by another meanwhile, which Newest then tells.
	WrapAll(ctx context.Context, epoch int64, plain, bound [][]byte) ([][]byte, error)
}
