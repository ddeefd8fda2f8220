package transittest

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// input is the body of any call.
type input struct {
	entry
	Type  string  `json:"type,omitempty"`
	Batch []entry `json:"batch_input,omitempty"`
}

type entry struct {
	Plaintext  string `json:"plaintext,omitempty"`
	Ciphertext string `json:"ciphertext,omitempty"`
	Bound      string `json:"associated_data,omitempty"`
	Version    int    `json:"key_version,omitempty"`
	Error      string `json:"error,omitempty"`
}

// serve carries out a call; the lock is held.
func (s *Server) serve(w http.ResponseWriter, call, name string, in input) {
	k := s.keys[name]
	switch call {
	case "GET keys":
		if k == nil {
			answer(w, http.StatusNotFound, nil)
			return
		}
		answer(w, http.StatusOK, k.describe(name))
	case "POST keys":
		if k == nil {
			k = &key{kind: in.Type, versions: map[int]cipher.AEAD{}, minDecryption: 1}
			k.rotate()
			s.keys[name] = k
		}
		answer(w, http.StatusOK, k.describe(name))
	case "POST rotate":
		if k == nil {
			answer(w, http.StatusBadRequest, nil, "key not found")
			return
		}
		k.rotate()
		answer(w, http.StatusOK, k.describe(name))
	case "POST encrypt", "POST decrypt":
		if k == nil {
			answer(w, http.StatusBadRequest, nil, "encryption key not found")
			return
		}
		s.work(w, k, call == "POST encrypt", in)
	default:
		answer(w, http.StatusNotFound, nil, "unsupported path")
	}
}

// work encrypts or decrypts one entry or a batch. A batch with a failure is answered 400, with all that came of it.
func (s *Server) work(w http.ResponseWriter, k *key, encrypt bool, in input) {
	do := k.decrypt
	if encrypt {
		do = k.encrypt
	}
	one := func(e entry) entry {
		if s.ignoresBound {
			e.Bound = ""
		}
		out, err := do(e)
		if err != nil {
			return entry{Error: err.Error()}
		}
		return out
	}
	if in.Batch == nil {
		if out := one(in.entry); out.Error != "" {
			answer(w, http.StatusBadRequest, nil, out.Error)
		} else {
			answer(w, http.StatusOK, out)
		}
		return
	}
	status := http.StatusOK
	results := make([]entry, len(in.Batch))
	for i, e := range in.Batch {
		if results[i] = one(e); results[i].Error != "" {
			status = http.StatusBadRequest
		}
	}
	answer(w, status, map[string]any{"batch_results": results})
}

func (k *key) encrypt(e entry) (entry, error) {
	plain, err := base64.StdEncoding.DecodeString(e.Plaintext)
	if err != nil {
		return entry{}, err
	}
	bound, err := base64.StdEncoding.DecodeString(e.Bound)
	if err != nil {
		return entry{}, err
	}
	version := e.Version
	switch {
	case version == 0:
		version = k.latest
	case version < 0:
		return entry{}, errors.New("requested version for encryption is negative")
	case version > k.latest:
		return entry{}, errors.New("requested version for encryption is higher than the latest key version")
	case version < k.minEncryption:
		return entry{}, errors.New("requested version for encryption is less than the minimum encryption key version")
	}
	aead := k.versions[version]
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails: it ends the program instead
	box := aead.Seal(nonce, nonce, plain, bound)
	return entry{Ciphertext: fmt.Sprintf("vault:v%d:%s", version, base64.StdEncoding.EncodeToString(box)), Version: version}, nil
}

func (k *key) decrypt(e entry) (entry, error) {
	rest, ok := strings.CutPrefix(e.Ciphertext, "vault:v")
	if !ok {
		return entry{}, errors.New("invalid ciphertext: no prefix")
	}
	number, text, ok := strings.Cut(rest, ":")
	if !ok {
		return entry{}, errors.New("invalid ciphertext: wrong number of fields")
	}
	version, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return entry{}, errors.New("invalid ciphertext: version number could not be decoded")
	case version > k.latest:
		return entry{}, errors.New("invalid ciphertext: version is too new")
	case version < k.minDecryption:
		return entry{}, errors.New("ciphertext or signature version is disallowed by policy (too old)")
	}
	box, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return entry{}, errors.New("invalid ciphertext: could not decode base64")
	}
	bound, err := base64.StdEncoding.DecodeString(e.Bound)
	if err != nil {
		return entry{}, err
	}
	aead := k.versions[version]
	if len(box) < aead.NonceSize() {
		return entry{}, errors.New("invalid ciphertext length")
	}
	plain, err := aead.Open(nil, box[:aead.NonceSize()], box[aead.NonceSize():], bound)
	if err != nil {
		return entry{}, err // "cipher: message authentication failed"
	}
	return entry{Plaintext: base64.StdEncoding.EncodeToString(plain)}, nil
}
