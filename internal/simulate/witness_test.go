package simulate

import (
	"net/http"
	"slices"
	"sync"
)

// witness sees every answer on its way to the people. Whatever happens to the server, what it answers is a success, a refusal with its reason, or
// "not now", which says when to come again.
type witness struct {
	next http.RoundTripper

	mu      sync.Mutex
	bad     []string
	refused map[string]int // "not now", by method and route
}

// RoundTrip implements http.RoundTripper.
func (w *witness) RoundTrip(q *http.Request) (*http.Response, error) {
	res, err := w.next.RoundTrip(q)
	if err != nil || res.StatusCode < http.StatusInternalServerError {
		return res, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	what := q.Method + " " + route(q.URL.Path)
	w.refused[what]++
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		w.bad = append(w.bad, what+": "+res.Status+", Retry-After "+res.Header.Get("Retry-After"))
	}
	return res, nil
}

// wrong are the answers that nobody should get.
func (w *witness) wrong() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.bad)
}

// notNow counts the refusals of what one does, "POST /api/v1/reports" for example.
func (w *witness) notNow(what string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.refused[what]
}
