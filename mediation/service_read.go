package mediation

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// Case reads a case for an actor and records that they looked. What it holds that this actor may not see is left out by the
// view that handlers make of it.
func (s *Service) Case(ctx context.Context, actor Actor, id string) (Case, error) {
	c, err := s.visible(ctx, actor, id)
	if err != nil {
		return Case{}, err
	}
	return c, s.look(ctx, actor, c.ID, "case")
}

func (s *Service) look(ctx context.Context, actor Actor, caseID, what string) error {
	if actor.Role == System {
		return nil
	}
	return s.Looks.Record(ctx, Look{ID: newID(), Case: caseID, Actor: actor.ID, Role: actor.Role, What: what, At: s.now()})
}

// ActionsOf lists what the actor may do to the case now.
func (s *Service) ActionsOf(ctx context.Context, actor Actor, c *Case) ([]CommandName, error) {
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return nil, err
	}
	return Actions(c, actor, r, s.now()), nil
}

// ClocksOf explains the clocks of a case, by the version of the policy that it is judged under.
func (s *Service) ClocksOf(ctx context.Context, actor Actor, id string) (policy string, clocks []Explained, err error) {
	c, err := s.visible(ctx, actor, id)
	if err != nil {
		return "", nil, err
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return "", nil, err
	}
	return c.Policy, Clocks(&c, r, s.now()), nil
}

// List pages the cases that the actor may see.
func (s *Service) List(ctx context.Context, actor Actor, f Filter, cursor string, limit int) ([]Summary, string, error) {
	f.Visible = VisibleTo(actor)
	if f.Visible.None {
		return nil, "", Refusal("list", Forbidden, "forbidden", "")
	}
	return s.Cases.List(ctx, f, cursor, limit)
}

// Count counts at most max of the cases that the actor may see.
func (s *Service) Count(ctx context.Context, actor Actor, f Filter, max int) (int, error) {
	f.Visible = VisibleTo(actor)
	if f.Visible.None {
		return 0, Refusal("count", Forbidden, "forbidden", "")
	}
	return s.Cases.Count(ctx, f, max)
}

// WordHashes turns search words into what Filter.WordHashes wants.
func (s *Service) WordHashes(text string) []string {
	pieces := s.Words(text)
	hashes := make([]string, len(pieces))
	for i, p := range pieces {
		hashes[i] = s.Sealer.Hash("word", p)
	}
	return hashes
}

// MostFound bounds what FindParty answers with: the newest.
const MostFound = 100

