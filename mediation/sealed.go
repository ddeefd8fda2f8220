package mediation

import (
	"context"
	"errors"
)

// Sealed is a personal value as it is stored, hashed and carried about: ciphertext under the key named Key. Destroying that
// key erases the value for good while every hash over it still verifies. The zero value means "nothing was said".
type Sealed struct {
	Key string
	Box []byte
}

// Empty tells whether there is nothing inside.
func (s Sealed) Empty() bool { return len(s.Box) == 0 }

// Sealer closes and opens personal values. Sealing draws a nonce, so it happens once, before an update that may rerun.
type Sealer interface {
	// NewKey returns the id of a fresh key that is stored already (a case or a person gets one of its own).
	NewKey(ctx context.Context) (string, error)
	// Seal closes plain under the key; empty plain gives the zero Sealed.
	Seal(ctx context.Context, key string, plain []byte) (Sealed, error)
	// Open returns the plain value; nil for the zero Sealed; ErrErased if the key has been destroyed.
	Open(ctx context.Context, s Sealed) ([]byte, error)
	// Hash is a keyed hash for finding equal values (phone, ID number) without reading them; purpose keeps
	// different uses apart. Equal normalised inputs give equal hashes within one installation.
	Hash(purpose, value string) string
}

// OpenText opens a sealed text by whoever opens such; "" if it is empty or has been erased.
func OpenText(ctx context.Context, by interface {
	Open(context.Context, Sealed) ([]byte, error)
}, v Sealed) (string, error) {
	if v.Empty() {
		return "", nil
	}
	plain, err := by.Open(ctx, v)
	if errors.Is(err, ErrErased) {
		return "", nil
	}
	return string(plain), err
}
