package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/seal"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Seal holds an opened, empty store to the contracts of seal's ports, and plays a keyring's life on it.
func Seal(t *testing.T, s *store.Store) {
	t.Run("a wrap's life", func(t *testing.T) { sealWrapLife(t, s.Wraps(), s.Erasures()) })
	t.Run("wraps by epoch", func(t *testing.T) { sealEpochs(t, s.Wraps(), s.Erasures()) })
	t.Run("an erasure outruns a rewrap", func(t *testing.T) { sealEraseWins(t, s.Wraps(), s.Erasures()) })
	t.Run("the journal in order of time", func(t *testing.T) { sealJournal(t, s.Erasures()) })
	t.Run("a keyring's life", func(t *testing.T) { sealKeyring(t, s) })
}

func sealFails(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func sealOK(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var sealDay = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func sealWrapLife(t *testing.T, w seal.Wraps, j seal.Journal) {
	ctx := t.Context()
	_, err := w.Get(ctx, "life-1")
	sealFails(t, err, mediation.ErrNotFound)
	sealFails(t, w.Replace(ctx, seal.Wrap{ID: "life-1", Epoch: 1, Box: []byte("box"), Version: 1}), mediation.ErrNotFound)

	box := []byte{0, 1, 0xff, 0xfe}
	sealOK(t, w.Put(ctx, []seal.Wrap{{ID: "life-1", Epoch: 3, Box: box}, {ID: "life-2", Epoch: 3, Box: box}}))
	sealFails(t, w.Put(ctx, []seal.Wrap{{ID: "life-2", Epoch: 4, Box: []byte("other")}}), mediation.ErrExists)
	for _, id := range []string{"life-1", "life-2"} {
		got, err := w.Get(ctx, id)
		if err != nil || got.ID != id || got.Epoch != 3 || !bytes.Equal(got.Box, box) {
			t.Fatalf("%+v, %v", got, err)
		}
	}

	first, err := w.Get(ctx, "life-1")
	sealOK(t, err)
	next := seal.Wrap{ID: "life-1", Epoch: 4, Box: []byte("new"), Version: first.Version}
	sealOK(t, w.Replace(ctx, next))
	sealFails(t, w.Replace(ctx, next), mediation.ErrStale)
	if got, err := w.Get(ctx, "life-1"); err != nil || got.Epoch != 4 || string(got.Box) != "new" {
		t.Fatalf("%+v, %v", got, err)
	}

	for _, id := range []string{"life-1", "life-2", "life-never"} {
		for range 2 { // an erasure may be repeated, and may come before the wrap
			sealOK(t, j.Erase(ctx, seal.Erasure{ID: id, At: sealDay}))
		}
		gone, err := j.Erased(ctx, id)
		if err != nil || !gone {
			t.Fatalf("%s: erased %v, %v", id, gone, err)
		}
		_, err = w.Get(ctx, id)
		sealFails(t, err, mediation.ErrNotFound)
	}
	if gone, err := j.Erased(ctx, "life-other"); err != nil || gone {
		t.Fatalf("another key: erased %v, %v", gone, err)
	}
}

func sealEpochs(t *testing.T, w seal.Wraps, j seal.Journal) {
	ctx := t.Context()
	var all []seal.Wrap
	for i := range 40 {
		all = append(all, seal.Wrap{ID: fmt.Sprintf("epoch-%02d", i), Epoch: int64(10 + i%2), Box: []byte("box")})
	}
	sealOK(t, w.Put(ctx, all))
	for _, c := range []struct{ below, want int64 }{{10, 0}, {11, 20}, {12, 40}, {math.MaxInt64, 40}} {
		n, err := w.Count(ctx, c.below)
		if err != nil || n != c.want {
			t.Errorf("Count(%d) = %d, %v; want %d", c.below, n, err, c.want)
		}
		got, err := w.Older(ctx, c.below, 100)
		if err != nil || int64(len(got)) != c.want {
			t.Errorf("Older(%d) gave %d, %v; want %d", c.below, len(got), err, c.want)
		}
	}
	got, err := w.Older(ctx, 11, 7)
	if err != nil || len(got) != 7 {
		t.Fatalf("Older with a limit gave %d, %v", len(got), err)
	}
	for _, x := range got { // what is rewrapped leaves the list
		x.Epoch = 11
		sealOK(t, w.Replace(ctx, x))
	}
	if n, err := w.Count(ctx, 11); err != nil || n != 13 {
		t.Errorf("after rewrapping 7 of 20: %d, %v", n, err)
	}
	for _, x := range all {
		sealOK(t, j.Erase(ctx, seal.Erasure{ID: x.ID, At: sealDay}))
	}
}

// sealEraseWins races erasures against rewraps: whoever comes first, the wrap is gone in the end.
func sealEraseWins(t *testing.T, w seal.Wraps, j seal.Journal) {
	ctx := t.Context()
	for i := range 20 {
		id := fmt.Sprint("race-", i)
		sealOK(t, w.Put(ctx, []seal.Wrap{{ID: id, Epoch: 1, Box: []byte("old")}}))
		read, err := w.Get(ctx, id)
		sealOK(t, err)
		var group sync.WaitGroup
		group.Go(func() {
			err := w.Replace(ctx, seal.Wrap{ID: id, Epoch: 2, Box: []byte("new"), Version: read.Version})
			if err != nil && !errors.Is(err, mediation.ErrNotFound) && !errors.Is(err, mediation.ErrStale) {
				t.Error(err)
			}
		})
		group.Go(func() {
			if err := j.Erase(ctx, seal.Erasure{ID: id, At: sealDay}); err != nil {
				t.Error(err)
			}
		})
		group.Wait()
		_, err = w.Get(ctx, id)
		sealFails(t, err, mediation.ErrNotFound)
	}
}

func sealJournal(t *testing.T, j seal.Journal) {
	ctx := t.Context()
	const many = 1203 // more than two pages
	from := sealDay.Add(24 * time.Hour)
	var want []string
	var group sync.WaitGroup
	slots := make(chan struct{}, 32)
	for i := range many {
		id := fmt.Sprintf("journal-%04d", i)
		want = append(want, id)
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			// Many within one millisecond, as when a whole case is erased.
			if err := j.Erase(ctx, seal.Erasure{ID: id, At: from.Add(time.Duration(i/300) * time.Millisecond)}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	sealOK(t, j.Erase(ctx, seal.Erasure{ID: want[0], At: from.Add(time.Hour)})) // the first time stays
	var got []string
	sealOK(t, j.Since(ctx, from, func(e seal.Erasure) error {
		got = append(got, e.ID)
		if e.ID == want[0] && !e.At.Equal(from) {
			t.Errorf("repeated erasure moved to %v", e.At)
		}
		_, err := j.Erased(ctx, e.ID) // fn may use the store
		return err
	}))
	if !slices.Equal(got, want) {
		t.Errorf("%d entries in another order or number than %d", len(got), len(want))
	}
	stop := errors.New("enough")
	sealFails(t, j.Since(ctx, time.Time{}, func(seal.Erasure) error { return stop }), stop)
	n := 0
	sealOK(t, j.Since(ctx, from.Add(4*time.Millisecond), func(seal.Erasure) error { n++; return nil }))
	if n != 3 {
		t.Errorf("%d entries in the last millisecond", n)
	}
}

// sealKeyring seals, erases, rotates and restarts on the store.
func sealKeyring(t *testing.T, s *store.Store) {
	ctx := t.Context()
	old, fresh := seal.NewInstallationKey(), seal.NewInstallationKey()
	first := sealStart(t, s, "1:"+old)
	var boxes []mediation.Sealed
	for i := range 100 {
		key, err := first.NewKey(ctx)
		sealOK(t, err)
		box, err := first.Seal(ctx, key, []byte(fmt.Sprint("words ", i)))
		sealOK(t, err)
		boxes = append(boxes, box)
	}
	hash := first.Hash("phone", "13800000000")
	sealOK(t, first.Erase(ctx, boxes[0].Key))
	sealOK(t, first.Close())

	wrong, err := seal.ParseInstallationKey(fresh)
	sealOK(t, err)
	_, err = seal.New(ctx, s.Wraps(), s.Erasures(), wrong, seal.Options{})
	sealFails(t, err, seal.ErrWrongKey)

	sealOK(t, sealStart(t, s, "1:"+old+"\n2:"+fresh).Rotate(ctx, nil))
	k := sealStart(t, s, "2:"+fresh)
	if st, err := k.Status(ctx); err != nil || st.Older != 0 || st.Epoch != 2 || st.Keys < 100 {
		t.Errorf("after the rotation: %+v, %v", st, err)
	}
	if k.Hash("phone", "13800000000") != hash {
		t.Error("the rotation changed the hashes")
	}
	_, err = k.Open(ctx, boxes[0])
	sealFails(t, err, mediation.ErrErased)
	for i, box := range boxes[1:] {
		if got, err := k.Open(ctx, box); err != nil || string(got) != fmt.Sprint("words ", i+1) {
			t.Fatalf("%q, %v", got, err)
		}
	}
}

func sealStart(t *testing.T, s *store.Store, text string) *seal.Keyring {
	t.Helper()
	kek, err := seal.ParseInstallationKey(text)
	sealOK(t, err)
	k, err := seal.New(t.Context(), s.Wraps(), s.Erasures(), kek, seal.Options{})
	sealOK(t, err)
	t.Cleanup(func() { _ = k.Close() })
	return k
}
