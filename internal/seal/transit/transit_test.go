package transit_test

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fengqiao/internal/seal"
	"fengqiao/internal/seal/kektest"
	"fengqiao/internal/seal/transit"
	"fengqiao/internal/seal/transit/transittest"
	"fengqiao/mediation"
)

const (
	keyName = "fengqiao"
	secret  = "hvs.token-of-the-installation"
)

var plain = []byte("0123456789abcdef0123456789abcdef")

// service is a key service with a way to it.
type service struct {
	*transittest.Server
	config transit.Config
}

func serve(t testing.TB) service {
	t.Helper()
	s := service{Server: transittest.New(secret)}
	server := httptest.NewServer(s.Server)
	t.Cleanup(server.Close)
	s.Make(keyName, "aes256-gcm96", false)
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, secret+"\n")
	s.config = transit.Config{Address: server.URL + transittest.Mount, Name: keyName, TokenFile: file,
		Pause: func(context.Context, time.Duration) error { return nil }}
	return s
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (s service) open(t testing.TB) *transit.Key {
	t.Helper()
	k, err := transit.Open(t.Context(), s.config)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAnInstallationKeyInAKeyService(t *testing.T) {
	kektest.Run(t, func(t *testing.T) kektest.Keeper {
		s := serve(t)
		return kektest.Keeper{
			Open: func(t *testing.T) seal.KEK { return s.open(t) },
			Rotate: func(t *testing.T) {
				if _, err := s.open(t).Rotate(t.Context()); err != nil {
					t.Fatal(err)
				}
			},
			Destroy: func(t *testing.T, below int64) {
				if err := errors.Join(s.Configure(keyName, int(below), int(below)), s.Trim(keyName, int(below))); err != nil {
					t.Fatal(err)
				}
			},
			Secrets: []string{secret},
		}
	})
}

func TestAKeyServiceThatIsAwayIsUnavailableAndThenGoesOn(t *testing.T) {
	for name, fault := range map[string]transittest.Fault{"sealed": transittest.Sealed, "busy": transittest.Busy, "broken": transittest.Broken,
		"a standby": transittest.Standby, "cut off": transittest.Cut, "a page of somebody between": transittest.Page} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			k := s.open(t)
			box, err := k.Wrap(t.Context(), 1, plain, []byte("here"))
			if err != nil {
				t.Fatal(err)
			}
			before := s.Calls()["decrypt"]
			s.Fail(&fault)
			if _, err := k.Unwrap(t.Context(), 1, box, []byte("here")); !errors.Is(err, mediation.ErrUnavailable) {
				t.Errorf("opening gave %v", err)
			}
			if n := s.Calls()["decrypt"] - before; n < 3 || n > 6 { // net/http may itself repeat on a connection that was cut
				t.Errorf("it was asked %d times", n)
			}
			if _, err := k.WrapAll(t.Context(), 1, [][]byte{plain}, [][]byte{[]byte("here")}); !errors.Is(err, mediation.ErrUnavailable) {
				t.Errorf("wrapping gave %v", err)
			}
			if _, err := transit.Open(t.Context(), s.config); !errors.Is(err, mediation.ErrUnavailable) {
				t.Errorf("the start gave %v", err)
			}
			s.Fail(nil)
			if got, err := k.Unwrap(t.Context(), 1, box, []byte("here")); err != nil || string(got) != string(plain) {
				t.Errorf("back again, opening gave %v", err)
			}
		})
	}
}

func TestOneLostAnswerIsNotNoticed(t *testing.T) {
	s := serve(t)
	k := s.open(t)
	failed := map[string]bool{}
	s.FailWhere(func(call string) *transittest.Fault {
		if failed[call] {
			return nil
		}
		failed[call] = true
		return &transittest.Broken
	})
	box, err := k.Wrap(t.Context(), 1, plain, []byte("here"))
	if err == nil {
		_, err = k.Unwrap(t.Context(), 1, box, []byte("here"))
	}
	if err != nil {
		t.Error(err)
	}
	if _, err := k.Rotate(t.Context()); !errors.Is(err, mediation.ErrUnavailable) || s.Calls()["rotate"] != 1 {
		t.Errorf("a rotation whose answer was lost: %v after %d calls; asked again it could rotate twice", err, s.Calls()["rotate"])
	}
}

