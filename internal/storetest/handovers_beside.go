package storetest

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/handlers"
	"fengqiao/internal/account"
	"fengqiao/internal/seal"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/council"
	"fengqiao/mediation/duty"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/slip"
	"fengqiao/mediation/study"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// HandOversBeside lets people leave among random work in the rooms beside the cases: after an accepted hand-over nothing that is open names
// who left, and a refused one has changed nothing. s must be opened and empty.
func HandOversBeside(t *testing.T, s *store.Store) {
	a := newAnnex(t, s)
	rapid.Check(t, func(rt *rapid.T) {
		staff := []mediation.Actor{a.hire(t, mediation.TownshipStaff, Town.Area), a.hire(t, mediation.TownshipStaff, Town.Area), a.hire(t, mediation.GridLeader, CellA.Parent())}
		w := &annexWork{annex: a, t: t, rt: rt, staff: staff}
		steps := map[string]func(){"paper": w.paper, "answer": w.answer, "study": w.study, "studied": w.studied, "meet": w.meet, "met": w.met, "site": w.site, "close": w.close,
			"clue": w.clue, "shift": w.shift, "help": w.help, "helped": w.helped, "leave": w.leave}
		names := slices.Sorted(maps.Keys(steps))
		for range rapid.IntRange(2, 14).Draw(rt, "steps") {
			steps[rapid.SampledFrom(names).Draw(rt, "step")]()
		}
		w.leave()
	})
}

// annex is an office with the rooms that people hand over in, besides those of the core.
type annex struct {
	*Office
	people    people
	Slips     *slip.Service
	Studies   *study.Service
	Councils  *council.Service
	Opinions  *opinion.Service
	Duty      *duty.Service
	HandOvers *handover.Service
}

func newAnnex(t *testing.T, s *store.Store) *annex {
	a := &annex{Office: NewOffice(t, s, s, append(FuyangPolicy(t), secretKind+dutySection+opinionSection...)), people: people{known: map[string]handover.Person{}}}
	log := slog.New(slog.DiscardHandler)
	a.Slips = slip.NewService(slip.Deps{Slips: s.Slips(), Watches: s.Slips(), Cases: a.Service, Reader: s.Cases(), Moves: s.Figures(), Users: s.Directory(), Sealer: a.Sealer, Atlas: a.Atlas, Now: a.Clock, Log: log})
	a.Studies = study.NewService(study.Deps{Studies: s.Studies(), Cases: a.Service, Reader: s.Cases(), People: s.Persons(), Sealer: a.Sealer, Now: a.Clock})
	a.Councils = council.NewService(council.Deps{Meetings: s.Meetings(), Rules: a.Service, Papers: handlers.FollowUps{Slips: a.Slips}, Users: s.Directory(), Sealer: a.Sealer, Phone: seal.NormalisePhone, Atlas: a.Atlas, Now: a.Clock})
	a.Opinions = opinion.NewService(opinion.Deps{Sites: s.OpinionSites(), Campaigns: s.OpinionCampaigns(), Suggestions: s.Suggestions(), Publications: s.OpinionResults(),
		Papers: handlers.Askings{Slips: a.Slips}, Core: a.Service, Users: s.Directory(), Sealer: a.Sealer, Phone: seal.NormalisePhone, Atlas: a.Atlas, Now: a.Clock, Log: log})
	a.Duty = duty.NewService(duty.Deps{Rosters: s.Duty(), Cases: a.Service, People: s.Persons(), Now: a.Clock})
	rooms := handover.CoreRooms(s.Cases(), a.Service, &a.people)
	rooms[slip.RoomName] = slip.Room{Service: a.Slips}
	rooms[study.RoomName] = study.Room{Service: a.Studies}
	rooms[council.RoomName] = council.Room{Service: a.Councils}
	rooms[opinion.RoomName] = opinion.Room{Service: a.Opinions}
	rooms[duty.RoomName] = duty.Room{Service: a.Duty}
	a.HandOvers = handover.NewService(handover.Deps{HandOvers: s.HandOvers(), People: &a.people, Rooms: rooms, Cases: a.Service, Files: noFiles{}, Sealer: a.Sealer, Now: a.Clock, Log: log})
	return a
}

