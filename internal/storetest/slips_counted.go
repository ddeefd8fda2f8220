package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/policy"
	"fengqiao/mediation/scorecard"
	"fengqiao/mediation/slip"
)

// SlipFigures plays random histories of slips and compares what a scorecard counts of them, for every sight, subject and period, with a
// recount by plain code and with the lists that the counts lead to. s must be opened and empty.
func SlipFigures(t *testing.T, s *store.Store) {
	ctx := context.Background()
	k := newFiguresKit(t, s, 10)
	k.papers(t, 120)
	service := scorecard.NewService(scorecard.Deps{Cards: s.Scorecards(), Snapshots: s.ScorecardSnapshots(), Months: s.ScorecardMonths(), People: officeHolders{}, Policies: k.Policies, Atlas: k.Atlas, Figures: k.kept, Slips: s.Slips(), Now: k.Clock})
	if _, err := service.Import(ctx, 0, "slips.yaml", slipCard()); err != nil {
		t.Fatal(err)
	}
	all := k.everySlip(t)
	most := map[string]float64{}
	for _, actor := range []mediation.Actor{County, {ID: "supervisor", Role: mediation.Supervisor, Area: "33.01.11"}, {ID: "leader", Role: mediation.Leader, Area: "33.01.11.001"}} {
		for _, by := range scorecard.Subjects {
			for _, period := range []string{"2026-02", "2026-03", "2026-04", "2026"} {
				a, err := service.Measure(ctx, actor, scorecard.Ask{Key: "slips", By: by, Period: period})
				if err != nil {
					t.Fatal(err)
				}
				k.paperLines(t, &a, actor, all, most)
			}
		}
	}
	for _, term := range figures.SlipTerms {
		if most[term.Key] == 0 {
			t.Errorf("%s never had a value above zero", term.Key)
		}
	}
	k.olderHeads(t, service)
}

// slipCard has an indicator of every name that formulas have for slips.
func slipCard() []byte {
	text := "key: slips\nlabel: \"1\"\nname: {zh: 督办, en: supervision}\ndimensions:\n  - key: all\n    name: {zh: 督办, en: supervision}\n    weight: 1\n    indicators:\n"
	for i, term := range figures.SlipTerms {
		text += fmt.Sprintf("      - {key: x%d, name: {zh: 项, en: item}, weight: 1, formula: %s, measure: count, better: higher, target: 10, floor: 0}\n", i, term.Key)
	}
	return []byte(text)
}

// paperRules judges the kit's slips: short limits and a kind that follows, so that every end is met.
func (k *figuresKit) paperRules() slip.Rules {
	within := func(text string) policy.Limit {
		x, _ := k.Policy.Slips.Kind("reminder")
		l := x.Reply
		if text == "acknowledge" {
			l = x.Acknowledge
		}
		return l
	}
	kind := policy.SlipKind{Key: "order", Issuers: []string{string(mediation.Supervisor)}, Acknowledge: within("acknowledge"), Reply: within("reply"), Returns: 1,
		Approvers: []string{string(mediation.Leader)}, Measures: []policy.SlipMeasure{{Key: "talk"}}}
	kind.Next.Unacknowledged, kind.Next.Unanswered, kind.Next.Insufficient = "order", "order", "order"
	return slip.Rules{Policy: k.Policy, Kind: kind, Calendar: k.Rules.Calendar}
}

// papers issues n slips, some of them restricted, and goes on with each at random.
func (k *figuresKit) papers(t *testing.T, n int) {
	t.Helper()
	ctx, p, r := context.Background(), k.Store.Slips(), k.paperRules()
	areas := []grid.Code{"33.01.11", "33.01.11.001", "33.01.11.001.002", "33.01.11.002"}
	to := []slip.Addressee{{User: Town.ID}, {User: "nobody"}, {Unit: "建设局", Area: "33.01.11"}, {Unit: "教育局", Area: "33.01.11"}, {Role: mediation.TownshipStaff, Area: "33.01.11.001"}}
	for i := range n {
		x := paper(fmt.Sprint("counted-", i), "order")
		x.Case, x.About = "", slip.Subject{Kind: slip.AboutArea, ID: "33.01.11"}
		x.Area, x.To, x.Issued, x.Changed = areas[k.rng.IntN(len(areas))], to[k.rng.IntN(len(to))], k.Clock(), k.Clock()
		if k.rng.IntN(4) == 0 {
			x.Restricted = mediation.Leader
		}
		x.Acknowledge, x.Reply = slip.Limit{Since: k.Clock(), Due: k.Clock().Add(24 * time.Hour)}, slip.Limit{Since: k.Clock(), Due: k.Clock().Add(72 * time.Hour)}
		x.History = []slip.Entry{{At: k.Clock(), Kind: "issued", To: slip.Issued}}
		issuedIn(t, p, x)
		for range 6 {
			k.onPaper(t, fmt.Sprint("counted-", max(0, i-k.rng.IntN(6))), r)
		}
		k.Pass(time.Duration(k.rng.IntN(16)) * time.Hour)
	}
	if err := k.kept.Pass(ctx); err != nil {
		t.Fatal(err)
	}
}

