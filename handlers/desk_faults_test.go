package handlers_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
	"fengqiao/push/webhook"
)

func TestWhatWaitsForAnOrderThatNeverComesRunsOutAndIsTold(t *testing.T) {
	apptest.OnBoth(t, whatWaitsRunsOut)
}

func whatWaitsRunsOut(t *testing.T, fresh apptest.Fresh) {
	l := newLine(t, fresh(t))
	staff := l.a.As(t, mediation.CountyStaff, apptest.Here)
	l.say(t, "N-1", "supplements", "m1", "无主的一句话").Want(202)
	l.a.Case.Forward(l.a.Case.Now().Add(24 * time.Hour))
	l.say(t, "N-1", "close", "m2", "撤回").Want(202)
	l.say(t, "N-2", "supplements", "m1", "这件的工单会到").Want(202)
	l.put(t, "N-2", order(apptest.Here, obj{"severity": 4})).Want(201)
	sweep := func(forward time.Duration, want string) {
		t.Helper()
		l.a.Case.Forward(l.a.Case.Now().Add(forward))
		if _, err := l.a.Desks.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if o := l.look(t, "N-1"); o.messages() != want {
			t.Fatalf("%s, want %s", o.messages(), want)
		}
	}
	copied, err := l.a.Store.DeskOrders().Load(t.Context(), mediation.Outside{Desk: apptest.Here.Desk(), Number: "N-1"})
	if err != nil || copied.Messages[0].Words.Empty() {
		t.Fatalf("%+v, %v", copied, err)
	}
	sweep(desk.DefaultWait-25*time.Hour, "m1 supplement waiting ; m2 close waiting ; ")
	sweep(2*time.Hour, "m1 supplement expired ; m2 close waiting ; ")
	sweep(24*time.Hour, "m1 supplement expired ; m2 close expired ; ")
	sweep(24*time.Hour, "m1 supplement expired ; m2 close expired ; ")
	if at, err := l.a.Desks.NextDue(t.Context(), l.a.Case.Now().Add(1000*time.Hour)); err != nil || !at.IsZero() {
		t.Errorf("still due at %s, %v", at, err)
	}
	stored, err := l.a.Store.DeskOrders().Load(t.Context(), mediation.Outside{Desk: apptest.Here.Desk(), Number: "N-1"})
	if err != nil || !stored.Messages[0].Words.Empty() || !stored.Messages[1].Words.Empty() || stored.Key != "" || stored.Spent != "" {
		t.Errorf("its words are kept: %+v %v", stored, err)
	}
	if _, err := l.a.Ring.Open(t.Context(), copied.Messages[0].Words); !errors.Is(err, mediation.ErrErased) {
		t.Errorf("a copy of them opens: %v", err)
	}
	// What it said before is still known: the same is the same, and something else under its id is found out.
	l.say(t, "N-1", "supplements", "m1", "无主的一句话").Want(202)
	l.say(t, "N-1", "supplements", "m1", "另一句话").Refused(422, "desk.message_differs", "messageId")
	if o := l.look(t, "N-1"); o.messages() != "m1 supplement expired ; m2 close expired ; " {
		t.Errorf("said again it waits again: %s", o.messages())
	}
	l.deliver(t)
	if got := l.server.steps("N-1"); got != "ran_out ran_out " {
		t.Errorf("the desk heard: %s", got)
	}
	if got := l.server.steps("N-2"); got != "received " {
		t.Errorf("of the order that came the desk heard: %s", got)
	}
	inbox := l.a.Do(t, staff, "GET", "/api/v1/inbox", nil).Want(200)
	if n := strings.Count(string(inbox.Body), `"desk_order_lost"`); n != 2 || strings.Contains(string(inbox.Body), "无主") {
		t.Errorf("staff are told %d times: %s", n, inbox.Body)
	}
	// The order comes after all: what ran out is not carried out, what is said anew is.
	l.put(t, "N-1", order(apptest.Here, obj{"severity": 4, "text": "迟到的工单"})).Want(201)
	l.say(t, "N-1", "supplements", "m3", "重说一遍").Want(200)
	if o := l.look(t, "N-1"); o.Status != "case" || o.messages() != "m1 supplement expired ; m2 close expired ; m3 supplement applied ; " {
		t.Errorf("%s %s", o.Status, o.messages())
	}
}

