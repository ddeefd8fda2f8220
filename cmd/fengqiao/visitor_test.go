package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// visitor is somebody at a running server, signed in or not.
type visitor struct {
	t              *testing.T
	address, token string
}

// answer is what a server said; text is what was no JSON.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   []byte
}

// nobody comes to a server that serve has started.
func nobody(t *testing.T, s *server) visitor {
	line := strings.TrimSpace(s.out.String())
	return visitor{t: t, address: line[strings.Index(line, "http"):] + "/api/v1"}
}

// visit signs somebody in.
func visit(t *testing.T, s *server, login, password string) visitor {
	t.Helper()
	return nobody(t, s).with("/session", map[string]string{"login": login, "password": password, "deviceName": "test"})
}

// with begins a session by a password or a party's code.
func (v visitor) with(path string, body any) visitor {
	v.t.Helper()
	v.token = v.must(v.send(path, body))["accessToken"].(string)
	return v
}

func (v visitor) ask(method, path string, body io.Reader, header map[string]string) answer {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.address+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if v.token != "" {
		req.Header.Set("Authorization", "Bearer "+v.token)
	}
	for k, value := range header {
		req.Header.Set(k, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	if a.text, err = io.ReadAll(res.Body); err != nil {
		v.t.Fatal(err)
	}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(a.text, &a.body); err != nil {
			v.t.Fatal(err)
		}
	}
	return a
}

func (v visitor) get(path string) answer {
	v.t.Helper()
	return v.ask(http.MethodGet, path, nil, nil)
}

func (v visitor) send(path string, body any) answer {
	v.t.Helper()
	return v.sendOn(path, "", body)
}

// sendOn sends something that was decided on a revision.
func (v visitor) sendOn(path, etag string, body any) answer {
	v.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	header := map[string]string{"Content-Type": "application/json", "Idempotency-Key": uuid.NewString()}
	if etag != "" {
		header["If-Match"] = etag
	}
	return v.ask(http.MethodPost, path, bytes.NewReader(text), header)
}

// order gives a command on what lies at the path, and looks again where somebody (the sweep, say) changed it in between.
func (v visitor) order(path, command string, body any) map[string]any {
	v.t.Helper()
	var a answer
	for range 10 {
		seen := v.get(path)
		v.must(seen)
		if a = v.sendOn(path+"/"+command, seen.header.Get("ETag"), body); a.status != http.StatusPreconditionFailed {
			break
		}
	}
	return v.must(a)
}

func (v visitor) must(a answer) map[string]any {
	v.t.Helper()
	if a.status >= 300 {
		v.t.Fatalf("%d %s", a.status, a.text)
	}
	return a.body
}

// first returns the first item of a list.
func first(t *testing.T, list map[string]any) map[string]any {
	t.Helper()
	items, _ := list["items"].([]any)
	if len(items) == 0 {
		t.Fatalf("an empty list: %v", list)
	}
	return items[0].(map[string]any)
}

// words are the words of the first report of a case.
func (v visitor) words(id string) string {
	v.t.Helper()
	return first(v.t, v.must(v.get("/cases/"+id+"/reports")))["text"].(string)
}