// onPaper lets time or somebody act on a slip; what is refused changes nothing.
func (k *figuresKit) onPaper(t *testing.T, id string, r slip.Rules) {
	t.Helper()
	ctx, p := context.Background(), k.Store.Slips()
	was, err := p.Load(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	cmd, by := k.paperCommand(&was)
	after, err := p.Update(ctx, id, func(x *slip.Slip) error {
		slip.Tick(x, k.Clock(), r)
		x.Unlogged, x.Unsent = nil, nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if k.rng.IntN(4) > 0 {
		o := slip.Order{Actor: by, Command: cmd, At: k.Clock(), NewID: k.Next("finding"), Words: mediation.Sealed{Key: "key", Box: []byte("words")}}
		after, err = p.Update(ctx, id, func(x *slip.Slip) error { return slip.Decide(x, o, r) })
		if err != nil {
			after, err = p.Load(ctx, id)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if f := after.Following; f != nil && was.Following == nil {
		next := slip.Follow(&after, r)
		next.Unlogged, next.Unsent = nil, nil
		issuedIn(t, p, next)
	}
}

// paperCommand is a command at random, and who may give it.
func (k *figuresKit) paperCommand(x *slip.Slip) (slip.Command, mediation.Actor) {
	answers := mediation.Actor{ID: x.To.User, Role: mediation.TownshipStaff, Unit: x.To.Unit, Area: "33.01.11"}
	if x.To.Unit != "" {
		answers.Role = mediation.UnitStaff
	}
	judges := mediation.Actor{ID: x.Issuer.User, Role: x.Issuer.Role, Area: "33.01.11"}
	finding := ""
	if len(x.Findings) > 0 {
		finding = x.Findings[k.rng.IntN(len(x.Findings))].ID
	}
	all := []slip.Name{slip.CmdAcknowledge, slip.CmdReply, slip.CmdFind, slip.CmdMend, slip.CmdMend, slip.CmdJudge, slip.CmdJudge, slip.CmdAccept, slip.CmdReturn, slip.CmdReturn, slip.CmdWithdraw, slip.CmdApprove}
	cmd := slip.Command{Name: all[k.rng.IntN(len(all))], Text: "文字", Finding: finding, Verdict: slip.Tolerated}
	switch cmd.Name {
	case slip.CmdAcknowledge, slip.CmdReply, slip.CmdMend:
		return cmd, answers
	case slip.CmdJudge, slip.CmdApprove:
		return cmd, mediation.Actor{ID: "judge", Role: mediation.Leader, Area: "33.01.11"}
	}
	return cmd, judges
}

// everySlip reads all slips whole.
func (k *figuresKit) everySlip(t *testing.T) (all []slip.Slip) {
	t.Helper()
	err := k.Store.Engine.Walk(context.Background(), "slips", func(row store.Row) error {
		x, err := store.ReadSlip(row)
		all = append(all, x)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// plainPapers is every count as a person with the papers before them would make it.
var plainPapers = map[string]func(x *slip.Slip) bool{
	"slips": func(*slip.Slip) bool { return true },
	"slipsAckDue": func(x *slip.Slip) bool {
		return firstOf(x, "acknowledge", "reply") >= 0 || lateBefore(x, "acknowledge", len(x.History))
	},
	"slipsAckInTime": func(x *slip.Slip) bool {
		at := firstOf(x, "acknowledge", "reply")
		return at >= 0 && !lateBefore(x, "acknowledge", at)
	},
	"slipsReplyDue": func(x *slip.Slip) bool {
		return firstOf(x, "reply") >= 0 || lateBefore(x, "reply", len(x.History))
	},
	"slipsInTime": func(x *slip.Slip) bool {
		return firstOf(x, "reply") >= 0 && !lateBefore(x, "reply", len(x.History)) // nor after it was sent back
	},
	"slipsEscalated": func(x *slip.Slip) bool { return x.Next != "" },
	"slipsFound":     func(x *slip.Slip) bool { return len(x.Findings) > 0 },
	"slipsMended": func(x *slip.Slip) bool {
		return len(x.Findings) > 0 && !slices.ContainsFunc(x.Findings, func(f slip.Finding) bool { return f.Mended == nil })
	},
	"slipsJudged": func(x *slip.Slip) bool {
		return len(x.Findings) > 0 && !slices.ContainsFunc(x.Findings, func(f slip.Finding) bool { return f.Judged == nil })
	},
}

// firstOf is where a history first has one of the kinds, -1 if nowhere.
func firstOf(x *slip.Slip, kinds ...string) int {
	return slices.IndexFunc(x.History, func(e slip.Entry) bool { return slices.Contains(kinds, e.Kind) })
}

// lateBefore tells whether a limit ran out before that line of the history.
func lateBefore(x *slip.Slip, limit string, at int) bool {
	return slices.ContainsFunc(x.History[:at], func(e slip.Entry) bool { return e.Kind == "overdue" && e.Data["limit"] == limit })
}

// paperLines compares an answer line by line.
func (k *figuresKit) paperLines(t *testing.T, a *scorecard.Answer, actor mediation.Actor, all []slip.Slip, most map[string]float64) {
	t.Helper()
	of := func(x *slip.Slip) string {
		switch a.Now.By {
		case scorecard.ByArea:
			if x.Area == actor.Area {
				return ""
			}
			return string(x.Area.Prefix(actor.Area.Depth() + 1))
		case scorecard.ByUnit:
			return x.To.Unit
		}
		if slices.ContainsFunc(must(officeHolders{}.Officials(context.Background(), actor.Area)), func(p scorecard.Person) bool { return p.ID == x.To.User }) {
			return x.To.User
		}
		return ""
	}
	groups := map[string][]*slip.Slip{}
	for i := range all {
		x := &all[i]
		clean := len(x.Findings) == 0 && firstOf(x, "overdue") < 0
		if x.Restricted != "" || x.State == slip.Withdrawn && clean || !actor.Area.Contains(x.Area) || x.Issued.Before(a.Period.From) || !x.Issued.Before(a.Period.Until) {
			continue
		}
		groups[""] = append(groups[""], x)
		if subject := of(x); subject != "" {
			groups[subject] = append(groups[subject], x)
		}
	}
	lines := map[string]*scorecard.Line{"": &a.Now.Whole}
	for i := range a.Now.Lines {
		lines[a.Now.Lines[i].Subject] = &a.Now.Lines[i]
	}
	for subject := range groups {
		if lines[subject] == nil {
			t.Fatalf("%s by %s of %s: %q is left out", actor.Role, a.Now.By, a.Period.Name, subject)
		}
	}
	for subject, l := range lines {
		counted := map[string]int{}
		for name, is := range plainPapers {
			for _, x := range groups[subject] {
				if is(x) {
					counted[name]++
				}
			}
		}
		for _, term := range figures.SlipTerms {
			got, valued := l.Terms[term.Key]
			most[term.Key] = max(most[term.Key], got)
			where := fmt.Sprintf("%s by %s of %s, %q: %s", actor.Role, a.Now.By, a.Period.Name, subject, term.Key)
			if term.Unit == figures.Count {
				if int(got) != counted[term.Key] {
					t.Fatalf("%s is %v, counted %d", where, got, counted[term.Key])
				}
				k.paperList(t, actor, a, subject, term.List["counted"][0], counted[term.Key], where)
				continue
			}
			above, below := counted[nameOf(term.List)], counted[nameOf(term.Below)]
			if valued != (below > 0) || valued && got != figures.Rounded(float64(above)/float64(below)) {
				t.Fatalf("%s is %v, counted %d of %d", where, got, above, below)
			}
		}
	}
}

// nameOf is the name of the count that a filter is of.
func nameOf(list map[string][]string) string {
	for _, term := range figures.SlipTerms {
		if term.Unit == figures.Count && term.List["counted"][0] == list["counted"][0] {
			return term.Key
		}
	}
	return ""
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// paperList holds the list behind a count to it.
func (k *figuresKit) paperList(t *testing.T, actor mediation.Actor, a *scorecard.Answer, subject, set string, want int, where string) {
	t.Helper()
	f := slip.Filter{Visible: slip.VisibleTo(actor), Counted: slip.Counted(set), Issued: [2]time.Time{a.Period.From, a.Period.Until}, Area: actor.Area}
	switch {
	case subject == "":
	case a.Now.By == scorecard.ByArea:
		f.Area = grid.Code(subject)
	case a.Now.By == scorecard.ByUnit:
		f.Unit = subject
	default:
		f.User = subject
	}
	list, _, err := k.Store.Slips().List(context.Background(), f, "", 1000)
	if err != nil || len(list) != want {
		t.Fatalf("%s: its list holds %d of %d: %v", where, len(list), want, err)
	}
}

// olderHeads: a slip that an earlier release stored is counted, and found by the lists from then on.
func (k *figuresKit) olderHeads(t *testing.T, service *scorecard.Service) {
	t.Helper()
	ctx := context.Background()
	row := must(k.Store.Engine.Get(ctx, "slips", "counted-0"))
	if !strings.Contains(string(row.Head), `"Counted":`) {
		t.Fatal("the head does not say in which sets the slip counts")
	}
	row.Head = []byte(strings.Replace(string(row.Head), `"Counted":`, `"Reckoned":`, 1))
	row.Tags = slices.DeleteFunc(row.Tags, func(tag string) bool { return strings.HasPrefix(tag, "q:") })
	if _, err := k.Store.Engine.Apply(ctx, store.Write{Table: "slips", Op: store.Replace, Row: row}); err != nil {
		t.Fatal(err)
	}
	a, err := service.Measure(ctx, County, scorecard.Ask{Key: "slips", By: scorecard.ByUnit, Period: "2026"})
	if err != nil {
		t.Fatal(err)
	}
	k.paperLines(t, &a, County, k.everySlip(t), map[string]float64{})
}
