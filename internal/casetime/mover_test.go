package casetime_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/internal/casetime"
	"fengqiao/mediation"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/policy"
	"fengqiao/mediation/slip"

	"github.com/google/uuid"
)

// waiting is a township with one report that waits to be screened, and the parts that move its clock.
func waiting(t *testing.T, fresh apptest.Fresh, clock *casetime.Clock) (*apptest.App, casetime.Parts) {
	t.Helper()
	a := fresh(t)
	a.Cases.Now = clock.Now
	a.Do(t, a.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", map[string]any{"clientId": uuid.NewString(), "text": "争吵", "category": "housing_land",
		"severity": 2, "cell": apptest.Here.Cell(), "phoneTime": clock.Now()}).Want(http.StatusCreated)
	return a, casetime.Parts{Cases: a.Store.Cases(), Reports: a.Store.Reports(), Plans: a.Store.Plans(), Outbox: a.Store.Outbox(), Sweep: a.Watch.Sweep, Turn: a.Surveyor.Turn,
		Rooms: func() []casetime.Room { return []casetime.Room{a.Slips} }, Keep: func(context.Context, time.Time) error { return nil }}
}

var began = time.Date(2026, 3, 10, 1, 0, 0, 0, time.UTC)

func TestTheClockStandsAtEachDueInstantInOrder(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		clock := casetime.New(began)
		_, parts := waiting(t, fresh, clock)
		var stood []time.Duration
		sweep := parts.Sweep
		parts.Sweep = func(ctx context.Context, now time.Time) (mediation.Swept, error) {
			if !now.Equal(clock.Now()) {
				t.Errorf("swept at %s while the clock stands at %s", now, clock.Now())
			}
			stood = append(stood, now.Sub(began))
			return sweep(ctx, now)
		}
		got, err := casetime.NewMover(clock, parts).To(t.Context(), began.Add(30*time.Hour))
		if err != nil || !got.Complete || !got.Now.Equal(began.Add(30*time.Hour)) || got.Instants != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		for i, want := range []time.Duration{0, 20 * time.Hour, 24 * time.Hour} { // reminder, breach of the 24 hours to screen it
			if i >= len(stood) || stood[i] != want {
				t.Fatalf("swept %v after the beginning", stood)
			}
		}
	})
}

func TestAnAdvanceThatIsCutShortSaysHowFarItCame(t *testing.T) {
	clock := casetime.New(began)
	_, parts := waiting(t, apptest.New, clock)
	ctx, cancel := context.WithCancel(t.Context())
	sweep := parts.Sweep
	parts.Sweep = func(ctx context.Context, now time.Time) (mediation.Swept, error) {
		defer func() {
			if now.After(began) {
				cancel()
			}
		}()
		return sweep(ctx, now)
	}
	m := casetime.NewMover(clock, parts)
	got, err := m.To(ctx, began.Add(30*time.Hour))
	if err != nil || got.Complete || !got.Now.Equal(began.Add(20*time.Hour)) {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err = m.To(t.Context(), began.Add(30*time.Hour)); err != nil || !got.Complete {
		t.Fatalf("another did not go on: %+v, %v", got, err)
	}
}

func TestAnAdvanceTellsWhatWasNotDelivered(t *testing.T) {
	clock := casetime.New(began)
	_, parts := waiting(t, apptest.New, clock) // no relay runs
	got, err := casetime.NewMover(clock, parts).By(t.Context(), 0)
	if err != nil || got.Waiting == 0 {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestAReportThatNobodyPlacesIsToldOfDayAfterDay(t *testing.T) {
	clock := casetime.New(began)
	a, parts := waiting(t, apptest.New, clock)
	var rep struct{ ID string }
	a.Do(t, a.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", map[string]any{"clientId": uuid.NewString(), "text": "不知在哪", "category": "housing_land",
		"severity": 2, "phoneTime": clock.Now()}).Want(http.StatusCreated).Into(&rep)
	if _, err := casetime.NewMover(clock, parts).By(t.Context(), 72*time.Hour); err != nil {
		t.Fatal(err)
	}
	r, err := a.Store.Reports().Load(t.Context(), rep.ID)
	if err != nil || r.Told != 3 {
		t.Fatalf("told %d times in three days, %v", r.Told, err)
	}
}

func TestTheClockRefusesToGoBack(t *testing.T) {
	clock := casetime.New(began)
	_, parts := waiting(t, apptest.New, clock)
	if _, err := casetime.NewMover(clock, parts).To(t.Context(), began.Add(-time.Second)); !errors.Is(err, casetime.ErrBackwards) {
		t.Fatal(err)
	}
	if clock.Forward(began.Add(-time.Hour)); !clock.Now().Equal(began) {
		t.Fatalf("it stands at %s", clock.Now())
	}
}

func TestTheClockStandsWherePapersFallDue(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		clock := casetime.New(began)
		a, parts := waiting(t, fresh, clock)
		deps := a.Slips.Deps
		deps.Now = clock.Now
		papers := slip.NewService(deps)
		parts.Rooms = func() []casetime.Room { return []casetime.Room{papers} }
		s, err := papers.Issue(t.Context(), a.As(t, mediation.Supervisor, apptest.Here).Actor(), slip.Issue{Kind: "assignment", About: slip.Subject{Kind: slip.AboutArea, ID: string(apptest.Here.Code())},
			To: slip.Addressee{Role: mediation.TownshipStaff}, Text: "请办理"})
		if err != nil {
			t.Fatal(err)
		}
		stood := map[time.Duration]bool{}
		sweep := parts.Sweep
		parts.Sweep = func(ctx context.Context, now time.Time) (mediation.Swept, error) {
			stood[now.Sub(began)] = true
			return sweep(ctx, now)
		}
		got, err := casetime.NewMover(clock, parts).To(t.Context(), began.Add(6*time.Hour))
		if err != nil || !got.Complete {
			t.Fatalf("%+v, %v", got, err)
		}
		if !stood[3*time.Hour] || !stood[4*time.Hour] { // the reminder, and the end, of four hours to acknowledge it
			t.Errorf("stood %v after the beginning", stood)
		}
		if s, err = a.Store.Slips().Load(t.Context(), s.ID); err != nil || s.Acknowledge.Reminded != 1 || !s.Acknowledge.Breached.Equal(began.Add(4*time.Hour)) {
			t.Errorf("%+v, %v", s.Acknowledge, err)
		}
	})
}

