// Package kektest is the contract of seal.KEK as tests, for every place where an installation key may be kept.
package kektest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"fengqiao/internal/seal"
)

// Keeper is an installation key of the kind under test, in the hands of whoever runs the installation.
type Keeper struct {
	// Open returns the key as the program gets it at its start.
	Open func(t *testing.T) seal.KEK
	// Rotate adds an epoch to the key.
	Rotate func(t *testing.T)
	// Destroy ends all epochs below one.
	Destroy func(t *testing.T, below int64)
	// Secrets are texts that must not be shown anywhere.
	Secrets []string
}

// Run holds a kind of installation key to the contract. fresh makes one with the single epoch 1.
func Run(t *testing.T, fresh func(t *testing.T) Keeper) {
	t.Run("what was wrapped opens at its place alone", func(t *testing.T) { place(t, fresh(t)) })
	t.Run("a changed box does not open", func(t *testing.T) { changed(t, fresh(t)) })
	t.Run("another installation's key does not open", func(t *testing.T) { strange(t, fresh(t), fresh(t)) })
	t.Run("epochs follow each other until the old one is destroyed", func(t *testing.T) { epochs(t, fresh(t)) })
	t.Run("many at once are as many one by one", func(t *testing.T) { many(t, fresh(t)) })
	t.Run("from several goroutines", func(t *testing.T) { concurrent(t, fresh(t)) })
	t.Run("no secret is shown", func(t *testing.T) { shown(t, fresh(t)) })
}

var key = []byte("0123456789abcdef0123456789abcdef")

func wrap(t *testing.T, k seal.KEK, epoch int64, bound string) []byte {
	t.Helper()
	box, err := k.Wrap(t.Context(), epoch, key, []byte(bound))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(box, key[:8]) {
		t.Fatal("the box shows the key")
	}
	return box
}

func opens(t *testing.T, k seal.KEK, epoch int64, box []byte, bound string) {
	t.Helper()
	if got, err := k.Unwrap(t.Context(), epoch, box, []byte(bound)); err != nil || !bytes.Equal(got, key) {
		t.Fatalf("epoch %d opened with %v", epoch, err)
	}
}

func refuses(t *testing.T, k seal.KEK, epoch int64, box []byte, bound string, want error) {
	t.Helper()
	if got, err := k.Unwrap(t.Context(), epoch, box, []byte(bound)); !errors.Is(err, want) || got != nil {
		t.Fatalf("epoch %d gave %v, want %v", epoch, err, want)
	}
}

func place(t *testing.T, keeper Keeper) {
	k := keeper.Open(t)
	if k.Newest() != 1 {
		t.Fatalf("the newest epoch is %d", k.Newest())
	}
	box := wrap(t, k, 1, "here")
	if bytes.Equal(box, wrap(t, k, 1, "here")) {
		t.Error("the same key gives the same box")
	}
	opens(t, k, 1, box, "here")
	opens(t, keeper.Open(t), 1, box, "here")
	refuses(t, k, 1, box, "there", seal.ErrWrongKey)
	refuses(t, k, 1, box, "", seal.ErrWrongKey)
	refuses(t, k, 2, []byte("vault:v2:"+string(box)), "here", seal.ErrNoEpoch)
	if _, err := k.Wrap(t.Context(), 2, key, []byte("here")); !errors.Is(err, seal.ErrNoEpoch) {
		t.Errorf("wrapping under an epoch that is not there: %v", err)
	}
	if _, err := k.Wrap(t.Context(), 0, key, []byte("here")); !errors.Is(err, seal.ErrNoEpoch) {
		t.Errorf("wrapping under no epoch: %v", err)
	}
}

func changed(t *testing.T, keeper Keeper) {
	k := keeper.Open(t)
	box := wrap(t, k, 1, "here")
	for i := range box {
		other := bytes.Clone(box)
		other[i] ^= 1
		refuses(t, k, 1, other, "here", seal.ErrWrongKey)
	}
	for _, short := range [][]byte{nil, box[:1], box[:len(box)/2], box[:len(box)-1]} {
		refuses(t, k, 1, short, "here", seal.ErrWrongKey)
	}
}

func strange(t *testing.T, ours, theirs Keeper) {
	refuses(t, theirs.Open(t), 1, wrap(t, ours.Open(t), 1, "here"), "here", seal.ErrWrongKey)
}

func epochs(t *testing.T, keeper Keeper) {
	first := wrap(t, keeper.Open(t), 1, "here")
	keeper.Rotate(t)
	k := keeper.Open(t)
	if k.Newest() != 2 {
		t.Fatalf("the newest epoch is %d after a rotation", k.Newest())
	}
	second := wrap(t, k, 2, "here")
	opens(t, k, 1, first, "here")
	opens(t, k, 2, second, "here")
	refuses(t, k, 2, first, "here", seal.ErrWrongKey)
	refuses(t, k, 1, second, "here", seal.ErrWrongKey)
	keeper.Destroy(t, 2)
	k = keeper.Open(t)
	opens(t, k, 2, second, "here")
	refuses(t, k, 1, first, "here", seal.ErrNoEpoch)
	if _, err := k.Wrap(t.Context(), 1, key, []byte("here")); !errors.Is(err, seal.ErrNoEpoch) {
		t.Errorf("wrapping under the destroyed epoch: %v", err)
	}
}

func many(t *testing.T, keeper Keeper) {
	k, ok := keeper.Open(t).(seal.Batch)
	if !ok {
		t.Skip("this kind has no call for many")
	}
	plain, bound := make([][]byte, 300), make([][]byte, 300)
	for i := range plain {
		plain[i], bound[i] = key, fmt.Appendf(nil, "place %d", i)
	}
	boxes, err := k.WrapAll(t.Context(), 1, plain, bound)
	if err != nil || len(boxes) != len(plain) {
		t.Fatalf("%d boxes, %v", len(boxes), err)
	}
	for _, i := range []int{0, 1, 150, 299} {
		opens(t, k, 1, boxes[i], string(bound[i]))
		refuses(t, k, 1, boxes[i], "place 1000", seal.ErrWrongKey)
	}
	keeper.Rotate(t)
	again := keeper.Open(t).(seal.Batch)
	if _, err := again.WrapAll(t.Context(), 1, plain, bound); !errors.Is(err, seal.ErrNoEpoch) || again.Newest() != 2 {
		t.Errorf("many under an epoch that was followed by another: %v, newest %d", err, again.Newest())
	}
}

func concurrent(t *testing.T, keeper Keeper) {
	k := keeper.Open(t)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			bound := fmt.Appendf(nil, "place %d", i)
			box, err := k.Wrap(t.Context(), 1, key, bound)
			if err == nil {
				_, err = k.Unwrap(t.Context(), 1, box, bound)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func shown(t *testing.T, keeper Keeper) {
	k := keeper.Open(t)
	_, missing := k.Unwrap(t.Context(), 7, []byte("vault:v7:AAAA"), []byte("here"))
	_, wrong := k.Unwrap(t.Context(), 1, wrap(t, k, 1, "here"), []byte("there"))
	text := fmt.Sprintf("%v %+v %#v %s %v %v", k, k, k, k, missing, wrong)
	for _, secret := range append(keeper.Secrets, string(key)) {
		if strings.Contains(text, secret) {
			t.Errorf("a log line would show a secret: %s", text)
		}
	}
}
