package checkpoint

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"
)

// Checkpoint is a signed statement of where everything stood that moved since the one before.
type Checkpoint struct {
	N    int64     `json:"n"` // from 1, without gaps
	At   time.Time `json:"at"`
	Prev []byte    `json:"prev,omitempty"` // Sum of the one before; none for the first
	// Parts are the SHA-256 hashes of its lists of marks in order, hex, by which they are stored too; Marks is how many
	// marks there are in all.
	Parts     []string `json:"parts"`
	Marks     int64    `json:"marks"`
	Signature []byte   `json:"signature"`
}

// Sum covers the checkpoint, its marks and all checkpoints before it.
func (c *Checkpoint) Sum() []byte {
	h := sha256.New()
	h.Write([]byte("fengqiao checkpoint 1\n"))
	number := func(n int64) { h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	number(c.N)
	number(c.At.UnixMilli())
	number(int64(len(c.Prev)))
	h.Write(c.Prev)
	number(c.Marks)
	number(int64(len(c.Parts)))
	for _, p := range c.Parts {
		number(int64(len(p)))
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

func (c *Checkpoint) sign(key ed25519.PrivateKey) { c.Signature = ed25519.Sign(key, c.Sum()) }

// Errors that show in what a checkpoint says of itself.
var (
	errSignature = errors.New("its signature is not the installation's")
	errPlace     = errors.New("it does not follow the one before: one was changed, removed or put in")
	errPart      = errors.New("its marks are not those that were signed")
)

// follows tells what is wrong with a checkpoint where before is the one before it (zero: none).
func (c *Checkpoint) follows(before *Checkpoint, public ed25519.PublicKey) error {
	switch {
	case !ed25519.Verify(public, c.Sum(), c.Signature):
		return errSignature
	case c.N != before.N+1 || before.N > 0 && string(c.Prev) != string(before.Sum()) || before.N == 0 && len(c.Prev) > 0:
		return errPlace
	}
	return nil
}

// partSum is the name of a part: the hash of its text.
func partSum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