// Nothing but the calendar happens in these months: a moved clock stands where a year of which nothing is known must be told of, and where the last
// look follows that ends a reckoning.
func TestTheClockStandsWhereTheCalendarHasSomethingToSay(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		clock := casetime.New(time.Date(2026, 10, 1, 1, 0, 0, 0, time.UTC)) // the sample policy names the days of 2026
		a := fresh(t)
		a.Cases.Now = clock.Now
		watch := a.Cases.CalendarWatch()
		parts := casetime.Parts{Cases: a.Store.Cases(), Reports: a.Store.Reports(), Plans: a.Store.Plans(), Outbox: a.Store.Outbox(), Sweep: a.Watch.Sweep, Turn: a.Surveyor.Turn,
			Rooms: func() []casetime.Room { return []casetime.Room{watch} }, Keep: func(context.Context, time.Time) error { return nil }}
		got, err := casetime.NewMover(clock, parts).To(t.Context(), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		if err != nil || !got.Complete || got.Instants != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		notice, err := a.Store.Outbox().Entry(t.Context(), "calendar/2027/administrator")
		if want := time.Date(2026, 11, 1, 16, 0, 0, 0, time.UTC); err != nil || !notice.Notice.At.Equal(want) { // sixty days before, at the county's midnight
			t.Errorf("told at %s, %v", notice.Notice.At, err)
		}
		if err := a.Calendars.Put(t.Context(), mediation.AnyRevision, policy.Year{Number: 2027, Source: "通知"}, clock.Now()); err != nil {
			t.Fatal(err)
		}
		got, err = casetime.NewMover(clock, parts).By(t.Context(), time.Hour)
		if changed, _, unreckoned := a.Calendars.Unreckoned(t.Context()); err != nil || got.Instants != 1 || unreckoned != nil || len(changed) != 0 {
			t.Errorf("%+v, %v: %v is still to be reckoned", got, err, changed)
		}
	})
}

// An accepted hand-over that a crash has left is carried on where it says so.
func TestTheClockStandsWhereAHandOverGoesOn(t *testing.T) {
	clock := casetime.New(began)
	a, parts := waiting(t, apptest.New, clock)
	deps := a.HandOvers.Deps
	deps.Now = clock.Now
	parts.Rooms = func() []casetime.Room { return []casetime.Room{handover.NewService(deps)} }
	from, to := a.As(t, mediation.GridWorker, apptest.Here), a.Post(t, "successor", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Cell()})
	h := handover.HandOver{ID: uuid.NewString(), Leaver: from.User.ID, Successor: to.User.ID, By: from.User.ID, Area: apptest.Here.Cell(), State: handover.Accepted, Opened: began, NextDue: began.Add(2 * time.Hour), Revision: 1,
		History: []handover.Line{{At: began, By: from.User.ID, What: "accepted", Who: to.User.ID}}}
	if _, err := a.Store.HandOvers().Open(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	got, err := casetime.NewMover(clock, parts).To(t.Context(), began.Add(3*time.Hour))
	if err != nil || !got.Complete || got.Instants != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if h, err = a.Store.HandOvers().Load(t.Context(), h.ID); err != nil || h.State != handover.Done {
		t.Errorf("%s, %v", h.State, err)
	}
}
