package webhook

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The example of docs/desks.md is what a desk builds its own check by.
func TestTheExampleOfTheDocsIsSignedAsItSays(t *testing.T) {
	text, err := os.ReadFile("../../docs/desks.md")
	if err != nil {
		t.Fatal(err)
	}
	found := func(pattern string) string {
		t.Helper()
		m := regexp.MustCompile(pattern).FindStringSubmatch(string(text))
		if m == nil {
			t.Fatalf("the page has no %s", pattern)
		}
		return m[1]
	}
	head, body, _ := strings.Cut(found("(?s)```http\n(.*?)\n```"), "\n\n")
	h := http.Header{}
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		h.Set(name, value)
	}
	key := found("（密钥 `([^`]+)`")
	seconds, err := strconv.ParseInt(h.Get(HeaderTime), 10, 64)
	if err != nil || len(key) < 32 {
		t.Fatalf("%v; the secret has %d bytes", err, len(key))
	}
	at := time.Unix(seconds, 0)
	v := &Verifier{Secrets: map[string][]byte{h.Get(HeaderKey): []byte(key)}, Now: func() time.Time { return at }}
	if err := v.Check(h, []byte(body)); err != nil {
		t.Errorf("%v; it would be %s", err, Sign([]byte(key), at, h.Get(HeaderDelivery), []byte(body)))
	}
	// The command line beside it signs the same with the same.
	if shell := found("(?s)```sh\n(.*?)\n```"); !strings.Contains(shell, "'"+h.Get(HeaderTime)+"."+h.Get(HeaderDelivery)+"."+body+"'") || !strings.Contains(shell, "-hmac '"+key+"'") {
		t.Error("the command line signs something else")
	}
	var b Body
	if err := json.Unmarshal([]byte(body), &b); err != nil || b.Order == "" || b.Step == "" || b.Seq == 0 {
		t.Errorf("its body is no echo: %+v %v", b, err)
	}
}
