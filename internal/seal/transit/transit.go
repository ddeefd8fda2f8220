// Package transit keeps the installation key in a key service: the Transit engine of OpenBao or HashiCorp Vault, which may
// itself hang on a security module. The key never leaves the service; data keys are sent there to be wrapped and opened.
//
// # Epochs
//
// Epoch N is version N of one key of type aes256-gcm96. Rotating is the service's: a new version, under which everything is
// wrapped anew. A version ends when the service lets nobody open with it any more (min_decryption_version) and forgets it
// (trim); docs/deploying.md has the commands. Other instances learn of a new version within renewAfter, and at once when the
// service refuses the old one (min_encryption_version), so that nothing new is wrapped under a version that is to go.
//
// # What it costs
//
// Keys are made ahead in batches, one call a batch, so a report costs a thirty-second of a call or less. A key that is not in
// memory costs one call to open. Rotating costs two calls a key.
//
// # Failures
//
// Whatever keeps an answer from coming (no connection, 5xx, a sealed service, too many requests, a token that ran out) is
// mediation.ErrUnavailable: nothing was stored, and it goes on by itself. Errors bear the status and words of our own, never
// the service's, which might quote what it was sent.
package transit

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"fengqiao/internal/seal"
)

// renewAfter is how old the knowledge of the newest version may be when keys are wrapped.
const renewAfter = time.Minute

// keyType is the only one taken: AES-256-GCM, which authenticates what a box is bound to.
const keyType = "aes256-gcm96"

// ErrNoSuchKey: the service has no key of that name.
var ErrNoSuchKey = fmt.Errorf("%w in the key service", seal.ErrNoKey)

// Config says where the key is.
type Config struct {
	// Address is the engine's mount with /v1, for example https://vault:8200/v1/transit.
	Address string
	// Name is the key's.
	Name string
	// TokenFile holds the token; it is read anew when the service refuses it.
	TokenFile string
	// CAFile holds the certificates (PEM) that the service's must descend from; empty means the system's.
	CAFile string
	// Now is the machine's clock. Default time.Now.
	Now func() time.Time
	// Pause waits between attempts. Default a timer.
	Pause func(context.Context, time.Duration) error
}

// Key is an installation key in the service. It implements seal.Batch and is safe for concurrent use.
type Key struct {
	line   *line
	name   string
	now    func() time.Time
	newest atomic.Int64
	// looked is when the newest version was last asked for, Unix nanoseconds; 0 means it is to be asked for.
	looked atomic.Int64
}

var _ seal.Batch = (*Key)(nil)

// Open finds the key and tries it, so that what is missing shows at the start: ErrNoSuchKey, a key of another kind, a token
// that may not use it, a service too old to bind a box to its place.
func Open(ctx context.Context, c Config) (*Key, error) {
	k, err := reach(c)
	if err != nil {
		return nil, err
	}
	if err := k.look(ctx); err != nil {
		return nil, err
	}
	return k, k.try(ctx)
}

// Create makes the key in the service. An error if there is one of that name.
func Create(ctx context.Context, c Config) error {
	k, err := reach(c)
	if err != nil {
		return err
	}
	switch err := k.look(ctx); {
	case err == nil:
		return fmt.Errorf("seal: key service: the key %q is there already and stays as it is", k.name)
	case !errors.Is(err, ErrNoSuchKey):
		return err
	}
	if err := k.line.once(ctx, "/keys/"+k.name, map[string]any{"type": keyType}, nil); err != nil {
		return err
	}
	if err := k.look(ctx); err != nil {
		return err
	}
	return k.try(ctx)
}

func reach(c Config) (*Key, error) {
	l, err := newLine(c)
	if err != nil {
		return nil, err
	}
	k := &Key{line: l, name: c.Name, now: c.Now}
	if k.now == nil {
		k.now = time.Now
	}
	return k, nil
}

// look asks for the newest version.
func (k *Key) look(ctx context.Context) error {
	var got struct {
		Type    string `json:"type"`
		Derived bool   `json:"derived"`
		Latest  int64  `json:"latest_version"`
	}
	at := k.now()
	err := k.line.call(ctx, http.MethodGet, "/keys/"+k.name, nil, &got)
	var refused *refusal
	switch {
	case errors.As(err, &refused) && refused.status == http.StatusNotFound:
		return fmt.Errorf("%w: %s has no key %q", ErrNoSuchKey, k.line.address, k.name)
	case err != nil:
		return err
	case got.Type != keyType || got.Derived:
		return fmt.Errorf("seal: key service: the key %q must be of type %s and not derived", k.name, keyType)
	case got.Latest < 1:
		return errors.New("seal: key service: its answer tells no version")
	}
	k.newest.Store(got.Latest)
	k.looked.Store(at.UnixNano())
	return nil
}

// try wraps and opens something. Services before associated_data came take it and ignore it, so that a box would open
// beside any other: such a one is refused.
func (k *Key) try(ctx context.Context) error {
	plain := make([]byte, 32)
	_, _ = rand.Read(plain) // never fails: it ends the program instead
	epoch := k.Newest()
	box, err := k.Wrap(ctx, epoch, plain, []byte("fengqiao try 1"))
	if err != nil {
		return err
	}
	switch _, err := k.Unwrap(ctx, epoch, box, []byte("fengqiao try 2")); {
	case err == nil:
		return errors.New("seal: key service: it ignores associated_data and is too old for this; OpenBao and Vault from 1.13 on have it")
	case !errors.Is(err, seal.ErrWrongKey):
		return err
	}
	return nil
}