// FindParty finds the cases in the actor's area in which somebody of this phone or ID number is a party, newest first, and records that
// they were looked for. The number is not kept: what is compared is its keyed hash.
func (s *Service) FindParty(ctx context.Context, actor Actor, number string) ([]Summary, error) {
	if !May(actor, CaseSearch) {
		return nil, Refusal("search", Forbidden, "forbidden", "")
	}
	if strings.TrimSpace(number) == "" {
		return nil, Refusal("search", Invalid, "required", "number")
	}
	if utf8.RuneCountInString(number) > maxName {
		return nil, Refusal("search", Invalid, "too_long", "number", "max", strconv.Itoa(maxName))
	}
	ids, err := s.Cases.OfParty(ctx, s.Hashes(number))
	if err != nil {
		return nil, err
	}
	var found []Summary
	for _, id := range ids {
		c, err := s.Cases.Load(ctx, id)
		if errors.Is(err, ErrNotFound) || err == nil && !(MayCase(actor, CaseSearch, &c) && Sees(actor, &c)[PartParties]) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, c.Summarise())
	}
	slices.SortFunc(found, func(a, b Summary) int { return cmp.Or(b.Opened.Compare(a.Opened), cmp.Compare(b.ID, a.ID)) })
	found = found[:min(len(found), MostFound)]
	for i := range found {
		if err := s.look(ctx, actor, found[i].ID, "search"); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Timeline reads the events after a sequence number.
func (s *Service) Timeline(ctx context.Context, actor Actor, id string, after, limit int) ([]Event, error) {
	c, err := s.visible(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if !MayCase(actor, TimelineRead, &c) {
		return nil, Refusal("timeline", Forbidden, "forbidden", "")
	}
	if err := s.look(ctx, actor, id, "timeline"); err != nil {
		return nil, err
	}
	return s.Cases.Timeline(ctx, id, after, limit)
}

// LooksAt lists who looked at a case.
func (s *Service) LooksAt(ctx context.Context, actor Actor, id, cursor string, limit int) ([]Look, string, error) {
	c, err := s.visible(ctx, actor, id)
	if err != nil {
		return nil, "", err
	}
	if !MayCase(actor, TimelineRead, &c) {
		return nil, "", Refusal("looks", Forbidden, "forbidden", "")
	}
	return s.Looks.Of(ctx, id, cursor, limit)
}

// Candidates judges every mediator of the case's tier for a seat, with reasons: what staff see before they assign by hand.
func (s *Service) Candidates(ctx context.Context, actor Actor, id string, seat int) ([]Candidate, error) {
	c, err := s.visible(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if !MayCase(actor, Action(CmdAssign), &c) {
		return nil, Refusal("candidates", Forbidden, "forbidden", "")
	}
	if seat < 0 || seat >= len(c.Panel.Seats) {
		return nil, Refusal("candidates", Invalid, "out_of_range", "seat", "min", "0", "max", strconv.Itoa(len(c.Panel.Seats)-1))
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return nil, err
	}
	g, err := s.ground(ctx, &c, r, s.now())
	if err != nil {
		return nil, err
	}
	pool, err := s.Mediators.Serving(ctx, g.Tier.Key, servedArea(&c, g.Tier.Level))
	if err != nil {
		return nil, err
	}
	return Match(&c, seat, pool, g), nil
}

// PointOf opens the exact point of a case for an actor who handles it; nil for everybody else.
func (s *Service) PointOf(ctx context.Context, actor Actor, c *Case) (*orb.Point, error) {
	if !Sees(actor, c)[PartSpot] {
		return nil, nil
	}
	return s.point(ctx, c.Point)
}

// ReportOf reads one report.
func (s *Service) ReportOf(ctx context.Context, actor Actor, id string) (Report, error) {
	rep, err := s.Reports.Load(ctx, id)
	if err != nil {
		return Report{}, err
	}
	if !mayReport(actor, ReportRead, &rep) {
		return Report{}, ErrNotFound
	}
	if rep.Case != "" && rep.Reporter != actor.ID {
		switch c, err := s.Cases.Load(ctx, rep.Case); {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return Report{}, err
		case c.keepsFrom(actor):
			return Report{}, ErrNotFound
		}
	}
	if rep.For != "" && rep.Reporter == actor.ID && !mayReport(Actor{Role: actor.Role, Area: actor.Area}, ReportRead, &rep) {
		theirs, err := s.theirs(ctx, &rep, actor.ID)
		if err != nil {
			return Report{}, err
		}
		if !theirs {
			return Report{}, ErrNotFound
		}
	}
	return rep, nil
}

// mayReport applies the permission table to a report: its reporter, or whoever has the area where it lies.
func mayReport(actor Actor, a Action, rep *Report) bool {
	area := rep.Place()
	for _, sc := range Scopes(a, actor.Role) {
		switch sc {
		case OwnReport:
			if rep.Reporter == actor.ID {
				return true
			}
		case InArea:
			if actor.Area.Contains(area) && !rep.keepsFrom(actor) {
				return true
			}
		case Anything:
			return true
		}
	}
	return false
}

// MyReports lists the actor's own reports, newest first.
func (s *Service) MyReports(ctx context.Context, actor Actor, cursor string, limit int) ([]Report, string, error) {
	if !May(actor, ReportCreate) {
		return nil, "", Refusal("reports", Forbidden, "forbidden", "")
	}
	list, next, err := s.Reports.Of(ctx, actor.ID, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	kept := list[:0]
	for i := range list { // what was filed for somebody who wants that no more is theirs no more
		theirs, err := s.theirs(ctx, &list[i], actor.ID)
		if err != nil {
			return nil, "", err
		}
		if theirs {
			kept = append(kept, list[i])
		}
	}
	return kept, next, nil
}

// UnplacedReports lists the reports that wait for a person to place them in the actor's area.
func (s *Service) UnplacedReports(ctx context.Context, actor Actor, cursor string, limit int) ([]Report, string, error) {
	if !May(actor, ReportPlace) {
		return nil, "", Refusal("reports", Forbidden, "forbidden", "")
	}
	list, next, err := s.Reports.Unplaced(ctx, actor.Area, cursor, limit)
	return slices.DeleteFunc(list, func(r Report) bool { return r.keepsFrom(actor) }), next, err
}

// PlaceReport gives an unplaced report its cell by hand; it then leads to a case like any other.
func (s *Service) PlaceReport(ctx context.Context, actor Actor, id string, version int64, cell grid.Code) (Receipt, error) {
	rep, err := s.ReportOf(ctx, actor, id)
	if err != nil {
		return Receipt{}, err
	}
	if !mayReport(actor, ReportPlace, &rep) {
		return Receipt{}, Refusal("place_report", Forbidden, "forbidden", "")
	}
	plan := s.Atlas.Load()
	if _, ok := plan.IndexOf(cell); !ok {
		return Receipt{}, Refusal("place_report", Invalid, "unknown_value", "cell", "value", string(cell))
	}
	rep, err = s.Reports.Update(ctx, id, func(r *Report) error {
		switch {
		case r.Cell == cell: // sent again
			return nil
		case r.Version != version:
			return ErrStale
		case r.Case != "":
			return Refusal("place_report", Conflict, "report.has_case", "")
		}
		r.place(cell, plan.Version())
		return nil
	})
	if err != nil {
		return Receipt{}, err
	}
	return s.settle(ctx, rep, actor)
}

// place gives the report a cell of a plan.
func (rep *Report) place(cell grid.Code, plan string) {
	rep.Cell, rep.PlanVersion = cell, plan
	rep.Marks = slices.DeleteFunc(slices.Clone(rep.Marks), func(m Mark) bool { return m == Unplaced })
}

// SupplementReport adds words and photos to the actor's own report and, where there is one, to its case.
func (s *Service) SupplementReport(ctx context.Context, actor Actor, id, key, text string, photos []string) (Receipt, error) {
	rep, err := s.supplementable(ctx, actor, id, text, photos)
	if err != nil {
		return Receipt{}, err
	}
	if rep.Case != "" {
		c, err := s.Cases.Load(ctx, rep.Case)
		if err != nil {
			return Receipt{}, err
		}
		// Asked before the report is changed, so that a refusal leaves nothing half done.
		if rule, _ := RuleOf(CmdSupplement); !rule.Allows(c.State) {
			return Receipt{}, Refusal("supplement", Conflict, "case.state", "", "state", string(c.State), "command", string(CmdSupplement))
		}
		if !MayCase(actor, Action(CmdSupplement), &c) {
			return Receipt{}, Refusal("supplement", Forbidden, "forbidden", "")
		}
	}
	if !rep.Withdrawn.IsZero() {
		return Receipt{}, Refusal("supplement", Conflict, "report.withdrawn", "")
	}
	sealed, err := s.seal(ctx, rep.Key, text)
	if err != nil {
		return Receipt{}, err
	}
	if len(photos) > 0 {
		if err := s.Album.Attach(ctx, actor.ID, photos, id, rep.Case); err != nil {
			return Receipt{}, err
		}
	}
	add := Supplement{At: s.now(), By: actor.ID, Text: sealed, Photos: photos, Cmd: s.commandKey(actor, string(CmdSupplement)+"/"+id, key)}
	rep, err = s.Reports.Update(ctx, id, func(r *Report) error {
		if !r.Withdrawn.IsZero() {
			return Refusal("supplement", Conflict, "report.withdrawn", "")
		}
		for _, x := range r.Supplements {
			if x.Cmd == add.Cmd {
				return nil
			}
		}
		r.Supplements = append(r.Supplements, add)
		return nil
	})
	if err != nil || rep.Case == "" {
		return Receipt{Report: rep}, err
	}
	c, err := s.change(ctx, rep.Case, Order{Actor: actor, Command: SupplementCase{Text: text, Photos: photos}, At: add.At, Key: add.Cmd, Words: sealed})
	return Receipt{Report: rep, Case: &c}, err
}

// Entry is what a party's link opens. Link names the link, so that a renewed one ends what the old one opened, whatever the clocks said at both times.
type Entry struct {
	Case, Party string
	Link        time.Time // Party.LinkFrom
}

// PartyByLink finds whose link a code is, and in which case: where theirs was joined to another, in that one.
func (s *Service) PartyByLink(ctx context.Context, code string) (Entry, error) {
	hash := s.Sealer.Hash("link", strings.ToUpper(strings.TrimSpace(code)))
	id, err := s.Cases.ByLink(ctx, hash)
	if err != nil {
		return Entry{}, err
	}
	c, err := s.Cases.Load(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	for i := range c.Parties {
		if c.Parties[i].LinkHash != hash {
			continue
		}
		in, p, err := s.followLink(ctx, &c, &c.Parties[i])
		if err != nil {
			return Entry{}, err
		}
		return Entry{Case: in.ID, Party: p.ID, Link: p.LinkFrom}, nil
	}
	return Entry{}, ErrNotFound
}

// LinkValid tells whether what a link opened is still open: ErrNotFound where the link was renewed or taken away, or the party is gone.
func (s *Service) LinkValid(ctx context.Context, e Entry) error {
	c, err := s.Cases.Load(ctx, e.Case)
	if err != nil {
		return err
	}
	p := c.Party(e.Party)
	if p == nil || !p.LinkFrom.Equal(e.Link) {
		return ErrNotFound
	}
	return nil
}
