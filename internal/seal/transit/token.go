package transit

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
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
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("seal: token of the key service: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("seal: token of the key service: %w", err)
	}
	switch {
	case !info.Mode().IsRegular() || info.Size() > maxToken:
		return "", fmt.Errorf("seal: token of the key service: %s is not a file of a token", file)
	case info.Mode().Perm()&0o027 != 0:
		return "", fmt.Errorf("seal: token of the key service: others may read or write %s (mode %#o); run: chmod 600 %s", file, info.Mode().Perm(), file)
	}
	buffer := make([]byte, info.Size())
	if _, err := f.ReadAt(buffer, 0); err != nil && len(buffer) > 0 {
		return "", fmt.Errorf("seal: token of the key service: %w", err)
	}
	text := strings.TrimSpace(string(buffer))
	if text == "" || strings.ContainsAny(text, "\r\n \t") {
		return "", errors.New("seal: token of the key service: " + file + " does not hold one token")
	}
	return text, nil
}