func TestASlowKeyServiceIsGivenUpWithTheCaller(t *testing.T) {
	s := serve(t)
	k := s.open(t)
	slow := transittest.Slow(time.Minute)
	s.Fail(&slow)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := k.Wrap(ctx, 1, plain, []byte("here")); !errors.Is(err, mediation.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestARenewedTokenIsTakenUp(t *testing.T) {
	s := serve(t)
	k := s.open(t)
	s.Tokens("hvs.renewed")
	if _, err := k.Wrap(t.Context(), 1, plain, []byte("here")); !errors.Is(err, mediation.ErrUnavailable) || !strings.Contains(err.Error(), "403") {
		t.Errorf("with the token that ran out: %v", err)
	}
	write(t, s.config.TokenFile, "hvs.renewed\n")
	if _, err := k.Wrap(t.Context(), 1, plain, []byte("here")); err != nil {
		t.Errorf("with the renewed token: %v", err)
	}
}

func TestWhatIsWrongWithTheKeyServiceShowsAtTheStart(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, s service, c *transit.Config)
		says   string
		is     error
	}{
		"no such key":               {func(_ *testing.T, _ service, c *transit.Config) { c.Name = "other" }, `no key "other"`, transit.ErrNoSuchKey},
		"a name that is a path":     {func(_ *testing.T, _ service, c *transit.Config) { c.Name = "a/rotate" }, "no name", nil},
		"a key of another kind":     {func(_ *testing.T, s service, _ *transit.Config) { s.Make(keyName, "rsa-4096", false) }, "aes256-gcm96", nil},
		"a derived key":             {func(_ *testing.T, s service, _ *transit.Config) { s.Make(keyName, "aes256-gcm96", true) }, "not derived", nil},
		"a service too old":         {func(_ *testing.T, s service, _ *transit.Config) { s.IgnoreBound() }, "too old", nil},
		"a token that is none":      {func(_ *testing.T, s service, _ *transit.Config) { s.Tokens("another") }, "token", mediation.ErrUnavailable},
		"no token file":             {func(_ *testing.T, _ service, c *transit.Config) { c.TokenFile += "x" }, "no such file", nil},
		"a token that all may read": {func(t *testing.T, _ service, c *transit.Config) { chmod(t, c.TokenFile, 0o644) }, "chmod 600", nil},
		"two tokens":                {func(t *testing.T, _ service, c *transit.Config) { write(t, c.TokenFile, "a\nb\n") }, "one token", nil},
		"plain http elsewhere":      {func(_ *testing.T, _ service, c *transit.Config) { c.Address = "http://vault.example:8200/v1/transit" }, "https", nil},
		"a password in the address": {func(_ *testing.T, _ service, c *transit.Config) { c.Address = "https://a:b@vault:8200/v1/transit" }, "password", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			config := s.config
			c.change(t, s, &config)
			_, err := transit.Open(t.Context(), config)
			if err == nil || !strings.Contains(err.Error(), c.says) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func chmod(t *testing.T, file string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
}

func TestNoErrorQuotesWhatTheKeyServiceSays(t *testing.T) {
	s := serve(t)
	k := s.open(t)
	box, err := k.Wrap(t.Context(), 1, plain, []byte("here"))
	if err != nil {
		t.Fatal(err)
	}
	s.Fail(&transittest.Echo)
	_, wrapping := k.Wrap(t.Context(), 1, plain, []byte("here"))
	_, opening := k.Unwrap(t.Context(), 1, box, []byte("here"))
	for _, err := range []error{wrapping, opening} {
		if err == nil {
			t.Fatal("a refusal passed for an answer")
		}
		for _, never := range []string{secret, base64.StdEncoding.EncodeToString(plain), string(box[9:20])} {
			if strings.Contains(err.Error(), never) {
				t.Errorf("the error shows %s: %v", never, err)
			}
		}
	}
}

func TestTheTokenGoesNowhereUnencrypted(t *testing.T) {
	elsewhere := "http://vault.example" + transittest.Mount
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		http.Redirect(w, r, elsewhere+"/keys/"+keyName, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	s := serve(t)
	s.config.Address = server.URL + transittest.Mount
	if _, err := transit.Open(t.Context(), s.config); err == nil || !strings.Contains(err.Error(), "must not go") || len(asked) == 0 {
		t.Errorf("a redirection to plain http gave %v", err)
	}
}

func TestTheKeyServicesCertificateIsChecked(t *testing.T) {
	s := serve(t)
	server := httptest.NewTLSServer(s.Server)
	defer server.Close()
	s.config.Address = server.URL + transittest.Mount
	if _, err := transit.Open(t.Context(), s.config); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody known: %v", err)
	}
	s.config.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	write(t, s.config.CAFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	s.open(t)
}

func TestAKeyIsMadeOnceInTheService(t *testing.T) {
	s := serve(t)
	s.config.Name = "county-2"
	if err := transit.Create(t.Context(), s.config); err != nil {
		t.Fatal(err)
	}
	if k := s.open(t); k.Newest() != 1 {
		t.Errorf("%v", k)
	}
	if err := transit.Create(t.Context(), s.config); err == nil || !strings.Contains(err.Error(), "stays as it is") {
		t.Errorf("a second time: %v", err)
	}
}

// While one instance rotates, another goes on; what it wraps must not be left under a version that is destroyed next.
func TestAnotherInstancesRotationIsFollowed(t *testing.T) {
	s := serve(t)
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	s.config.Now = func() time.Time { return now }
	k := s.open(t)
	wrapped := func() (int64, error) {
		epoch := k.Newest()
		_, err := k.WrapAll(t.Context(), epoch, [][]byte{plain}, [][]byte{[]byte("here")})
		return epoch, err
	}
	if _, err := s.open(t).Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if epoch, err := wrapped(); epoch != 1 || err != nil {
		t.Fatalf("within the minute: epoch %d, %v", epoch, err)
	}
	now = now.Add(2 * time.Minute)
	if epoch, err := wrapped(); epoch != 1 || !errors.Is(err, seal.ErrNoEpoch) {
		t.Errorf("after it: epoch %d, %v", epoch, err)
	}
	if epoch, err := wrapped(); epoch != 2 || err != nil {
		t.Errorf("and then: epoch %d, %v", epoch, err)
	}
	if _, err := s.open(t).Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Configure(keyName, 3, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := wrapped(); !errors.Is(err, seal.ErrNoEpoch) {
		t.Errorf("once the service takes the old version no more: %v", err)
	}
	if epoch, err := wrapped(); epoch != 3 || err != nil {
		t.Errorf("at once after that: epoch %d, %v", epoch, err)
	}
}

// FuzzAnswer: whatever the service, or something in its place, answers is the key's work, or an error that says what to do and
// quotes neither the answer nor the token.
func FuzzAnswer(f *testing.F) {
	s := serve(f)
	k := s.open(f)
	box, err := k.Wrap(f.Context(), 1, plain, []byte("bound"))
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{`{"data":{"plaintext":"` + base64.StdEncoding.EncodeToString(plain) + `"}}`, `{"data":{"batch_results":[{"ciphertext":"` + string(box) + `"}]}}`,
		`{"data":{"batch_results":[{"error":"cipher: message authentication failed"}]}}`, `{"errors":["ciphertext or signature version is disallowed by policy (too old)"]}`,
		`{"data":{"type":"aes256-gcm96","latest_version":1}}`, `<html>sign in</html>`, `{"data":null}`, `{"data":{"plaintext":7}}`} {
		f.Add(uint16(0), text)
		f.Add(uint16(200), text)
	}
	f.Fuzz(func(t *testing.T, status uint16, body string) {
		if body == "" {
			return // for which the server here has words of its own
		}
		s.Fail(&transittest.Fault{Status: http.StatusOK + int(status)%400, Body: body})
		named := func(err error) {
			t.Helper()
			known := errors.Is(err, mediation.ErrUnavailable) || errors.Is(err, seal.ErrWrongKey) || errors.Is(err, seal.ErrNoEpoch) || errors.Is(err, transit.ErrNoSuchKey)
			if said := err.Error(); !known && !strings.HasPrefix(said, "seal: key service: ") || strings.Contains(said, secret) || len(body) > 15 && strings.Contains(said, body) {
				t.Fatalf("%d %q: %v", status, body, err)
			}
		}
		if got, err := k.Unwrap(t.Context(), 1, box, []byte("bound")); err != nil {
			named(err)
		} else if len(got) > len(body) {
			t.Fatalf("%q is opened to %d bytes", body, len(got))
		}
		if got, err := k.Wrap(t.Context(), 1, plain, []byte("bound")); err != nil {
			named(err)
		} else if !strings.HasPrefix(string(got), "vault:v1:") {
			t.Fatalf("%q gives the box %q", body, got)
		}
		if n, err := k.Rotate(t.Context()); err != nil {
			named(err)
		} else if n < 1 {
			t.Fatalf("%q is the version %d", body, n)
		}
	})
}
