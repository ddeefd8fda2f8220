package fcm_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"fengqiao/push"
	"fengqiao/push/fcm"
	"fengqiao/push/fcm/fcmtest"
)

func letter() push.Letter {
	return push.Letter{
		Notice: "case-1-7-0", Vendor: fcm.Vendor, Token: "token-of-a-phone", Title: "有纠纷等待您调解", Body: "请打开应用",
		Data: map[string]string{"noticeId": "case-1-7-0", "kind": "offer"}, TTL: 10 * time.Minute,
	}
}

func start(t testing.TB, h http.Handler) *fcm.Sender {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s, err := fcm.New(t.Context(), fcm.Config{Project: "county", Endpoint: server.URL + "/v1"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatEachAnswerMeans(t *testing.T) {
	for _, c := range []struct {
		situation string
		reply     fcmtest.Reply
		want      error
	}{
		{"taken", fcmtest.OK, nil},
		{"the token is dead", fcmtest.Unregistered, push.ErrUnregistered},
		{"404 of a wrong project says nothing of the token", fcmtest.WrongProject, &push.Retryable{Reason: "status_404"}},
		{"the token belongs to another sender", fcmtest.WrongSender, &push.Permanent{Reason: "sender_id_mismatch"}},
		{"not a message that FCM takes", fcmtest.BadArgument, &push.Permanent{Reason: "invalid_argument"}},
		{"quota with seconds", fcmtest.Busy("17"), &push.Retryable{Reason: "quota", After: 17 * time.Second}},
		{"quota without a word", fcmtest.Busy(""), &push.Retryable{Reason: "quota"}},
		{"away with seconds", fcmtest.Away("30"), &push.Retryable{Reason: "unavailable", After: 30 * time.Second}},
		{"away for a negative time", fcmtest.Away("-5"), &push.Retryable{Reason: "unavailable"}},
		{"away for nonsense", fcmtest.Away("soon"), &push.Retryable{Reason: "unavailable"}},
		{"internal error", fcmtest.Internal, &push.Retryable{Reason: "status_500", MayHaveArrived: true}},
		{"our key is not accepted", fcmtest.SignInFailed, &push.Retryable{Reason: "status_401"}},
		{"the connection breaks", fcmtest.Broken, &push.Retryable{Reason: "no_answer", MayHaveArrived: true}},
		{"a redirection to nowhere with a success inside", fcmtest.Reply{Status: http.StatusMovedPermanently, Body: `{"name":"projects/county/messages/1"}`}, &push.Retryable{Reason: "status_301"}},
		{"success with an error inside", fcmtest.LyingError, &push.Retryable{Reason: "unbelievable_answer", MayHaveArrived: true}},
		{"success with a sign-in page inside", fcmtest.LyingGarbage, &push.Retryable{Reason: "unbelievable_answer", MayHaveArrived: true}},
		{"success that names nothing", fcmtest.LyingNameless, &push.Retryable{Reason: "unbelievable_answer", MayHaveArrived: true}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			server := fcmtest.New(func(fcmtest.Message) fcmtest.Reply { return c.reply })
			err := start(t, server).Send(t.Context(), letter())
			if !reflect.DeepEqual(err, c.want) {
				t.Fatalf("got %#v, want %#v", err, c.want)
			}
			if n := server.Stats().Requests; n != 1 {
				t.Fatalf("%d requests for one attempt: the schedule of repetitions is the outbox's", n)
			}
			if err != nil && strings.Contains(err.Error(), letter().Token) {
				t.Fatal("the error tells the token")
			}
		})
	}
}

func TestRetryAfterAsADateCountsFromTheAnswersOwnDate(t *testing.T) {
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "Mon, 02 Mar 2026 08:00:00 GMT")
		w.Header().Set("Retry-After", "Mon, 02 Mar 2026 08:02:00 GMT")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	err := s.Send(t.Context(), letter())
	if want := (&push.Retryable{Reason: "quota", After: 2 * time.Minute}); !reflect.DeepEqual(err, want) {
		t.Fatalf("got %#v, want %#v", err, want)
	}
}

func TestNobodyListening(t *testing.T) {
	server := httptest.NewServer(nil)
	url := server.URL
	server.Close()
	s, err := fcm.New(t.Context(), fcm.Config{Project: "county", Endpoint: url + "/v1"})
	if err != nil {
		t.Fatal(err)
	}
	want := &push.Retryable{Reason: "no_answer"}
	if err := s.Send(t.Context(), letter()); !reflect.DeepEqual(err, want) {
		t.Fatalf("got %#v, want %#v: nothing can have arrived", err, want)
	}
}

func TestASlowAnswerIsGivenUpAtTheDeadline(t *testing.T) {
	server := fcmtest.New(func(fcmtest.Message) fcmtest.Reply { return fcmtest.Slow(time.Hour, fcmtest.OK) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := start(t, server).Send(ctx, letter())
	if want := (&push.Retryable{Reason: "no_answer", MayHaveArrived: true}); !reflect.DeepEqual(err, want) {
		t.Fatalf("got %#v, want %#v", err, want)
	}
}

func TestALetterWithoutATokenIsNotSent(t *testing.T) {
	server := fcmtest.New(nil)
	l := letter()
	l.Token = ""
	var refused *push.Permanent
	if err := start(t, server).Send(t.Context(), l); !errors.As(err, &refused) {
		t.Fatalf("got %v", err)
	}
	if n := server.Stats().Requests; n != 0 {
		t.Fatalf("%d requests", n)
	}
}

func TestWhatFCMIsTold(t *testing.T) {
	server := fcmtest.New(nil)
	s := start(t, server)
	urgent, calm := letter(), letter()
	urgent.Urgent = true
	calm.Collapse = "progress"
	for _, l := range []push.Letter{urgent, calm} {
		if err := s.Send(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	got := server.Messages()
	for i, want := range []struct{ priority, collapse string }{{"high", ""}, {"normal", "progress"}} {
		m := got[i]
		if m.Priority != want.priority || m.Collapse != want.collapse || m.TTL != "600s" || m.Project != "county" ||
			m.Token != urgent.Token || m.Title != urgent.Title || m.Body != urgent.Body || !reflect.DeepEqual(m.Data, urgent.Data) {
			t.Errorf("told %+v", m)
		}
	}
	if got[0].Tag == "" || got[0].Tag != got[1].Tag {
		t.Errorf("tags %q and %q: a notice that comes twice must show once", got[0].Tag, got[1].Tag)
	}
}

func TestWhatCannotWorkIsSaidAtStart(t *testing.T) {
	for situation, c := range map[string]fcm.Config{
		"no project":                {Endpoint: "http://127.0.0.1:1/v1"},
		"credentials are not there": {Project: "county", CredentialsFile: t.TempDir() + "/none.json"},
	} {
		t.Run(situation, func(t *testing.T) {
			if _, err := fcm.New(t.Context(), c); err == nil {
				t.Fatal("no error")
			}
		})
	}
}

// FuzzSend: whatever is answered in FCM's name, a letter is taken only for one that was named, a device forgotten only for that word,
// nobody waited for backwards, and the answer's words stay out of the error.
func FuzzSend(f *testing.F) {
	var reply fcmtest.Reply
	s := start(f, fcmtest.New(func(fcmtest.Message) fcmtest.Reply { return reply }))
	for _, r := range []fcmtest.Reply{fcmtest.Unregistered, fcmtest.WrongSender, fcmtest.BadArgument, fcmtest.WrongProject, fcmtest.Internal, fcmtest.Busy("17"), fcmtest.Away("-5"),
		fcmtest.Away("Wed, 21 Oct 2026 07:28:00 GMT"), fcmtest.LyingError, fcmtest.LyingGarbage, fcmtest.LyingNameless, {Status: 200, Body: `{"name":"projects/county/messages/1"}`}} {
		f.Add(uint16(r.Status-200), r.Body, r.RetryAfter)
	}
	f.Fuzz(func(t *testing.T, status uint16, body, after string) {
		reply = fcmtest.Reply{Status: http.StatusOK + int(status)%400, Body: body, RetryAfter: after}
		err := s.Send(t.Context(), letter())
		var again *push.Retryable
		var never *push.Permanent
		switch {
		case err == nil && (reply.Status > 299 || body != "" && !strings.Contains(strings.ToLower(body), "name")):
			t.Fatalf("%d %q is taken for success", reply.Status, body)
		case err == nil:
			return
		case errors.As(err, &again):
			if again.After < 0 {
				t.Fatalf("%q: %s", after, again.After)
			}
		case !errors.As(err, &never) && (!errors.Is(err, push.ErrUnregistered) || !strings.Contains(body, "UNREGISTERED")):
			t.Fatalf("%d %q: %v", reply.Status, body, err)
		}
		if len(body) > 20 && strings.Contains(err.Error(), body) || strings.Contains(err.Error(), letter().Token) {
			t.Fatalf("%v quotes", err)
		}
	})
}