// secretKind is a restricted paper, behind Fuyang's last; dutySection a post that is held by shifts.
const (
	secretKind  = "    - key: secret\n      name: {zh: 线索移送函, en: a clue}\n      issuers: [township_staff]\n      to: [person]\n      acknowledge: {within: 3wd}\n      reply: {within: 30d}\n      restricted: leader\n"
	dutySection = "duty:\n  ahead: 24h\n  posts:\n    - {key: chief, name: {zh: 值班领导, en: chief}}\n"
)

// hire makes an account.
func (a *annex) hire(t *testing.T, role mediation.Role, area grid.Code) mediation.Actor {
	t.Helper()
	who := mediation.Actor{ID: a.Next("user"), Role: role, Area: area}
	if err := a.Store.Users().Create(context.Background(), account.User{ID: who.ID, Login: who.ID, Name: "示例" + who.ID, Role: role, Area: area, Created: a.Clock()}); err != nil {
		t.Fatal(err)
	}
	return a.people.add(who).Actor
}

// annexWork is one random history: who works, and what they have begun.
type annexWork struct {
	*annex
	t                                *testing.T
	rt                               *rapid.T
	staff                            []mediation.Actor
	papers, studies, meetings, sites []string
	helping                          []string
}

func (w *annexWork) who(what string) mediation.Actor {
	return rapid.SampledFrom(w.staff).Draw(w.rt, what)
}

// began notes what was begun; what somebody may not begin is no matter here.
func (w *annexWork) began(list *[]string, id string, err error) {
	if err == nil {
		*list = append(*list, id)
		return
	}
	w.tolerate(err)
}

// tolerate lets refusals pass, which change nothing.
func (w *annexWork) tolerate(err error) {
	var no *mediation.Error
	if err != nil && !errors.As(err, &no) && !errors.Is(err, mediation.ErrNotFound) && !errors.Is(err, mediation.ErrStale) {
		w.rt.Fatal(err)
	}
}

func (w *annexWork) one(list []string) (string, bool) {
	if len(list) == 0 {
		return "", false
	}
	return rapid.SampledFrom(list).Draw(w.rt, "which"), true
}

func (w *annexWork) paper() {
	s, err := w.Slips.Issue(context.Background(), w.who("issuer"), slip.Issue{Key: w.Next("key"), Kind: "reminder", About: slip.Subject{Kind: slip.AboutArea, ID: string(Town.Area)},
		To: slip.Addressee{User: w.who("addressee").ID}, Text: "请说明"})
	w.began(&w.papers, s.ID, err)
}

// clue is a paper that hardly anybody may know of.
func (w *annexWork) clue() {
	s, err := w.Slips.Issue(context.Background(), w.who("issuer"), slip.Issue{Key: w.Next("key"), Kind: "secret", About: slip.Subject{Kind: slip.AboutArea, ID: string(Town.Area)},
		To: slip.Addressee{User: w.who("addressee").ID}, Text: "线索"})
	w.began(&w.papers, s.ID, err)
}

// shift puts somebody on duty for some hours, where nobody is.
func (w *annexWork) shift() {
	from := w.Clock().Add(time.Duration(rapid.IntRange(-3, 90).Draw(w.rt, "hours")) * time.Hour)
	s := duty.Shift{Post: "chief", Area: Town.Area, Person: w.who("on duty").ID, From: from, Until: from.Add(5 * time.Hour)}
	err := w.Store.Duty().Amend(context.Background(), mediation.AnyRevision, func(r *duty.Roster) error {
		if _, _, meet := duty.Overlap(append(slices.Clone(r.Shifts), s)); !meet {
			r.Shifts = append(r.Shifts, s)
		}
		return nil
	})
	if err != nil {
		w.rt.Fatal(err)
	}
}

