package seal

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math"
	"strconv"
	"sync"

	"fengqiao/mediation"
)

// rootID names the wrap of the secret that hashing and the vault derive from. Data keys never bear it.
const rootID = "root"

// hashBytes is how much of the HMAC is kept: 128 bits, beyond any accidental equality (NIST SP 800-107, 5.1).
const hashBytes = 16

// rootKeys are what derives from the root secret.
type rootKeys struct {
	vault *dataKey
	// checkpoints signs what internal/checkpoint states.
	checkpoints ed25519.PrivateKey
	macs        *sync.Pool // of hash.Hash, HMAC-SHA256 under the hashing key
}

// boundTo ties a wrap to its place, so that neither wraps nor epochs can be exchanged.
func boundTo(id string, epoch int64) []byte {
	return []byte("fengqiao wrap 1 " + strconv.FormatInt(epoch, 10) + " " + id)
}

// openRoot opens the root secret or, on an empty store, makes it. Of several instances that start at once one makes it.
func openRoot(ctx context.Context, wraps Wraps, kek KEK) (rootKeys, error) {
	w, err := wraps.Get(ctx, rootID)
	if errors.Is(err, mediation.ErrNotFound) {
		w, err = makeRoot(ctx, wraps, kek)
	}
	if err != nil {
		return rootKeys{}, fmt.Errorf("seal: root: %w", err)
	}
	secret, err := unwrapRoot(ctx, w, kek)
	if err != nil {
		return rootKeys{}, err
	}
	return derive(secret)
}

// Fits tells whether the installation key opens what these wraps were made under, and makes nothing: before a backup is
// restored, which without its key can be neither read nor taken back. ErrWrongKey or ErrNoEpoch if it does not; wraps
// under which nothing was ever sealed fit every key.
func Fits(ctx context.Context, wraps Wraps, kek KEK) error {
	w, err := wraps.Get(ctx, rootID)
	if errors.Is(err, mediation.ErrNotFound) {
		if err = noneBesides(ctx, wraps); err == nil {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("seal: root: %w", err)
	}
	_, err = unwrapRoot(ctx, w, kek)
	return err
}

// PublicKey is the public half of the key that signs checkpoints, read without making anything; mediation.ErrNotFound where nothing was
// ever sealed, ErrWrongKey or ErrNoEpoch where the installation key does not fit.
func PublicKey(ctx context.Context, wraps Wraps, kek KEK) (ed25519.PublicKey, error) {
	w, err := wraps.Get(ctx, rootID)
	if err != nil {
		return nil, fmt.Errorf("seal: root: %w", err)
	}
	secret, err := unwrapRoot(ctx, w, kek)
	if err != nil {
		return nil, err
	}
	root, err := derive(secret)
	if err != nil {
		return nil, err
	}
	return root.checkpoints.Public().(ed25519.PublicKey), nil
}

func unwrapRoot(ctx context.Context, w Wrap, kek KEK) ([]byte, error) {
	secret, err := kek.Unwrap(ctx, w.Epoch, w.Box, boundTo(rootID, w.Epoch))
	if err != nil {
		return nil, fmt.Errorf("seal: root: %w", err)
	}
	if w.Epoch > kek.Newest() {
		return nil, fmt.Errorf("seal: root: %w (epoch %d)", ErrNoEpoch, w.Epoch)
	}
	return secret, nil
}

func makeRoot(ctx context.Context, wraps Wraps, kek KEK) (Wrap, error) {
	if err := noneBesides(ctx, wraps); err != nil {
		return Wrap{}, err
	}
	epoch := kek.Newest()
	box, err := kek.Wrap(ctx, epoch, randomKey(), boundTo(rootID, epoch))
	if err != nil {
		return Wrap{}, err
	}
	if err := wraps.Put(ctx, []Wrap{{ID: rootID, Epoch: epoch, Box: box}}); err != nil && !errors.Is(err, mediation.ErrExists) {
		return Wrap{}, err
	}
	return wraps.Get(ctx, rootID)
}

// noneBesides is an error if there are data keys, which a store without a root cannot have come to by itself.
func noneBesides(ctx context.Context, wraps Wraps) error {
	others, err := wraps.Older(ctx, math.MaxInt64, 1)
	if err != nil {
		return err
	}
	if len(others) > 0 && others[0].ID != rootID {
		return errors.New("it is missing although keys are stored: restore the wraps from their backup")
	}
	return nil
}

func derive(secret []byte) (rootKeys, error) {
	vault, err := hkdf.Key(sha256.New, secret, nil, "fengqiao vault", keyBytes)
	if err != nil {
		return rootKeys{}, err
	}
	hashing, err := hkdf.Key(sha256.New, secret, nil, "fengqiao hash", keyBytes)
	if err != nil {
		return rootKeys{}, err
	}
	signing, err := hkdf.Key(sha256.New, secret, nil, "fengqiao checkpoints", ed25519.SeedSize)
	if err != nil {
		return rootKeys{}, err
	}
	return rootKeys{
		vault:       newDataKey("vault", vault),
		checkpoints: ed25519.NewKeyFromSeed(signing),
		macs:        &sync.Pool{New: func() any { return hmac.New(sha256.New, hashing) }},
	}, nil
}

// Hash implements mediation.Sealer: 22 characters, safe in ids and URLs. The value is hashed as it is; NormalisePhone,
// NormaliseID and Bigrams make equal what people mean to be equal.
func (k *Keyring) Hash(purpose, value string) string {
	mac := k.root.macs.Get().(hash.Hash)
	defer k.root.macs.Put(mac)
	mac.Reset()
	// The length in front keeps ("ab", "c") and ("a", "bc") apart.
	buffer := binary.BigEndian.AppendUint32(make([]byte, 0, 128), uint32(len(purpose)))
	buffer = append(append(buffer, purpose...), value...)
	mac.Write(buffer)
	sum := mac.Sum(buffer[:0])
	return base64.RawURLEncoding.EncodeToString(sum[:hashBytes])
}

// CheckpointKey signs checkpoints. Like the hashing key it stays the same for as long as the installation lives.
func (k *Keyring) CheckpointKey() ed25519.PrivateKey { return k.root.checkpoints }

// PublicKey is its public half.
func (k *Keyring) PublicKey() ed25519.PublicKey {
	return k.root.checkpoints.Public().(ed25519.PublicKey)
}

// Wrap seals a secret of the installation itself (account.Vault), such as a signing key.
func (k *Keyring) Wrap(_ context.Context, secret []byte) ([]byte, error) {
	return k.root.vault.close(secret), nil
}

// Unwrap opens what Wrap made; an error if it was changed or made by another installation.
func (k *Keyring) Unwrap(_ context.Context, sealed []byte) ([]byte, error) {
	secret, err := k.root.vault.open(sealed)
	if err != nil {
		return nil, fmt.Errorf("seal: vault: %w", err)
	}
	return secret, nil
}
