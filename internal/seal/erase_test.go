package seal

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fengqiao/mediation"
)

func isErased(t testing.TB, k *Keyring, s mediation.Sealed) {
	t.Helper()
	if got, err := k.Open(t.Context(), s); !errors.Is(err, mediation.ErrErased) {
		t.Fatalf("Open = %q, %v; want ErrErased", got, err)
	}
}

func TestErasingOneKeyLeavesTheOthers(t *testing.T) {
	s, kek := newShelf(), installation(t, NewInstallationKey())
	k := start(t, s, kek, Options{})
	gone, stays := sealed(t, k, newKey(t, k), "gone"), sealed(t, k, newKey(t, k), "stays")
	for range 2 { // it may be repeated
		if err := k.Erase(t.Context(), gone.Key); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range []*Keyring{k, start(t, s, kek, Options{})} {
		isErased(t, k, gone)
		isErased(t, k, gone)
		if _, err := k.Seal(t.Context(), gone.Key, []byte("more")); !errors.Is(err, mediation.ErrErased) {
			t.Errorf("sealing under an erased key: %v", err)
		}
		opens(t, k, stays, "stays")
	}
	if err := k.Erase(t.Context(), rootID); err == nil {
		t.Error("the root was erased")
	}
}

func TestALostWrapIsNotAnErasure(t *testing.T) {
	s, kek := newShelf(), installation(t, NewInstallationKey())
	first := start(t, s, kek, Options{})
	words := sealed(t, first, newKey(t, first), "words")
	s.mu.Lock()
	delete(s.wraps, words.Key)
	s.mu.Unlock()
	_, err := start(t, s, kek, Options{}).Open(t.Context(), words)
	if err == nil || errors.Is(err, mediation.ErrErased) {
		t.Fatalf("got %v", err)
	}
}

func TestAnOldBackupDoesNotBringWordsBack(t *testing.T) {
	s, kek := newShelf(), installation(t, NewInstallationKey())
	k := start(t, s, kek, Options{})
	words := sealed(t, k, newKey(t, k), "words")
	backup := s.copyWraps()
	if err := k.Erase(t.Context(), words.Key); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.wraps = backup
	s.mu.Unlock()
	restored := start(t, s, kek, Options{})
	isErased(t, restored, words)
	if n, err := restored.Replay(t.Context(), time.Time{}); n != 1 || err != nil {
		t.Fatalf("Replay = %d, %v", n, err)
	}
	if _, there := s.copyWraps()[words.Key]; there {
		t.Error("the wrap is still there after the journal was replayed")
	}
}

func TestAnotherInstanceNoticesAnErasure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, kek := newShelf(), installation(t, NewInstallationKey())
		here, there := start(t, s, kek, Options{}), start(t, s, kek, Options{})
		defer here.Close()
		defer there.Close()
		words := sealed(t, here, newKey(t, here), "words")
		opens(t, there, words, "words")
		if err := here.Erase(t.Context(), words.Key); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		_, _ = there.Open(t.Context(), words) // this one may still see it, and makes the instance look
		synctest.Wait()
		isErased(t, there, words)
	})
}

// Erasures are found by their time, and the clocks that it is read from may be wrong.
func TestAnErasureIsNoticedWhateverTheClocksSay(t *testing.T) {
	for name, off := range map[string]struct{ here, there time.Duration }{
		"the other is an hour ahead":         {0, time.Hour},
		"the other is an hour behind":        {0, -time.Hour},
		"the one that erases is ahead":       {time.Hour, 0},
		"the clock of both is an hour ahead": {time.Hour, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock := func(off *time.Duration) Options {
					return Options{Now: func() time.Time { return time.Now().Add(*off) }}
				}
				s, kek := newShelf(), installation(t, NewInstallationKey())
				here, there := start(t, s, kek, clock(&off.here)), start(t, s, kek, clock(&off.there))
				defer here.Close()
				defer there.Close()
				erased := func() {
					t.Helper()
					words := sealed(t, here, newKey(t, here), "words")
					opens(t, there, words, "words")
					time.Sleep(time.Minute)
					if err := here.Erase(t.Context(), words.Key); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Minute)
					isErased(t, there, words)
				}
				erased()
				time.Sleep(time.Hour)
				erased()
				off.here, off.there = 0, 0 // put right
				time.Sleep(time.Hour)
				erased()
			})
		})
	}
}

// What is kept long enough is erased by the thousand, and nothing after it for weeks: a look every five seconds must not read all that again.
func TestManyErasuresAtOnceAreNotReadForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, kek := newShelf(), installation(t, NewInstallationKey())
		here, there := start(t, s, kek, Options{}), start(t, s, kek, Options{})
		defer here.Close()
		defer there.Close()
		words := sealed(t, here, newKey(t, here), "words")
		for range 20 {
			if err := here.Erase(t.Context(), newKey(t, here)); err != nil {
				t.Fatal(err)
			}
		}
		look := func() (read int) {
			t.Helper()
			before := s.told
			time.Sleep(time.Minute)
			opens(t, there, words, "words")
			return s.told - before
		}
		if n := look(); n != 20 {
			t.Fatalf("%d erasures were read, want 20", n)
		}
		time.Sleep(overlap)
		look()
		if n := look(); n != 0 {
			t.Errorf("%d erasures are still read again", n)
		}
	})
}

func TestAnInstanceLongAtRestLooksBeforeItOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, kek := newShelf(), installation(t, NewInstallationKey())
		here, there := start(t, s, kek, Options{}), start(t, s, kek, Options{})
		defer here.Close()
		defer there.Close()
		words := sealed(t, here, newKey(t, here), "words")
		opens(t, there, words, "words")
		time.Sleep(time.Hour)
		if err := here.Erase(t.Context(), words.Key); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		isErased(t, there, words)
	})
}

func TestWithoutTheJournalNothingIsOpenedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, kek := newShelf(), installation(t, NewInstallationKey())
		k := start(t, s, kek, Options{})
		defer k.Close()
		words := sealed(t, k, newKey(t, k), "words")
		s.fail(mediation.ErrUnavailable)
		time.Sleep(29 * time.Second)
		opens(t, k, words, "words")
		synctest.Wait()
		time.Sleep(time.Second)
		if _, err := k.Open(t.Context(), words); !errors.Is(err, mediation.ErrUnavailable) {
			t.Fatalf("got %v", err)
		}
		s.fail(nil)
		opens(t, k, words, "words")
	})
}

func TestAKeyThatIsErasedWhileItLoadsIsNotKept(t *testing.T) {
	s, kek := newShelf(), installation(t, NewInstallationKey())
	first := start(t, s, kek, Options{})
	words := sealed(t, first, newKey(t, first), "words")
	k := start(t, s, kek, Options{})
	hold := make(chan struct{})
	s.mu.Lock()
	s.hold = hold
	s.mu.Unlock()
	var group sync.WaitGroup
	group.Go(func() { _, _ = k.Open(t.Context(), words) }) // the answer of a race: either is right
	hold <- struct{}{}                                     // the wrap was read and its answer let go
	if err := k.Erase(t.Context(), words.Key); err != nil {
		t.Fatal(err)
	}
	close(hold)
	group.Wait()
	isErased(t, k, words)
}
