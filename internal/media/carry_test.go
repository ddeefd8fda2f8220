package media

import (
	"errors"
	"os"
	"testing"

	"fengqiao/mediation"
)

func TestPhotosCarriedToAnotherStore(t *testing.T) {
	r := newRoom(t, Limits{})
	p := r.upload(t, "w", clientID(), phoneJPEG(t, 64, 48, 1))
	other, err := NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(t.Context(), p, other); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	for range 2 {
		if err := Copy(t.Context(), p, r.dir, other); err != nil {
			t.Fatal(err)
		}
	}
	if err := Verify(t.Context(), p, other); err != nil {
		t.Errorf("after: %v", err)
	}
	for _, id := range []string{p.BlobID, p.ThumbID} {
		here, err := r.dir.Open(t.Context(), id)
		was := content(t, here, err)
		there, err := other.Open(t.Context(), id)
		if string(content(t, there, err)) != string(was) {
			t.Errorf("blob %s changed on the way", id)
		}
	}

	place, err := other.place(p.BlobID)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Verify(t.Context(), p, other); !errors.Is(err, ErrDamaged) {
		t.Errorf("damaged: %v", err)
	}

	missing := p
	missing.BlobID = "missing"
	if err := Copy(t.Context(), missing, r.dir, other); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("a ready photo without its blob: %v", err)
	}
	for _, state := range []State{Pending, Going, Gone} {
		missing.State = state
		if err := errors.Join(Copy(t.Context(), missing, r.dir, other), Verify(t.Context(), missing, other)); err != nil {
			t.Errorf("%s: %v", state, err)
		}
	}
}