func TestADeskWithAClockThatIsTenMinutesOffRefusesAndHearsItLater(t *testing.T) {
	l := newLine(t, apptest.New(t))
	// Its clock is ten minutes ahead: to it, every signature is too old.
	l.server.verifier.Now = func() time.Time { return l.now.Add(2 * webhook.Skew) }
	l.server.quiet = true
	l.put(t, "T-1", order(apptest.Here, obj{"severity": 4})).Want(201)
	l.deliver(t)
	root := l.a.Root(t)
	var dead struct {
		Items []struct{ ID, Kind, Reason string }
	}
	l.a.Do(t, root, "GET", "/api/v1/dead-letters", nil).Want(200).Into(&dead)
	if len(dead.Items) != 1 || dead.Items[0].Reason != "status_401" || len(l.server.heard) != 0 {
		t.Fatalf("%+v", dead)
	}
	// So does one that has forgotten the key.
	l.server.verifier.Now, l.server.verifier.Secrets = func() time.Time { return l.now }, map[string][]byte{"k0": l.server.verifier.Secrets["k1"]}
	l.do(t, "T-1", mediation.Accept{})
	l.deliver(t)
	l.a.Do(t, root, "GET", "/api/v1/dead-letters", nil).Want(200).Into(&dead)
	if len(dead.Items) != 2 || len(l.server.heard) != 0 {
		t.Fatalf("%+v", dead)
	}
	// Mended, it hears both, signed anew.
	l.server.verifier.Secrets["k1"] = l.server.verifier.Secrets["k0"]
	for _, d := range dead.Items {
		l.a.Do(t, root, "POST", "/api/v1/dead-letters/"+d.ID+"/resend", nil).Want(http.StatusAccepted)
	}
	l.deliver(t)
	if got := l.server.steps("T-1"); !strings.Contains(got, "received ") || !strings.Contains(got, "accepted ") {
		t.Errorf("heard: %s", got)
	}
}

// TestAKeyThatACrashHasLeftIsDestroyedByTheNextSweep: the order says that its words have run out, and nobody has destroyed their key yet.
func TestAKeyThatACrashHasLeftIsDestroyedByTheNextSweep(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		l := newLine(t, fresh(t))
		key := mediation.Outside{Desk: apptest.Here.Desk(), Number: "N-3"}
		l.say(t, "N-3", "supplements", "m1", "无主的一句话").Want(202)
		var spent string
		if _, err := l.a.Store.DeskOrders().Change(t.Context(), key, func(o *desk.Order) error {
			o.Settle("m1", nil)
			o.Spent, o.Key, o.NextDue = o.Key, "", l.a.Case.Now()
			spent = o.Spent
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		l.say(t, "N-3", "supplements", "m2", "又一句").Want(202) // comes in between, and must not be sealed under the key that goes
		if _, err := l.a.Desks.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		o, err := l.a.Store.DeskOrders().Load(t.Context(), key)
		if gone, err := l.a.Ring.Erased(t.Context(), spent); err != nil || !gone || o.Spent != "" || o.Key == spent || o.Key == "" {
			t.Errorf("%+v, gone %v, %v", o, gone, err)
		}
		if words, openErr := l.a.Ring.Open(t.Context(), o.Messages[1].Words); err != nil || openErr != nil || string(words) != "又一句" || o.NextDue.Before(l.a.Case.Now()) {
			t.Errorf("%q, %v %v, due %s", words, err, openErr, o.NextDue)
		}
	})
}