// Newest implements seal.KEK.
func (k *Key) Newest() int64 { return k.newest.Load() }

// Rotate has the service make a new version and returns its number.
func (k *Key) Rotate(ctx context.Context) (int64, error) {
	if err := k.line.once(ctx, "/keys/"+k.name+"/rotate", nil, nil); err != nil {
		return 0, err
	}
	err := k.look(ctx)
	return k.Newest(), err
}

// Wrap implements seal.KEK.
func (k *Key) Wrap(ctx context.Context, epoch int64, plain, bound []byte) ([]byte, error) {
	boxes, err := k.encrypt(ctx, epoch, [][]byte{plain}, [][]byte{bound})
	if err != nil {
		return nil, err
	}
	return boxes[0], nil
}

// WrapAll implements seal.Batch with one call.
func (k *Key) WrapAll(ctx context.Context, epoch int64, plain, bound [][]byte) ([][]byte, error) {
	if k.now().Sub(time.Unix(0, k.looked.Load())) > renewAfter {
		if err := k.look(ctx); err != nil {
			return nil, err
		}
	}
	if newest := k.Newest(); newest > epoch {
		return nil, fmt.Errorf("%w (epoch %d, followed by %d)", seal.ErrNoEpoch, epoch, newest)
	}
	boxes, err := k.encrypt(ctx, epoch, plain, bound)
	if errors.Is(err, seal.ErrNoEpoch) {
		err = errors.Join(err, k.look(ctx))
	}
	return boxes, err
}

// item is a part of a batch, asked and answered.
type item struct {
	Plaintext  string `json:"plaintext,omitempty"`
	Ciphertext string `json:"ciphertext,omitempty"`
	Bound      string `json:"associated_data,omitempty"`
	Version    int64  `json:"key_version,omitempty"`
	Error      string `json:"error,omitempty"`
}

func (k *Key) encrypt(ctx context.Context, epoch int64, plain, bound [][]byte) ([][]byte, error) {
	if epoch < 1 {
		return nil, fmt.Errorf("%w (epoch %d)", seal.ErrNoEpoch, epoch) // 0 would mean the newest there
	}
	items := make([]item, len(plain))
	for i := range plain {
		items[i] = item{Plaintext: encode(plain[i]), Bound: encode(bound[i]), Version: epoch}
	}
	var got struct {
		Results []item `json:"batch_results"`
	}
	err := k.line.call(ctx, http.MethodPost, "/encrypt/"+k.name, map[string]any{"batch_input": items}, &got)
	if err == nil {
		err = itemRefusals(got.Results)
	}
	if err != nil {
		return nil, meaning(err, epoch)
	}
	if len(got.Results) != len(items) {
		return nil, errors.New("seal: key service: it answered fewer or more than it was asked")
	}
	boxes := make([][]byte, len(items))
	for i, r := range got.Results {
		if versionOf(r.Ciphertext) != epoch {
			return nil, fmt.Errorf("seal: key service: a box is not of version %d, as it was asked", epoch)
		}
		boxes[i] = []byte(r.Ciphertext)
	}
	return boxes, nil
}

// itemRefusals: older services answer a batch 200 with errors inside.
func itemRefusals(results []item) error {
	for _, r := range results {
		if r.Error != "" {
			return &refusal{status: http.StatusBadRequest, about: about(r.Error)}
		}
	}
	return nil
}

// Unwrap implements seal.KEK.
func (k *Key) Unwrap(ctx context.Context, epoch int64, box, bound []byte) ([]byte, error) {
	if versionOf(string(box)) != epoch || epoch < 1 {
		return nil, fmt.Errorf("%w (epoch %d)", seal.ErrWrongKey, epoch)
	}
	var got item
	err := k.line.call(ctx, http.MethodPost, "/decrypt/"+k.name, item{Ciphertext: string(box), Bound: encode(bound)}, &got)
	if err != nil {
		return nil, meaning(err, epoch)
	}
	plain, err := base64.StdEncoding.DecodeString(got.Plaintext)
	if err != nil {
		return nil, errors.New("seal: key service: its answer is not base64") // and not what it was
	}
	return plain, nil
}

// meaning turns what the service refuses into the errors of seal.KEK.
func meaning(err error, epoch int64) error {
	var r *refusal
	if !errors.As(err, &r) {
		return err
	}
	switch r.about {
	case aboutVersion:
		return fmt.Errorf("%w (epoch %d: the key service has no such version, or lets nobody use it any more)", seal.ErrNoEpoch, epoch)
	case aboutBox:
		return fmt.Errorf("%w (epoch %d)", seal.ErrWrongKey, epoch)
	}
	return err
}

// versionOf reads the version that a box begins with ("vault:v2:…"); 0 if it is none.
func versionOf(box string) int64 {
	rest, ok := strings.CutPrefix(box, "vault:v")
	number, _, found := strings.Cut(rest, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if !ok || !found || err != nil || n < 1 {
		return 0
	}
	return n
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// String tells where the key is and keeps the token out of logs.
func (k *Key) String() string {
	return fmt.Sprintf("installation key %q in the key service %s, version %d", k.name, k.line.address, k.Newest())
}

// GoString is String, for %#v.
func (k *Key) GoString() string { return k.String() }
