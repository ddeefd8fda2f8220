// Package fcmtest is a local server that speaks the one call of FCM's v1 API that sending needs,
// POST /v1/projects/{project}/messages:send, with answers as a test wants them. It keeps what arrived.
package fcmtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Message is what arrived in one request.
type Message struct {
	Project  string
	Token    string
	Notice   string // data.noticeId
	Title    string
	Body     string
	Data     map[string]string
	Priority string // android.priority
	Collapse string // android.collapse_key
	TTL      string // android.ttl
	Tag      string // android.notification.tag
	// Nth counts the requests for this notice and token, from 1.
	Nth int
	// Delivered: the answer was a true success.
	Delivered bool
}

// Reply is what a request is answered.
type Reply struct {
	Status     int    // 0: the request is answered by closing the connection
	Body       string // "": a true success, with a name
	RetryAfter string
	// Delay holds the answer back.
	Delay time.Duration
}

// The replies that FCM is known to give, and some that something between gives in its name.
var (
	OK            = Reply{Status: http.StatusOK}
	Unregistered  = fault(http.StatusNotFound, "NOT_FOUND", "UNREGISTERED")
	WrongSender   = fault(http.StatusForbidden, "PERMISSION_DENIED", "SENDER_ID_MISMATCH")
	BadArgument   = fault(http.StatusBadRequest, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
	WrongProject  = fault(http.StatusNotFound, "NOT_FOUND", "")
	Internal      = fault(http.StatusInternalServerError, "INTERNAL", "INTERNAL")
	SignInFailed  = fault(http.StatusUnauthorized, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR")
	Broken        = Reply{}
	LyingError    = Reply{Status: http.StatusOK, Body: fault(http.StatusServiceUnavailable, "UNAVAILABLE", "UNAVAILABLE").Body}
	LyingGarbage  = Reply{Status: http.StatusOK, Body: "<html>please sign in to this network</html>"}
	LyingNameless = Reply{Status: http.StatusOK, Body: "{}"}
)

// Busy is 429; after is Retry-After in seconds or as a date, "" for none.
func Busy(after string) Reply {
	r := fault(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
	r.RetryAfter = after
	return r
}

// Away is 503.
func Away(after string) Reply {
	r := fault(http.StatusServiceUnavailable, "UNAVAILABLE", "UNAVAILABLE")
	r.RetryAfter = after
	return r
}

// Slow holds a reply back.
func Slow(d time.Duration, r Reply) Reply {
	r.Delay = d
	return r
}

// fault is an error as Google's APIs write it; detail is FCM's own code, "" for none.
func fault(status int, code, detail string) Reply {
	type object = map[string]any
	body := object{"code": status, "message": "as asked for", "status": code}
	if detail != "" {
		body["details"] = []object{{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": detail}}
	}
	b, err := json.Marshal(object{"error": body})
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return Reply{Status: status, Body: string(b)}
}

// Server is the server; it is an http.Handler and safe for concurrent use.
type Server struct {
	answer func(Message) Reply

	mu       sync.Mutex
	nth      map[key]int
	got      map[key]int // delivered
	messages []Message
	keep     bool
	stats    Stats
}

type key struct{ token, notice string }

// Stats are the server's totals.
type Stats struct {
	Requests  int `json:"requests"`
	Delivered int `json:"delivered"` // answered with a true success
	Refused   int `json:"refused"`   // answered otherwise on purpose
	Invalid   int `json:"invalid"`   // not what FCM would take
	Distinct  int `json:"distinct"`  // different (notice, token) delivered
	// Duplicates counts deliveries beyond the first of each (notice, token).
	Duplicates int `json:"duplicates"`
	// Twice names the first 20 notices that were delivered more than once to a token.
	Twice []string `json:"twice"`
}

// New makes a server that asks answer for each reply; nil answers OK. It keeps every message for Messages.
func New(answer func(Message) Reply) *Server {
	s := NewCounter(answer)
	s.keep = true
	return s
}

// NewCounter makes a server that counts and keeps no messages, for long runs.
func NewCounter(answer func(Message) Reply) *Server {
	if answer == nil {
		answer = func(Message) Reply { return OK }
	}
	return &Server{answer: answer, nth: map[key]int{}, got: map[key]int{}}
}

// Messages returns what arrived, in order of arrival.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Stats returns the totals.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.stats
	out.Distinct = len(s.got)
	out.Twice = append([]string{}, s.stats.Twice...)
	return out
}

// ServeHTTP answers sends, and GET /stats.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == "/stats" {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.Stats()) // whoever asked is gone
		return
	}
	m, ok := read(r)
	if !ok {
		s.mu.Lock()
		s.stats.Requests++
		s.stats.Invalid++
		s.mu.Unlock()
		write(w, BadArgument, m)
		return
	}
	reply := s.take(&m)
	select {
	case <-time.After(reply.Delay):
	case <-r.Context().Done():
	}
	write(w, reply, m)
}

// take decides on the reply and notes the message. A delayed success counts as delivered, as it would with FCM, even if the
// sender does not wait for the answer.
func (s *Server) take(m *Message) Reply {
	k := key{m.Token, m.Notice}
	s.mu.Lock()
	s.nth[k]++
	m.Nth = s.nth[k]
	s.mu.Unlock()
	reply := s.answer(*m)
	m.Delivered = reply.Status == http.StatusOK && reply.Body == ""
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Requests++
	if m.Delivered {
		s.stats.Delivered++
		s.got[k]++
		if n := s.got[k]; n > 1 {
			s.stats.Duplicates++
			if n == 2 && len(s.stats.Twice) < 20 {
				s.stats.Twice = append(s.stats.Twice, m.Notice)
			}
		}
	} else {
		s.stats.Refused++
	}
	if s.keep {
		s.messages = append(s.messages, *m)
	}
	return reply
}

func write(w http.ResponseWriter, r Reply, m Message) {
	if r.Status == 0 {
		panic(http.ErrAbortHandler) // closes the connection without a word
	}
	if r.Body == "" {
		r.Body = `{"name":"projects/` + m.Project + `/messages/` + strconv.Itoa(m.Nth) + `"}`
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if r.RetryAfter != "" {
		w.Header().Set("Retry-After", r.RetryAfter)
	}
	w.WriteHeader(r.Status)
	_, _ = io.WriteString(w, r.Body) // whoever asked is gone
}

// wire is the part of FCM's message that is looked at.
type wire struct {
	Message struct {
		Token        string            `json:"token"`
		Data         map[string]string `json:"data"`
		Notification struct {
			Title string `json:"title"`
			Body  string `json:"body"`
		} `json:"notification"`
		Android struct {
			Priority     string `json:"priority"`
			Collapse     string `json:"collapse_key"`
			TTL          string `json:"ttl"`
			Notification struct {
				Tag string `json:"tag"`
			} `json:"notification"`
		} `json:"android"`
	} `json:"message"`
}

// maxPayload is FCM's limit for words and data together.
const maxPayload = 4096

// read takes what FCM would take.
func read(r *http.Request) (Message, bool) {
	project, found := strings.CutPrefix(r.URL.Path, "/v1/projects/")
	project, send := strings.CutSuffix(project, "/messages:send")
	if r.Method != http.MethodPost || !found || !send || project == "" || strings.Contains(project, "/") {
		return Message{}, false
	}
	var in wire
	if err := json.NewDecoder(io.LimitReader(r.Body, 64<<10)).Decode(&in); err != nil {
		return Message{}, false
	}
	m := Message{
		Project: project, Token: in.Message.Token, Notice: in.Message.Data["noticeId"], Data: in.Message.Data,
		Title: in.Message.Notification.Title, Body: in.Message.Notification.Body,
		Priority: in.Message.Android.Priority, Collapse: in.Message.Android.Collapse, TTL: in.Message.Android.TTL,
		Tag: in.Message.Android.Notification.Tag,
	}
	size := len(m.Title) + len(m.Body)
	for k, v := range m.Data {
		size += len(k) + len(v)
	}
	return m, m.Token != "" && size <= maxPayload
}
