package push_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fengqiao/mediation"
	"fengqiao/push"
	"fengqiao/push/fcm/fcmtest"
)

func TestANoticeReachesInboxAndPhones(t *testing.T) {
	p := newPost(t, nil)
	staff := mediation.Recipient{Role: mediation.TownshipStaff, Area: "330111001"}
	p.parts.Directory = people{staff: {"ann", "bob", "without-phone"}}
	p.renew()
	p.phone("ann", "ann-1")
	p.phone("ann", "ann-2")
	p.phone("bob", "bob-1")
	p.phone("stranger", "stranger-1")
	n := notice("case", "", 3)
	n.To, n.Kind = staff, mediation.NoticeEmergency
	p.announce(n)
	p.passes(t0)
	p.wantDelivered(3)
	for user, want := range map[string]int{"ann": 1, "bob": 1, "without-phone": 1, "stranger": 0} {
		p.wantUnread(user, want)
	}
	for _, m := range p.server.Messages() {
		if m.Priority != "high" || m.Notice != n.ID || m.Data["caseId"] != "case" || m.Title != push.Manner(n.Kind).Chinese.Title {
			t.Errorf("sent %+v", m)
		}
	}
	if s := p.stats(); s.Spread != 1 || s.Sent != 3 || s.Queued != 0 || s.DeadLetters != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestNobodyToTellIsSaid(t *testing.T) {
	p := newPost(t, nil)
	n := notice("case", "", 1)
	n.To = mediation.Recipient{Role: mediation.TownshipStaff, Area: "330111001"}
	p.announce(n)
	p.passes(t0)
	if s := p.stats(); s.Nobody != 1 || s.Queued != 0 || !strings.Contains(p.log.String(), "nobody to tell") {
		t.Errorf("stats %+v, log %s", s, p.log)
	}
}

func TestAThousandNoticesArriveOnceEach(t *testing.T) {
	p := newPost(t, func(fcmtest.Message) fcmtest.Reply {
		return fcmtest.Slow(rand.N(3*time.Millisecond), fcmtest.OK)
	})
	p.parts.Clock, p.parts.Steady = time.Now, running()
	p.opt = push.Options{Pool: 64, Poll: 20 * time.Millisecond}
	p.renew()
	const notices, users = 1000, 40
	for u := range users {
		for d := range 2 {
			p.phone(fmt.Sprint("user-", u), fmt.Sprint("phone-", u, "-", d))
		}
	}
	p.Start(t.Context())
	defer p.Stop()
	for i := range notices {
		p.announce(notice(fmt.Sprint("case-", i%90), fmt.Sprint("user-", i%users), i+1))
		p.Wake()
	}
	for p.stats().Queued > 0 {
		time.Sleep(5 * time.Millisecond)
	}
	p.wantDelivered(2 * notices)
	p.wantUnread("user-0", notices/users)
	inOrder(t, p.server.Messages())
}

// inOrder: what was delivered to one phone for one case was delivered in the order of its notices.
func inOrder(t *testing.T, messages []fcmtest.Message) {
	t.Helper()
	last := map[string]int{}
	for _, m := range messages {
		if !m.Delivered {
			continue
		}
		var seq int
		if _, err := fmt.Sscanf(strings.TrimPrefix(m.Notice, m.Data["caseId"]), "-%d-0", &seq); err != nil {
			t.Fatal(err)
		}
		line := m.Token + m.Data["caseId"]
		if seq <= last[line] {
			t.Errorf("%s: notice %d after %d", line, seq, last[line])
		}
		last[line] = seq
	}
}

func TestOrderHoldsUnderRetries(t *testing.T) {
	p := newPost(t, func(m fcmtest.Message) fcmtest.Reply {
		h := fnv.New32a()
		h.Write([]byte(m.Notice + m.Token))
		if m.Nth > int(h.Sum32()%4) {
			return fcmtest.OK
		}
		return []fcmtest.Reply{fcmtest.Busy("7"), fcmtest.Away(""), fcmtest.Internal, fcmtest.LyingError}[h.Sum32()/4%4]
	})
	for _, phone := range []string{"a", "b", "c"} {
		p.phone("ann", phone)
	}
	const cases, each = 6, 8
	for seq := each; seq > 0; seq-- {
		for c := range cases {
			p.announce(notice(fmt.Sprint("case", c), "ann", seq))
		}
	}
	for now := t0; p.stats().Queued > 0; now = now.Add(5 * time.Second) {
		p.passes(now)
	}
	p.wantDelivered(3 * cases * each)
	inOrder(t, p.server.Messages())
}

// An hour of the relay's time in which FCM is of no use, in each of its ways, while a notice a minute falls due for every case.
func TestAnHourWithoutFCMLosesNothingAndKeepsTheOrder(t *testing.T) {
	for how, reply := range map[string]fcmtest.Reply{
		"away": fcmtest.Away(""), "broken": fcmtest.Internal, "lying": fcmtest.LyingError, "credentials revoked": fcmtest.SignInFailed, "hanging up": fcmtest.Broken,
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			var back atomic.Bool
			p := newPost(t, func(fcmtest.Message) fcmtest.Reply {
				if back.Load() {
					return fcmtest.OK
				}
				return reply
			})
			users := []string{"ann", "bob"}
			for _, user := range users {
				p.phone(user, user+"-1")
				p.phone(user, user+"-2")
			}
			const cases, minutes = 3, 60
			now := t0
			for minute := range minutes {
				for c := range cases {
					for _, user := range users {
						p.announce(notice(fmt.Sprint("case", c, user), user, minute+1))
					}
				}
				p.passes(now)
				now = now.Add(time.Minute)
			}
			if s := p.stats(); s.Queued == 0 || s.Failed == 0 || s.DeadLetters != 0 || s.Sent != 0 {
				t.Fatalf("after the hour: %+v", s)
			}
			p.wantUnread("ann", cases*minutes) // inboxes need no FCM
			back.Store(true)
			for returned := now; p.stats().Queued > 0; now = now.Add(time.Minute) {
				if now.Sub(returned) > 24*time.Hour {
					t.Fatalf("a day after FCM came back: %+v", p.stats())
				}
				p.passes(now)
			}
			p.wantDelivered(cases * minutes * len(users) * 2)
			if s := p.stats(); s.DeadLetters != 0 {
				t.Errorf("%+v", s)
			}
			inOrder(t, p.server.Messages())
		})
	}
}

