// Package transittest is a local server that speaks the part of the Transit API that internal/seal/transit uses, as OpenBao
// and Vault do: versions of a key with real AES-256-GCM, minimum versions, trimming, tokens, and faults as a test wants them.
package transittest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Mount is the path of the engine.
const Mount = "/v1/transit"

// Fault is what a request is answered instead.
type Fault struct {
	Status int    // 0: the connection is closed without an answer
	Body   string // "": an error in the service's form
	// Delay holds the answer back, or, with a Status of 200, the true answer.
	Delay time.Duration
}

// The faults that the service is known to have.
var (
	Sealed  = Fault{Status: http.StatusServiceUnavailable, Body: `{"errors":["Vault is sealed"]}`}
	Busy    = Fault{Status: http.StatusTooManyRequests}
	Broken  = Fault{Status: http.StatusInternalServerError}
	Standby = Fault{Status: 473}
	Cut     = Fault{}
	Page    = Fault{Status: http.StatusOK, Body: "<html>please sign in to this network</html>"}
	// Echo answers a refusal that quotes what was sent, as no service should.
	Echo = Fault{Status: http.StatusBadRequest, Body: "echo"}
)

// Slow holds the true answer back.
func Slow(d time.Duration) Fault { return Fault{Status: http.StatusOK, Delay: d} }

// Server is the server; it is an http.Handler and safe for concurrent use.
type Server struct {
	mu     sync.Mutex
	tokens map[string]bool
	keys   map[string]*key
	calls  map[string]int
	fault  func(call string) *Fault
	// ignoresBound makes it a service of before associated_data.
	ignoresBound bool
}

type key struct {
	kind                                     string
	derived                                  bool
	versions                                 map[int]cipher.AEAD
	latest                                   int
	minDecryption, minEncryption, minPresent int
}

// New makes a server that takes this token.
func New(token string) *Server {
	return &Server{tokens: map[string]bool{token: true}, keys: map[string]*key{}, calls: map[string]int{}}
}

// Tokens replaces the tokens that are taken.
func (s *Server) Tokens(tokens ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]bool{}
	for _, t := range tokens {
		s.tokens[t] = true
	}
}

// Fail answers every request with the fault; nil ends it.
func (s *Server) Fail(f *Fault) { s.FailWhere(func(string) *Fault { return f }) }

// FailWhere asks for each request what fault it meets, nil for none. A call is named by its first part: "keys", "encrypt",
// "decrypt", "rotate".
func (s *Server) FailWhere(f func(call string) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// IgnoreBound makes it a service that is too old for associated_data.
func (s *Server) IgnoreBound() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ignoresBound = true
}

// Calls tells how often each call was made, faults included.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for k, n := range s.calls {
		out[k] = n
	}
	return out
}

// Make makes a key of a type, as whoever runs the service does.
func (s *Server) Make(name, kind string, derived bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[name] = &key{kind: kind, derived: derived, versions: map[int]cipher.AEAD{}, minDecryption: 1}
	s.keys[name].rotate()
}

// Configure sets the minimum versions of a key, 0 leaves one as it is.
func (s *Server) Configure(name string, minEncryption, minDecryption int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keys[name]
	encryption, decryption := k.minEncryption, k.minDecryption
	if minEncryption > 0 {
		encryption = minEncryption
	}
	if minDecryption > 0 {
		decryption = minDecryption
	}
	switch {
	case max(encryption, decryption) > k.latest:
		return fmt.Errorf("latest key version is %d", k.latest)
	case encryption > 0 && encryption < decryption:
		return fmt.Errorf("min encryption version of %d must be greater than or equal to min decryption version of %d", encryption, decryption)
	}
	k.minEncryption, k.minDecryption = encryption, decryption
	return nil
}

// Trim forgets all versions of a key below one.
func (s *Server) Trim(name string, minPresent int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keys[name]
	if minPresent > k.minEncryption || minPresent > k.minDecryption {
		return fmt.Errorf("minimum available version cannot be greater than minimum encryption or decryption version")
	}
	k.minPresent = minPresent
	for v := range k.versions {
		if v < minPresent {
			delete(k.versions, v)
		}
	}
	return nil
}

func (k *key) rotate() {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: it ends the program instead
	block, err := aes.NewCipher(secret)
	if err != nil {
		panic(err) // 32 bytes are a key of AES
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has blocks of 16 bytes
	}
	k.latest++
	k.versions[k.latest] = aead
}

// describe is what reading a key answers.
func (k *key) describe(name string) map[string]any {
	return map[string]any{"name": name, "type": k.kind, "derived": k.derived, "latest_version": k.latest,
		"min_decryption_version": k.minDecryption, "min_encryption_version": k.minEncryption, "min_available_version": k.minPresent,
		"supports_encryption": true, "supports_decryption": true, "exportable": false, "deletion_allowed": false}
}

// ServeHTTP answers the calls.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, mounted := strings.CutPrefix(r.URL.Path, Mount+"/")
	parts := strings.Split(rest, "/")
	var in input
	if r.Method != http.MethodGet {
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			answer(w, http.StatusBadRequest, nil, "failed to parse JSON input")
			return
		}
	}
	call := parts[0]
	if call == "keys" && len(parts) == 3 {
		call = parts[2]
	}
	if f := s.met(call); f != nil && !f.wait(r) {
		f.give(w, r, in)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.tokens[r.Header.Get("X-Vault-Token")]:
		answer(w, http.StatusForbidden, nil, "permission denied")
	case !mounted || len(parts) < 2:
		answer(w, http.StatusNotFound, nil, "no handler for route")
	default:
		s.serve(w, r.Method+" "+call, parts[1], in)
	}
}

// met counts a call and tells the fault that it meets.
func (s *Server) met(call string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[call]++
	if s.fault == nil {
		return nil
	}
	return s.fault(call)
}

// wait holds the answer back and tells whether it is the true one.
func (f *Fault) wait(r *http.Request) bool {
	if f.Delay > 0 {
		select {
		case <-r.Context().Done():
		case <-time.After(f.Delay):
		}
	}
	return f.Status == http.StatusOK && f.Body == ""
}

func (f *Fault) give(w http.ResponseWriter, r *http.Request, in input) {
	switch {
	case f.Status == 0:
		panic(http.ErrAbortHandler)
	case f.Body == "echo":
		text, _ := json.Marshal(in)
		answer(w, f.Status, nil, string(text)+r.Header.Get("X-Vault-Token"))
	case f.Body == "":
		answer(w, f.Status, nil, "as asked for")
	default:
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
	}
}

func answer(w http.ResponseWriter, status int, data any, errs ...string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	body := map[string]any{"data": data}
	if data == nil {
		body = map[string]any{"errors": append([]string{}, errs...)}
	}
	_ = json.NewEncoder(w).Encode(body)
}
