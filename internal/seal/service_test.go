package seal_test

import (
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"fengqiao/internal/seal"
	"fengqiao/internal/seal/transit"
	"fengqiao/internal/seal/transit/transittest"
	"fengqiao/mediation"
)

// service is a key service, and opens its key as a start of the program does.
func service(t *testing.T) (*transittest.Server, func() *transit.Key) {
	t.Helper()
	s := transittest.New("token")
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.Make("fengqiao", "aes256-gcm96", false)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	return s, func() *transit.Key {
		k, err := transit.Open(t.Context(), transit.Config{Address: server.URL + transittest.Mount, Name: "fengqiao", TokenFile: file})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
}

type shelf interface {
	seal.Wraps
	seal.Journal
}

func ring(t *testing.T, s shelf, kek seal.KEK) *seal.Keyring {
	t.Helper()
	k, err := seal.New(t.Context(), s, s, kek, seal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	return k
}

// sealed closes words under a key of their own, as a report does.
func sealed(t *testing.T, k *seal.Keyring, words string) mediation.Sealed {
	t.Helper()
	key, err := k.NewKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	box, err := k.Seal(t.Context(), key, []byte(words))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func opens(t *testing.T, k *seal.Keyring, box mediation.Sealed, words string) {
	t.Helper()
	if got, err := k.Open(t.Context(), box); err != nil || string(got) != words {
		t.Errorf("opened %q, %v", got, err)
	}
}

func TestAReportCostsAThirtySecondOfACallToTheKeyService(t *testing.T) {
	s, open := service(t)
	k := ring(t, seal.NewShelf(), open())
	before := s.Calls()
	const reports = 640
	for range reports {
		sealed(t, k, "words")
	}
	after := s.Calls()
	if n := after["encrypt"] - before["encrypt"]; n > reports/32+1 || after["decrypt"] != before["decrypt"] {
		t.Errorf("%d reports: %d calls to wrap, %d to open", reports, n, after["decrypt"]-before["decrypt"])
	} else {
		t.Logf("%d reports: %d calls", reports, n)
	}
}

func TestARunningKeyringFollowsARotationInTheKeyService(t *testing.T) {
	s, open := service(t)
	stored := seal.NewShelf()
	k := ring(t, stored, open())
	old := sealed(t, k, "before")
	if _, err := open().Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Configure("fengqiao", 2, 0); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		sealed(t, k, "words")
	}
	if n := stored.Epochs(); n[2] == 0 {
		t.Errorf("wraps by epoch: %v", n)
	}
	if err := ring(t, stored, open()).Rotate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if n := stored.Epochs(); n[1] != 0 {
		t.Errorf("wraps by epoch after the rotation: %v", n)
	}
	if err := errors.Join(s.Configure("fengqiao", 2, 2), s.Trim("fengqiao", 2)); err != nil {
		t.Fatal(err)
	}
	opens(t, ring(t, stored, open()), old, "before")
}

func TestKeysMoveFromAFileToAKeyServiceAndBack(t *testing.T) {
	_, open := service(t)
	stored := seal.NewShelf()
	first := seal.NewInstallationKey()
	file, err := seal.ParseInstallationKey(first)
	if err != nil {
		t.Fatal(err)
	}
	k := ring(t, stored, file)
	box, hash := sealed(t, k, "words"), k.Hash("phone", "1")

	if _, err := seal.Moving(file, open()); err == nil {
		t.Fatal("a move between keys whose epochs cannot be told apart was begun")
	}
	if _, err := open().Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	move := func(from, to seal.KEK) {
		t.Helper()
		both, err := seal.Moving(from, to)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second finds nothing to do
			if err := ring(t, stored, both).Rotate(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		after := ring(t, stored, to)
		opens(t, after, box, "words")
		if after.Hash("phone", "1") != hash {
			t.Error("the move changed the hashes")
		}
		if _, err := seal.New(t.Context(), stored, stored, from, seal.Options{}); !errors.Is(err, seal.ErrNoEpoch) && !errors.Is(err, seal.ErrWrongKey) {
			t.Errorf("started with the key that was moved from: %v", err)
		}
	}
	move(file, open())
	back, err := seal.ParseInstallationKey("3:" + seal.NewInstallationKey())
	if err != nil {
		t.Fatal(err)
	}
	move(open(), back)
}