func TestWhatTheVendorAsksForIsWaited(t *testing.T) {
	for situation, reply := range map[string]fcmtest.Reply{"quota": fcmtest.Busy("60"), "away": fcmtest.Away("60")} {
		t.Run(situation, func(t *testing.T) {
			p := newPost(t, func(m fcmtest.Message) fcmtest.Reply {
				if m.Nth == 1 {
					return reply
				}
				return fcmtest.OK
			})
			p.phone("ann", "phone")
			p.announce(notice("case", "ann", 1))
			p.passes(t0)
			p.passes(t0.Add(59 * time.Second))
			if n := p.server.Stats().Requests; n != 1 {
				t.Fatalf("%d requests within the minute that was asked for", n)
			}
			p.passes(t0.Add(71 * time.Second)) // 60 s and at most 10 s of spread
			p.wantDelivered(1)
			if s := p.stats(); s.Failed != 1 || s.Retried != 1 || s.Sent != 1 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

func TestADeadTokenForgetsItsDeviceAndNoOther(t *testing.T) {
	p := newPost(t, func(m fcmtest.Message) fcmtest.Reply {
		if strings.HasSuffix(m.Token, "old") {
			return fcmtest.Unregistered
		}
		return fcmtest.OK
	})
	p.phone("ann", "old")
	p.phone("ann", "new")
	p.announce(notice("case", "ann", 1), notice("case", "ann", 2))
	p.passes(t0)
	p.wantDelivered(2)
	devices, err := p.parts.Devices.OfUsers(t.Context(), "ann")
	if err != nil || len(devices) != 1 || devices[0].ID != "new" {
		t.Fatalf("devices %v, %v", devices, err)
	}
	if n := p.server.Stats().Requests; n != 3 {
		t.Errorf("%d requests: the dead token was tried again", n)
	}
	if s := p.stats(); s.Unregistered != 1 || s.DeadLetters != 0 || s.Queued != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestAWrongProjectForgetsNobody(t *testing.T) {
	p := newPost(t, func(fcmtest.Message) fcmtest.Reply { return fcmtest.WrongProject })
	p.phone("ann", "phone")
	p.announce(notice("case", "ann", 1))
	p.passes(t0)
	if _, err := p.parts.Devices.Get(t.Context(), "phone"); err != nil {
		t.Fatal(err)
	}
	if s := p.stats(); s.Queued != 1 {
		t.Errorf("stats %+v", s)
	}
}

func TestASlowVendorIsGivenUpAndTheSendMarkedDoubtful(t *testing.T) {
	p := newPost(t, func(m fcmtest.Message) fcmtest.Reply {
		if m.Nth == 1 {
			return fcmtest.Slow(time.Hour, fcmtest.OK)
		}
		return fcmtest.OK
	})
	p.opt.Deadline = 50 * time.Millisecond
	p.renew()
	p.phone("ann", "phone")
	p.announce(notice("case", "ann", 1))
	p.passes(t0)
	entries, err := p.parts.Outbox.Claim(t.Context(), t0.Add(time.Hour), time.Second, 1)
	if err != nil || len(entries) != 1 || !entries[0].PossiblyTwice || entries[0].Reason != "no_answer" {
		t.Fatalf("claimed %+v, %v", entries, err)
	}
}

func TestASuccessThatCannotBeBelievedIsSentAgain(t *testing.T) {
	lies := []fcmtest.Reply{fcmtest.LyingError, fcmtest.LyingGarbage, fcmtest.LyingNameless}
	p := newPost(t, func(m fcmtest.Message) fcmtest.Reply {
		if m.Nth <= len(lies) {
			return lies[m.Nth-1]
		}
		return fcmtest.OK
	})
	p.phone("ann", "phone")
	p.announce(notice("case", "ann", 1))
	for i := range 10 {
		p.passes(t0.Add(time.Duration(i) * time.Hour))
	}
	p.wantDelivered(1)
}

func TestADeadLetterIsSeenLetsOthersPassAndCanBeSentAgain(t *testing.T) {
	var mended atomic.Bool
	p := newPost(t, func(m fcmtest.Message) fcmtest.Reply {
		switch {
		case mended.Load() || m.Data["caseId"] == "other" || strings.HasSuffix(m.Notice, "-2-0"):
			return fcmtest.OK
		case m.Data["caseId"] == "refused":
			return fcmtest.BadArgument
		}
		return fcmtest.Away("")
	})
	p.opt.MaxAttempts = 3
	p.renew()
	p.phone("ann", "phone")
	p.announce(notice("refused", "ann", 1), notice("refused", "ann", 2), notice("away", "ann", 1), notice("away", "ann", 2), notice("other", "ann", 1))
	for i := range 6 {
		p.passes(t0.Add(time.Duration(i) * time.Hour))
	}
	p.wantDelivered(3)
	letters, _, err := p.parts.Outbox.DeadLetters(t.Context(), "", 10)
	p.ok(err)
	var got []string
	for _, l := range letters {
		got = append(got, fmt.Sprint(l.Notice.Case, " ", l.Reason, " ", l.Attempts))
	}
	if want := []string{"refused invalid_argument 1", "away unavailable 3"}; !slices.Equal(got, want) {
		t.Fatalf("dead letters %v, want %v", got, want)
	}
	mended.Store(true)
	for _, l := range letters {
		p.ok(p.parts.Outbox.Resend(t.Context(), l.ID))
	}
	p.passes(t0.Add(24 * time.Hour))
	p.wantDelivered(5)
	if s := p.stats(); s.Dead != 2 || s.DeadLetters != 0 || s.Queued != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestWithoutAVendorTheInboxWorksAndSendsAreCountedAsSkipped(t *testing.T) {
	for name, sender := range map[string]push.Sender{"none": push.None{}, "another vendor": push.ByVendor{"other": push.None{}}} {
		t.Run(name, func(t *testing.T) {
			p := newPost(t, nil)
			p.parts.Sender = sender
			p.renew()
			p.phone("ann", "phone")
			p.announce(notice("case", "ann", 1))
			p.passes(t0)
			p.wantUnread("ann", 1)
			if s := p.stats(); s.Skipped != 1 || s.Sent != 0 || s.Queued != 0 || s.DeadLetters != 0 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

func TestEachVendorHasItsSender(t *testing.T) {
	p := newPost(t, nil)
	p.parts.Sender = push.ByVendor{"fcm": p.parts.Sender}
	p.renew()
	p.phone("ann", "phone")
	p.announce(notice("case", "ann", 1))
	p.passes(t0)
	p.wantDelivered(1)
}

func TestAnOfferIsNotSentOnceItsTimeIsOver(t *testing.T) {
	p := newPost(t, func(m fcmtest.Message) fcmtest.Reply { return fcmtest.Away("") })
	p.phone("ann", "phone")
	// Case time lies years away from the machine's: only its length counts.
	offer := notice("case", "ann", 1)
	offer.Kind, offer.At = mediation.NoticeOffer, t0.AddDate(-9, 0, 0)
	offer.Due = offer.At.Add(10 * time.Minute)
	breach := notice("late", "ann", 1)
	breach.Kind, breach.Due = mediation.NoticeBreach, breach.At.Add(-time.Hour)
	p.announce(offer, breach)
	p.passes(t0)
	if got := p.server.Messages(); len(got) != 2 || !slices.ContainsFunc(got, func(m fcmtest.Message) bool { return m.TTL == "600s" }) {
		t.Fatalf("sent %+v", got)
	}
	p.passes(t0.Add(11 * time.Minute))
	if s := p.stats(); s.Expired != 1 || s.Queued != 1 {
		t.Errorf("stats %+v: the offer is of no use, the breach still is", s)
	}
}

func TestAPhoneThatWasSignedOutOrHandedOnGetsNothing(t *testing.T) {
	var away atomic.Bool
	away.Store(true)
	p := newPost(t, func(fcmtest.Message) fcmtest.Reply {
		if away.Load() {
			return fcmtest.Away("")
		}
		return fcmtest.OK
	})
	kept, handed, out := p.phone("ann", "kept"), p.phone("ann", "handed"), p.phone("ann", "out")
	p.announce(notice("case", "ann", 1))
	p.passes(t0)
	away.Store(false)
	p.ok(p.parts.Devices.Forget(t.Context(), "ann", out.ID))
	p.phone("bob", handed.ID)
	_, err := p.parts.Devices.Refresh(t.Context(), push.Device{ID: kept.ID, User: "ann", Token: "secret-token-refreshed", Seen: t0})
	p.ok(err)
	p.passes(t0.Add(time.Hour))
	got := p.server.Messages()
	if last := got[len(got)-1]; last.Token != "secret-token-refreshed" || !last.Delivered {
		t.Errorf("sent to %s: a refreshed token gets what waited for the old one", last.Token)
	}
	p.wantDelivered(1)
	if s := p.stats(); s.Gone != 2 || s.Queued != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestTidyForgetsWhatIsOver(t *testing.T) {
	p := newPost(t, nil)
	p.phone("ann", "phone")
	p.announce(notice("case", "ann", 1))
	p.passes(t0)
	p.ok(p.Tidy(t.Context(), t0.AddDate(1, 0, 0)))
	if _, err := p.parts.Devices.Get(t.Context(), "phone"); err == nil {
		t.Error("the device is still there after a year without a sign of life")
	}
	p.wantUnread("ann", 1)
}

func TestARelayNeedsAllItsParts(t *testing.T) {
	if _, err := push.NewRelay(push.Parts{}, push.Options{}); err == nil {
		t.Fatal("no error")
	}
}

func TestStartAndStopInAnyOrder(t *testing.T) {
	p := newPost(t, nil)
	p.parts.Clock, p.parts.Steady = time.Now, running()
	p.renew()
	p.phone("ann", "phone")
	leaks := goleak.IgnoreCurrent()
	p.Stop()
	for i := range 50 {
		p.Start(t.Context())
		p.announce(notice(fmt.Sprint("case", i), "ann", 1))
		p.Start(t.Context())
		p.Wake()
		if i%3 == 0 {
			go p.Stop()
		}
		p.Stop()
		p.Stop()
	}
	ctx, cancel := context.WithCancel(t.Context())
	p.Start(ctx)
	cancel()
	p.Stop()
	p.passes(time.Now())
	p.wantDelivered(50)
	// Idle connections to the local FCM are kept on purpose.
	goleak.VerifyNone(t, leaks, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreAnyFunction("net/http.(*conn).serve"))
}
