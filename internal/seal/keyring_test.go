package seal

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"fengqiao/mediation"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func installation(t testing.TB, text string) *Local {
	t.Helper()
	l, err := ParseInstallationKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func start(t testing.TB, s *shelf, kek KEK, o Options) *Keyring {
	t.Helper()
	k, err := New(t.Context(), s, s, kek, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	return k
}

func newKey(t testing.TB, k *Keyring) string {
	t.Helper()
	id, err := k.NewKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func sealed(t testing.TB, k *Keyring, key, words string) mediation.Sealed {
	t.Helper()
	s, err := k.Seal(t.Context(), key, []byte(words))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func opens(t testing.TB, k *Keyring, s mediation.Sealed, want string) {
	t.Helper()
	got, err := k.Open(t.Context(), s)
	if err != nil || string(got) != want {
		t.Fatalf("Open = %q, %v; want %q", got, err, want)
	}
}

func TestAnyWordsComeBackAsTheyWere(t *testing.T) {
	k := start(t, newShelf(), installation(t, NewInstallationKey()), Options{})
	key := newKey(t, k)
	rapid.Check(t, func(rt *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(rt, "plain")
		s, err := k.Seal(t.Context(), key, plain)
		if err != nil {
			rt.Fatal(err)
		}
		if (len(plain) == 0) != s.Empty() {
			rt.Fatalf("%d bytes gave %+v", len(plain), s)
		}
		if len(plain) > 3 && bytes.Contains(s.Box, plain) {
			rt.Fatal("the words are readable in the box")
		}
		got, err := k.Open(t.Context(), s)
		if err != nil || !bytes.Equal(got, plain) {
			rt.Fatalf("got %x, %v", got, err)
		}
	})
}

func TestNothingSaidStaysNothing(t *testing.T) {
	k := start(t, newShelf(), installation(t, NewInstallationKey()), Options{})
	got, err := k.Open(t.Context(), mediation.Sealed{})
	if got != nil || err != nil {
		t.Fatalf("Open of nothing = %v, %v", got, err)
	}
}

func TestAChangedBoxDoesNotOpen(t *testing.T) {
	k := start(t, newShelf(), installation(t, NewInstallationKey()), Options{})
	s := sealed(t, k, newKey(t, k), "张三 13800000000")
	for i := range s.Box {
		changed := mediation.Sealed{Key: s.Key, Box: bytes.Clone(s.Box)}
		changed.Box[i] ^= 1
		if got, err := k.Open(t.Context(), changed); err == nil {
			t.Fatalf("byte %d changed, yet it opened: %q", i, got)
		}
		if got, err := k.Open(t.Context(), mediation.Sealed{Key: s.Key, Box: s.Box[:i]}); i > 0 && err == nil {
			t.Fatalf("cut to %d bytes, yet it opened: %q", i, got)
		}
	}
}

func TestABoxBesideAnotherKeyDoesNotOpen(t *testing.T) {
	k := start(t, newShelf(), installation(t, NewInstallationKey()), Options{})
	s := sealed(t, k, newKey(t, k), "words")
	other := newKey(t, k)
	if _, err := k.Open(t.Context(), mediation.Sealed{Key: other, Box: s.Box}); err == nil {
		t.Fatal("opened under another key")
	}
	for _, no := range []string{"", rootID} {
		if _, err := k.Seal(t.Context(), no, []byte("words")); err == nil {
			t.Fatalf("sealed under %q", no)
		}
	}
}

func TestAWrapBesideAnotherIdDoesNotOpen(t *testing.T) {
	s, kek := newShelf(), installation(t, NewInstallationKey())
	k := start(t, s, kek, Options{})
	a, b := newKey(t, k), newKey(t, k)
	s.mu.Lock()
	w := s.wraps[a]
	w.ID = b
	s.wraps[b] = w
	s.mu.Unlock()
	again := start(t, s, kek, Options{})
	if _, err := again.Seal(t.Context(), b, []byte("words")); !errors.Is(err, ErrWrongKey) {
		t.Fatalf("got %v", err)
	}
}

func TestNoncesAreUnique(t *testing.T) {
	k := start(t, newShelf(), installation(t, NewInstallationKey()), Options{})
	key := newKey(t, k)
	seen := map[string]bool{}
	for range 20_000 {
		nonce := string(sealed(t, k, key, "same").Box[1:13])
		if seen[nonce] {
			t.Fatal("a nonce came twice")
		}
		seen[nonce] = true
	}
}

func TestRestartWithTheInstallationKey(t *testing.T) {
	own, other := NewInstallationKey(), NewInstallationKey()
	s := newShelf()
	first := start(t, s, installation(t, own), Options{})
	words := sealed(t, first, newKey(t, first), "words")
	hash := first.Hash("phone", "13800000000")
	box, err := first.Wrap(t.Context(), []byte("signing key"))
	if err != nil {
		t.Fatal(err)
	}

	t.Run("the same", func(t *testing.T) {
		k := start(t, s, installation(t, own), Options{})
		opens(t, k, words, "words")
		if got := k.Hash("phone", "13800000000"); got != hash {
			t.Errorf("hash was %s, is %s", hash, got)
		}
		if got, err := k.Unwrap(t.Context(), box); err != nil || string(got) != "signing key" {
			t.Errorf("Unwrap = %q, %v", got, err)
		}
	})
	t.Run("another", func(t *testing.T) {
		if _, err := New(t.Context(), s, s, installation(t, other), Options{}); !errors.Is(err, ErrWrongKey) {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("another on an empty store gives other hashes", func(t *testing.T) {
		k := start(t, newShelf(), installation(t, other), Options{})
		if k.Hash("phone", "13800000000") == hash {
			t.Error("two installations hash alike")
		}
		if _, err := k.Unwrap(t.Context(), box); err == nil {
			t.Error("another installation opened the vault")
		}
	})
	t.Run("with the root lost", func(t *testing.T) {
		torn := &shelf{wraps: s.copyWraps(), journal: map[string]time.Time{}}
		delete(torn.wraps, rootID)
		_, err := New(t.Context(), torn, torn, installation(t, own), Options{})
		if err == nil || !strings.Contains(err.Error(), "restore") {
			t.Fatalf("got %v", err)
		}
	})
}

func TestInstancesThatStartAtOnceShareOneRoot(t *testing.T) {
	s, kek := newShelf(), installation(t, NewInstallationKey())
	var hashes sync.Map
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() { hashes.Store(start(t, s, kek, Options{}).Hash("word", "水"), true) })
	}
	group.Wait()
	n := 0
	hashes.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Fatalf("%d different hashes of one word", n)
	}
}

func TestHashKeepsPurposesApart(t *testing.T) {
	k := start(t, newShelf(), installation(t, NewInstallationKey()), Options{})
	seen := map[string]string{}
	for _, c := range [][2]string{{"phone", "1"}, {"id", "1"}, {"phone", "2"}, {"phon", "e1"}, {"", "phone1"}} {
		h := k.Hash(c[0], c[1])
		if len(h) != 22 || h != k.Hash(c[0], c[1]) {
			t.Errorf("Hash%q = %q", c, h)
		}
		if before, ok := seen[h]; ok {
			t.Errorf("%q and %q hash alike", before, c)
		}
		seen[h] = c[0] + "/" + c[1]
	}
}

func TestNoKeyIsHandedOutTwiceAndAllSurviveACrash(t *testing.T) {
	s, kek := newShelf(), installation(t, NewInstallationKey())
	k := start(t, s, kek, Options{Batch: 64})
	const workers, each = 16, 100
	boxes := make([][]mediation.Sealed, workers)
	var group sync.WaitGroup
	for i := range workers {
		group.Go(func() {
			for range each {
				boxes[i] = append(boxes[i], sealed(t, k, newKey(t, k), "words"))
			}
		})
	}
	group.Wait()
	crashed := start(t, &shelf{wraps: s.copyWraps(), journal: map[string]time.Time{}}, kek, Options{})
	seen := map[string]bool{}
	for _, list := range boxes {
		for _, b := range list {
			if seen[b.Key] {
				t.Fatalf("key %s was handed out twice", b.Key)
			}
			seen[b.Key] = true
			opens(t, crashed, b, "words")
		}
	}
	if s.puts > workers*each/32 {
		t.Errorf("%d keys cost %d writes", workers*each, s.puts)
	}
}

func TestNoKeyIsHandedOutThatWasNotStored(t *testing.T) {
	s := newShelf()
	k := start(t, s, installation(t, NewInstallationKey()), Options{})
	s.fail(mediation.ErrUnavailable)
	if id, err := k.NewKey(t.Context()); !errors.Is(err, mediation.ErrUnavailable) {
		t.Fatalf("NewKey = %q, %v", id, err)
	}
	s.fail(nil)
	newKey(t, k)
}

func TestAClosedKeyringSaysSo(t *testing.T) {
	s := newShelf()
	k := start(t, s, installation(t, NewInstallationKey()), Options{})
	words := sealed(t, k, newKey(t, k), "words")
	fresh := start(t, s, k.kek, Options{})
	for range 2 {
		if err := fresh.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := fresh.NewKey(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("NewKey: %v", err)
	}
	if _, err := fresh.Open(t.Context(), words); !errors.Is(err, ErrClosed) {
		t.Errorf("Open: %v", err)
	}
}

func TestACallerWhoLeavesDoesNotSpoilItForTheOthers(t *testing.T) {
	s, kek := newShelf(), installation(t, NewInstallationKey())
	first := start(t, s, kek, Options{})
	words := sealed(t, first, newKey(t, first), "words")
	k := start(t, s, kek, Options{})
	s.mu.Lock()
	s.hold = make(chan struct{})
	s.mu.Unlock()
	left, leave := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { opens(t, k, words, "words") })
	leave()
	if _, err := k.Open(left, words); !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(s.hold)
	group.Wait()
}

func BenchmarkSeal200(b *testing.B) {
	k := start(b, newShelf(), installation(b, NewInstallationKey()), Options{})
	key, plain := newKey(b, k), bytes.Repeat([]byte("x"), 200)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Seal(b.Context(), key, plain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen200(b *testing.B) {
	k := start(b, newShelf(), installation(b, NewInstallationKey()), Options{})
	s := sealed(b, k, newKey(b, k), strings.Repeat("x", 200))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	k := start(b, newShelf(), installation(b, NewInstallationKey()), Options{})
	b.ReportAllocs()
	for b.Loop() {
		k.Hash("word", "漏水")
	}
}

func TestAKeyIsTriedWithoutMakingAnything(t *testing.T) {
	text := NewInstallationKey()
	empty, used, torn := newShelf(), newShelf(), newShelf()
	newKey(t, start(t, used, installation(t, text), Options{}))
	newKey(t, start(t, torn, installation(t, text), Options{}))
	delete(torn.wraps, rootID)
	for _, c := range []struct {
		name  string
		wraps *shelf
		key   string
		want  error // nil: it fits
	}{
		{"nothing was ever sealed", empty, text, nil},
		{"the key of the installation", used, text, nil},
		{"with a newer epoch beside it", used, "1:" + text + "\n2:" + NewInstallationKey(), nil},
		{"another installation's", used, NewInstallationKey(), ErrWrongKey},
		{"a newer epoch alone", used, "2:" + NewInstallationKey(), ErrNoEpoch},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(c.wraps.wraps)
			if err := Fits(t.Context(), c.wraps, installation(t, c.key)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if len(c.wraps.wraps) != before {
				t.Error("a wrap was made")
			}
		})
	}
	if err := Fits(t.Context(), torn, installation(t, text)); err == nil {
		t.Error("keys without a root fit")
	}
}
