package push_test

import (
	"sync/atomic"
	"testing"
	"time"

	"fengqiao/push"
	"fengqiao/push/fcm/fcmtest"
)

// The wait for another attempt is counted on a clock that is an hour ahead; then the clock is put right.
func TestALetterDoesNotWaitOutTheErrorOfAClockThatWasAhead(t *testing.T) {
	for name, put := range map[string]func(p *post, right func()){
		"put right while the relay runs": func(_ *post, right func()) { right() },
		"put right while it is stopped": func(p *post, right func()) {
			p.Stop()
			right()
			p.renew()
			p.Start(p.t.Context())
		},
	} {
		t.Run(name, func(t *testing.T) { ahead(t, put) })
	}
}

func ahead(t *testing.T, put func(p *post, right func())) {
	var asked atomic.Int64
	p := newPost(t, func(fcmtest.Message) fcmtest.Reply {
		if asked.Add(1) == 1 {
			return fcmtest.Busy("")
		}
		return fcmtest.OK
	})
	var off atomic.Int64
	off.Store(int64(time.Hour))
	p.parts.Steady = running()
	p.parts.Clock = func() time.Time { return time.Now().Round(0).Add(time.Duration(off.Load())) }
	p.opt = push.Options{Poll: time.Millisecond, FirstWait: 10 * time.Millisecond}
	p.renew()
	p.phone("ann", "phone")
	p.announce(notice("case", "ann", 1), notice("case", "ann", 2))
	p.Start(t.Context())
	defer func() { p.Stop() }() // the relay that runs then
	for asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	put(p, func() { off.Store(0) })
	for began := time.Now(); p.stats().Queued > 0; time.Sleep(time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("a letter waits for an hour that the clock was ahead")
		}
	}
	p.wantDelivered(2)
	inOrder(t, p.server.Messages())
}

// While a letter is under way the clock is set an hour ahead, by which its claim looks over.
func TestALetterUnderWayIsNotSentTwiceBecauseTheClockIsSet(t *testing.T) {
	under, answer := make(chan bool, 10), make(chan bool)
	p := newPost(t, func(fcmtest.Message) fcmtest.Reply {
		under <- true
		<-answer
		return fcmtest.OK
	})
	var off, looks atomic.Int64
	p.parts.Steady = running()
	p.parts.Clock = func() time.Time {
		if off.Load() > 0 {
			looks.Add(1)
		}
		return time.Now().Round(0).Add(time.Duration(off.Load()))
	}
	p.opt = push.Options{Poll: time.Millisecond}
	p.renew()
	p.phone("ann", "phone")
	p.announce(notice("case", "ann", 1))
	p.Start(t.Context())
	defer p.Stop()
	<-under
	off.Store(int64(time.Hour))
	for looks.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond) // in which it would be claimed anew
	close(answer)
	for p.stats().Queued > 0 {
		time.Sleep(time.Millisecond)
	}
	p.wantDelivered(1)
}