func (w *annexWork) answer() {
	id, ok := w.one(w.papers)
	if !ok {
		return
	}
	name := rapid.SampledFrom([]slip.Name{slip.CmdAcknowledge, slip.CmdReply, slip.CmdReturn, slip.CmdAccept, slip.CmdWithdraw}).Draw(w.rt, "command")
	_, err := w.Slips.Do(context.Background(), w.who("by"), id, slip.Request{Command: slip.Command{Name: name, Text: "说明"}, Key: w.Next("key")})
	w.tolerate(err)
	if rapid.Bool().Draw(w.rt, "days pass") { // and papers climb
		w.Pass(9 * 24 * time.Hour)
		_, err := w.Slips.Sweep(context.Background())
		w.tolerate(err)
	}
}

func (w *annexWork) study() {
	ctx := context.Background()
	c := w.Report(w.t, w.Worker(), Quarrel(CellA))
	st, err := w.Studies.Call(ctx, w.who("caller"), c.ID, w.Next("key"), "complex", "疑难")
	w.began(&w.studies, st.ID, err)
}

func (w *annexWork) studied() {
	ctx := context.Background()
	id, ok := w.one(w.studies)
	if !ok {
		return
	}
	by, party := w.who("by"), study.Party{User: w.who("party").ID}
	st, err := w.Store.Studies().Load(ctx, id)
	if err != nil {
		w.rt.Fatal(err)
	}
	switch rapid.IntRange(0, 4).Draw(w.rt, "deed") {
	case 0, 1:
		_, err = w.Studies.Join(ctx, by, id, w.Next("key"), party)
	case 2:
		_, err = w.Studies.Give(ctx, by, id, w.Next("key"), party, "去办", w.Clock().Add(24*time.Hour))
	case 3:
		if len(st.Orders) > 0 {
			_, err = w.Studies.Report(ctx, by, id, st.Orders[0].ID, "办了")
		}
	default:
		_, err = w.Studies.Conclude(ctx, by, id, "结论")
	}
	w.tolerate(err)
}

func (w *annexWork) meet() {
	m, err := w.Councils.Convene(context.Background(), w.who("convener"), council.Call{Key: w.Next("key"), Area: CellA.Parent(), At: w.Clock().Add(25 * time.Hour), Topic: "停车", Place: "礼堂", Agenda: []string{"车棚"},
		Users: []string{w.who("invited").ID}, Villagers: []council.Villager{{Name: "示例甲"}}})
	w.began(&w.meetings, m.ID, err)
}

func (w *annexWork) met() {
	ctx := context.Background()
	id, ok := w.one(w.meetings)
	if !ok {
		return
	}
	m, err := w.Store.Meetings().Load(ctx, id)
	if err != nil {
		w.rt.Fatal(err)
	}
	by, key := w.who("by"), w.Next("key")
	switch deed := rapid.IntRange(0, 3).Draw(w.rt, "deed"); {
	case m.State == council.Convened && deed == 0:
		_, err = w.Councils.Cancel(ctx, by, id, m.Revision, key, "改期")
	case m.State == council.Convened:
		w.Pass(26 * time.Hour)
		_, err = w.Councils.Attend(ctx, by, id, m.Revision, key, []string{m.Invited[0].ID, m.Invited[len(m.Invited)-1].ID})
	case m.State == council.Held && m.Agenda[0].Decision == nil:
		_, err = w.Councils.Decide(ctx, by, id, m.Revision, key, "1", council.Decision{Outcome: council.Deferred}, "再议")
	case deed == 1:
		_, err = w.Councils.Minute(ctx, by, id, m.Revision, key, "纪要")
	default:
		var paper string
		paper, err = w.Councils.Follow(ctx, by, id, council.FollowUp{Key: key, Text: "去办", User: w.who("owner").ID, Due: w.Clock().Add(240 * time.Hour)})
		w.began(&w.papers, paper, err)
	}
	w.tolerate(err)
}

func (w *annexWork) site() {
	at := PointIn(CellA)
	s, _, err := w.Opinions.OpenSite(context.Background(), w.who("by"), opinion.SiteInput{ID: uuid.NewString(), Kind: opinion.Point, Name: "便民点", Place: &at, Keeper: w.who("keeper").ID})
	w.began(&w.sites, s.ID, err)
}

