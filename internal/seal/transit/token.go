package transit

import (
	"errors"
	"strings"
	"sync"

	"fengqiao/internal/seal"
)

// maxToken bounds what is read of a token file; tokens are some hundred bytes.
const maxToken = 8 << 10

// token is the secret by which the service knows us. An agent may renew its file at any time.
type token struct {
	file string
	mu   sync.Mutex
	text string
}

func readToken(file string) (*token, error) {
	text, err := tokenIn(file)
	return &token{file: file, text: text}, err
}

func (t *token) current() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text
}

// again returns what the file holds now, and whether that is another token than the refused one.
func (t *token) again(refused string) (string, bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	text, err := tokenIn(t.file)
	if err != nil {
		return "", false, err
	}
	t.text = text
	return text, text != refused, nil
}

// tokenIn reads a token file. Agents often write it as a user of their own, so its group may read it, and nobody else.
func tokenIn(file string) (string, error) {
	const what = "seal: token of the key service"
	text, err := seal.ReadSecret(what, file, 0o027, maxToken)
	if err != nil {
		return "", err
	}
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text, "\r\n \t") {
		return "", errors.New(what + ": " + file + " does not hold one token")
	}
	return text, nil
}
