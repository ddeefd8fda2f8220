package seal

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"fengqiao/mediation"
)

func rotated(t *testing.T, k *Keyring, wantOlder int64) {
	t.Helper()
	st, err := k.Status(t.Context())
	if err != nil || st.Older != wantOlder {
		t.Fatalf("Status = %+v, %v; want %d older", st, err, wantOlder)
	}
}

func TestRotationRewrapsAndTouchesNoCiphertext(t *testing.T) {
	old, fresh := NewInstallationKey(), NewInstallationKey()
	both := "1:" + old + "\n2:" + fresh
	s := newShelf()
	before := start(t, s, installation(t, old), Options{})
	var boxes []mediation.Sealed
	for i := range 700 {
		boxes = append(boxes, sealed(t, before, newKey(t, before), fmt.Sprint("words ", i)))
	}
	hash := before.Hash("phone", "1")
	if err := before.Erase(t.Context(), boxes[0].Key); err != nil {
		t.Fatal(err)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}

	k := start(t, s, installation(t, both), Options{})
	var most, total int64
	progress := func(done, all int64) { most, total = max(most, done), all }

	// The machine stops half-way.
	interrupted, stop := context.WithCancel(t.Context())
	half := &stopping{Wraps: s, after: 1, stop: stop}
	k.wraps = half
	if err := k.Rotate(interrupted, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("Rotate = %v", err)
	}
	k.wraps = s
	if _, err := New(t.Context(), s, s, installation(t, "2:"+fresh), Options{}); !errors.Is(err, ErrNoEpoch) {
		t.Fatalf("start without the old key before the rotation has finished: %v", err)
	}
	for i, b := range boxes[1:] {
		opens(t, start(t, s, installation(t, both), Options{}), b, fmt.Sprint("words ", i+1))
		if i > 5 {
			break
		}
	}

	if err := k.Rotate(t.Context(), serial(progress)); err != nil {
		t.Fatal(err)
	}
	rotated(t, k, 0)
	if most == 0 || most != total {
		t.Errorf("progress ended at %d of %d", most, total)
	}
	if err := k.Rotate(t.Context(), nil); err != nil { // again: nothing to do
		t.Fatal(err)
	}

	after := start(t, s, installation(t, "2:"+fresh), Options{})
	for i, b := range boxes[1:] {
		opens(t, after, b, fmt.Sprint("words ", i+1))
	}
	isErased(t, after, boxes[0])
	if after.Hash("phone", "1") != hash {
		t.Error("the rotation changed the hashes")
	}
	if _, err := New(t.Context(), s, s, installation(t, old), Options{}); !errors.Is(err, ErrNoEpoch) {
		t.Errorf("start with the old key alone: %v", err)
	}
}

// stopping cancels after some batches, as a machine that is switched off.
type stopping struct {
	Wraps
	after int
	stop  func()
}

func (s *stopping) Older(ctx context.Context, epoch int64, limit int) ([]Wrap, error) {
	if s.after == 0 {
		s.stop()
		return nil, ctx.Err()
	}
	s.after--
	return s.Wraps.Older(ctx, epoch, limit)
}

// serial lets one goroutine at a time report.
func serial(fn func(done, total int64)) func(done, total int64) {
	turn := make(chan struct{}, 1)
	return func(done, total int64) {
		turn <- struct{}{}
		fn(done, total)
		<-turn
	}
}