func (w *annexWork) close() {
	id, ok := w.one(w.sites)
	if !ok {
		return
	}
	s, err := w.Store.OpinionSites().Load(context.Background(), id)
	if err != nil {
		w.rt.Fatal(err)
	}
	_, err = w.Opinions.CloseSite(context.Background(), w.who("by"), id, s.Version, w.Next("key"), "搬迁")
	w.tolerate(err)
}

// leave lets somebody hand over to somebody else.
func (w *annexWork) leave() {
	ctx := context.Background()
	from := w.who("leaver")
	to := rapid.SampledFrom(slices.DeleteFunc(slices.Clone(w.staff), func(a mediation.Actor) bool { return a.ID == from.ID })).Draw(w.rt, "successor")
	h, err := w.HandOvers.Open(ctx, from, handover.Proposal{Leaver: from.ID, Successor: to.ID, Key: w.Next("key")})
	if err != nil {
		w.rt.Fatal(err)
	}
	before := w.named(from.ID)
	done, err := w.HandOvers.Accept(ctx, to, h.ID, h.Revision)
	after := w.named(from.ID)
	var no *handover.Refused
	if errors.As(err, &no) {
		if !slices.Equal(before, after) {
			w.rt.Fatalf("refused, yet of %v is left %v", before, after)
		}
		if _, err := w.HandOvers.Cancel(ctx, from, h.ID, h.Revision, ""); err != nil {
			w.rt.Fatal(err)
		}
		return
	}
	if err != nil || done.State != handover.Done || len(after) > 0 {
		w.rt.Fatalf("%s, %v: of %v is left %v", done.State, err, before, after)
	}
	// Whatever was theirs is the successor's, and they may go on with it.
	theirs := w.named(to.ID)
	for _, thing := range before {
		if !slices.Contains(theirs, thing) {
			w.rt.Fatalf("%s was %s's and is not %s's: %v", thing, from.ID, to.ID, theirs)
		}
	}
}

// named lists what is open and names somebody, as it is stored.
func (w *annexWork) named(user string) (list []string) {
	ctx := context.Background()
	add := func(kind, id string, is bool, err error) {
		if err != nil {
			w.rt.Fatal(err)
		}
		if is {
			list = append(list, kind+" "+id)
		}
	}
	for _, id := range w.papers {
		s, err := w.Store.Slips().Load(ctx, id)
		for err == nil && s.Next != "" {
			s, err = w.Store.Slips().Load(ctx, s.Next)
		}
		add("paper", id, !s.State.Over() && (s.To.User == user || s.Issuer.User == user), err)
	}
	roster, _, err := w.Store.Duty().Roster(ctx)
	for _, s := range roster.Shifts {
		add("shift until", s.Until.String(), s.Person == user && s.Until.After(w.Clock()), err)
	}
	for _, id := range w.helping {
		c, err := w.Cases.Load(ctx, id)
		add("errand", id, len(c.MandatesOf(user)) > 0 || slices.ContainsFunc(c.Errands, func(e mediation.Errand) bool { return e.Helper == user && e.Done.IsZero() }), err)
	}
	for _, id := range w.studies {
		st, err := w.Store.Studies().Load(ctx, id)
		sits := st.Open() && slices.ContainsFunc(st.Members, func(m study.Member) bool { return m.User == user })
		add("study", id, sits || slices.ContainsFunc(st.Orders, func(o study.Order) bool { return o.User == user && o.Done.IsZero() }), err)
	}
	for _, id := range w.meetings {
		m, err := w.Store.Meetings().Load(ctx, id)
		add("meeting", id, m.Convener == user && (m.State == council.Convened || m.State == council.Held), err)
	}
	for _, id := range w.sites {
		s, err := w.Store.OpinionSites().Load(ctx, id)
		add("site", id, s.Keeper == user && s.Closed.IsZero(), err)
	}
	return list
}
