package apptest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"fengqiao/api"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	validation "github.com/pb33f/libopenapi-validator/errors"
)

// Setting changes a request before it is sent.
type Setting func(*http.Request)

// Header sets a header.
func Header(name, value string) Setting {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// Key sets the Idempotency-Key.
func Key(key string) Setting { return Header("Idempotency-Key", key) }

// IfMatch sets If-Match to an ETag as it came.
func IfMatch(tag string) Setting { return Header("If-Match", tag) }

// English asks for English.
func English() Setting { return Header("Accept-Language", "en") }

// Undocumented keeps the answer from being compared with the API's description: for addresses that it must not have.
func Undocumented() Setting { return Header("X-Apptest-Undocumented", "1") }

// Odd keeps the request from being compared with the API's description, its answer not: the server is more lenient than that.
func Odd() Setting { return Header("X-Apptest-Odd", "1") }

// Answer is what came back.
type Answer struct {
	t      testing.TB
	Asked  string // method and path
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request as a person (nil: nobody). body is nil, []byte as it is, or anything that JSON can hold.
func (a *App) Do(t testing.TB, who *Person, method, path string, body any, settings ...Setting) Answer {
	t.Helper()
	var payload []byte
	r := httptest.NewRequest(method, path, nil)
	switch b := body.(type) {
	case nil:
	case []byte:
		payload = b
		r.Header.Set("Content-Type", "application/json")
	default:
		var err error
		payload, err = json.Marshal(b)
		must(t, err)
		r.Header.Set("Content-Type", "application/json")
	}
	if who != nil {
		r.Header.Set("Authorization", "Bearer "+who.Token)
	}
	for _, set := range settings {
		set(r)
	}
	undocumented := r.Header.Get("X-Apptest-Undocumented") != ""
	r.Header.Del("X-Apptest-Undocumented")
	odd := r.Header.Get("X-Apptest-Odd") != ""
	r.Header.Del("X-Apptest-Odd")
	rewind(r, payload)
	res, err := a.API.Fiber().Test(r, -1)
	must(t, err)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	must(t, err)
	answer := Answer{t: t, Asked: method + " " + path, Status: res.StatusCode, Header: res.Header, Body: got}
	if !undocumented {
		rewind(r, payload)
		answer.compare(r, res, odd)
	}
	return answer
}

func rewind(r *http.Request, payload []byte) {
	if payload != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(payload)), int64(len(payload))
	}
}

// described is the API's description, read once.
var described = sync.OnceValues(func() (validator.Validator, error) {
	doc, err := libopenapi.NewDocument(api.OpenAPI)
	if err != nil {
		return nil, err
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return v, nil
})

// validating keeps the validator to one request at a time.
var validating sync.Mutex

// compare holds request and answer against the API's description. What the server refused need not be a good request, nor need an odd one.
func (w Answer) compare(r *http.Request, res *http.Response, odd bool) {
	w.t.Helper()
	v, err := described()
	must(w.t, err)
	validating.Lock()
	defer validating.Unlock()
	if w.Status < 300 && !odd {
		if ok, errs := v.ValidateHttpRequestSync(r); !ok {
			w.t.Errorf("%s: the request was taken and is not as described: %s", w.Asked, list(errs))
		}
	}
	if w.Status == http.StatusNotModified || r.URL.Query().Has("fields") {
		return // nothing to compare, or less than described because it was asked for
	}
	copied := *res
	copied.Body = io.NopCloser(bytes.NewReader(w.Body))
	if ok, errs := v.ValidateHttpResponse(r, &copied); !ok {
		w.t.Errorf("%s: the answer %d is not as described: %s\n%s", w.Asked, w.Status, list(errs), w.Body)
	}
}

func list(errs []*validation.ValidationError) string {
	var b strings.Builder
	for _, e := range errs {
		b.WriteString("\n- " + e.Message + ": " + e.Reason)
		for _, s := range e.SchemaValidationErrors {
			b.WriteString("\n    " + s.FieldPath + " " + s.Reason)
		}
	}
	return b.String()
}

// Want ends the test unless the status is this one.
func (w Answer) Want(status int) Answer {
	w.t.Helper()
	if w.Status != status {
		w.t.Fatalf("%s: got %d, want %d\n%s", w.Asked, w.Status, status, w.Body)
	}
	return w
}

// Problem is a refusal as it came.
type Problem struct {
	Type, Title, Detail, Code, Field, RequestID string
	Status                                      int
	Errors                                      []struct{ Field, Code, Detail string }
}

// Refused ends the test unless it is this refusal; field "" is not compared.
func (w Answer) Refused(status int, code, field string) Problem {
	w.t.Helper()
	w.Want(status)
	var p Problem
	w.Into(&p)
	if p.Code != code || field != "" && p.Field != field {
		w.t.Fatalf("%s: refused with %s %q, want %s %q\n%s", w.Asked, p.Code, p.Field, code, field, w.Body)
	}
	return p
}

// Into reads the JSON.
func (w Answer) Into(v any) {
	w.t.Helper()
	if err := json.Unmarshal(w.Body, v); err != nil {
		w.t.Fatalf("%s: %v\n%s", w.Asked, err, w.Body)
	}
}

// View is the JSON object.
func (w Answer) View() map[string]any {
	w.t.Helper()
	var v map[string]any
	w.Into(&v)
	return v
}

// Text is a member of the JSON object that is a string.
func (w Answer) Text(name string) string {
	w.t.Helper()
	s, ok := w.View()[name].(string)
	if !ok {
		w.t.Fatalf("%s: no text %q in %s", w.Asked, name, w.Body)
	}
	return s
}

// ETag is the answer's tag.
func (w Answer) ETag() string { return w.Header.Get("ETag") }
