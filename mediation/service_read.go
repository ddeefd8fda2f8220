package mediation

import (
	"context"
	"errors"
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

// List pages the cases that the actor may see.
func (s *Service) List(ctx context.Context, actor Actor, f Filter, cursor string, limit int) ([]Summary, string, error) {
	f.Visible = VisibleTo(actor)
	if f.Visible.None {
		return nil, "", refuse("list", Forbidden, "forbidden", "")
	}
	return s.Cases.List(ctx, f, cursor, limit)
}

// Count counts at most max of the cases that the actor may see.
func (s *Service) Count(ctx context.Context, actor Actor, f Filter, max int) (int, error) {
	f.Visible = VisibleTo(actor)
	if f.Visible.None {
		return 0, refuse("count", Forbidden, "forbidden", "")
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

// Timeline reads the events after a sequence number.
func (s *Service) Timeline(ctx context.Context, actor Actor, id string, after, limit int) ([]Event, error) {
	c, err := s.visible(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if !MayCase(actor, TimelineRead, &c) {
		return nil, refuse("timeline", Forbidden, "forbidden", "")
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
		return nil, "", refuse("looks", Forbidden, "forbidden", "")
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
		return nil, refuse("candidates", Forbidden, "forbidden", "")
	}
	if seat < 0 || seat >= len(c.Panel.Seats) {
		return nil, refuse("candidates", Invalid, "out_of_range", "seat", "min", "0", "max", strconv.Itoa(len(c.Panel.Seats)-1))
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return nil, err
	}
	g, err := s.ground(ctx, &c, r.Policy, s.now())
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
			if actor.Area.Contains(area) {
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
		return nil, "", refuse("reports", Forbidden, "forbidden", "")
	}
	return s.Reports.Of(ctx, actor.ID, cursor, limit)
}

// UnplacedReports lists the reports that wait for a person to place them in the actor's area.
func (s *Service) UnplacedReports(ctx context.Context, actor Actor, cursor string, limit int) ([]Report, string, error) {
	if !May(actor, ReportPlace) {
		return nil, "", refuse("reports", Forbidden, "forbidden", "")
	}
	return s.Reports.Unplaced(ctx, actor.Area, cursor, limit)
}

// PlaceReport gives an unplaced report its cell by hand; it then leads to a case like any other.
func (s *Service) PlaceReport(ctx context.Context, actor Actor, id string, version int64, cell grid.Code) (Receipt, error) {
	rep, err := s.ReportOf(ctx, actor, id)
	if err != nil {
		return Receipt{}, err
	}
	if !mayReport(actor, ReportPlace, &rep) {
		return Receipt{}, refuse("place_report", Forbidden, "forbidden", "")
	}
	if _, ok := s.Atlas.Load().Cell(cell); !ok {
		return Receipt{}, refuse("place_report", Invalid, "unknown_value", "cell", "value", string(cell))
	}
	rep, err = s.Reports.Update(ctx, id, func(r *Report) error {
		switch {
		case r.Cell == cell: // sent again
			return nil
		case r.Version != version:
			return ErrStale
		case r.Case != "":
			return refuse("place_report", Conflict, "report.has_case", "")
		}
		r.Cell = cell
		kept := r.Marks[:0:0]
		for _, m := range r.Marks {
			if m != Unplaced {
				kept = append(kept, m)
			}
		}
		r.Marks = kept
		return nil
	})
	if err != nil {
		return Receipt{}, err
	}
	return s.settle(ctx, rep, actor)
}

// SupplementReport adds words and photos to the actor's own report and, where there is one, to its case.
func (s *Service) SupplementReport(ctx context.Context, actor Actor, id, key, text string, photos []string) (Receipt, error) {
	rep, err := s.ReportOf(ctx, actor, id)
	if err != nil {
		return Receipt{}, err
	}
	if !mayReport(actor, ReportChange, &rep) {
		return Receipt{}, refuse("supplement", Forbidden, "forbidden", "")
	}
	if strings.TrimSpace(text) == "" && len(photos) == 0 {
		return Receipt{}, refuse("supplement", Invalid, "required", "text")
	}
	if utf8.RuneCountInString(text) > MaxText {
		return Receipt{}, refuse("supplement", Invalid, "too_long", "text", "max", strconv.Itoa(MaxText))
	}
	if rep.Case != "" {
		c, err := s.Cases.Load(ctx, rep.Case)
		if err != nil {
			return Receipt{}, err
		}
		// Asked before the report is changed, so that a refusal leaves nothing half done.
		if rule, _ := RuleOf(CmdSupplement); !rule.Allows(c.State) {
			return Receipt{}, refuse("supplement", Conflict, "case.state", "", "state", string(c.State), "command", string(CmdSupplement))
		}
		if !MayCase(actor, Action(CmdSupplement), &c) {
			return Receipt{}, refuse("supplement", Forbidden, "forbidden", "")
		}
	}
	if !rep.Withdrawn.IsZero() {
		return Receipt{}, refuse("supplement", Conflict, "report.withdrawn", "")
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
			return refuse("supplement", Conflict, "report.withdrawn", "")
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

// WithdrawReport takes the actor's own report back: the case first, then the report. A case that has no other report standing, and
// nobody working on it, is withdrawn with it.
func (s *Service) WithdrawReport(ctx context.Context, actor Actor, id, key, reason string) (Receipt, error) {
	rep, err := s.ReportOf(ctx, actor, id)
	if err != nil {
		return Receipt{}, err
	}
	if !mayReport(actor, ReportChange, &rep) {
		return Receipt{}, refuse("withdraw", Forbidden, "forbidden", "")
	}
	if !rep.Withdrawn.IsZero() {
		return s.again(ctx, rep, rep.Print)
	}
	cmd, own := discreet(WithdrawCase{Reason: reason})
	o := Order{Actor: actor, Command: cmd, At: s.now(), Key: s.commandKey(actor, string(CmdWithdraw)+"/"+id, key)}
	for range 5 { // whoever places it at the same moment does so once
		receipt, err := s.withdraw(ctx, rep, o, own)
		if !errors.Is(err, errLedElsewhere) {
			return receipt, err
		}
		if rep, err = s.Reports.Load(ctx, id); err != nil {
			return Receipt{}, err
		}
	}
	return Receipt{}, ErrStale
}

// errLedElsewhere: the report has got another case since it was read.
var errLedElsewhere = errors.New("mediation: the report has got another case")

// withdraw recalls the report in its case and then marks it, unless it has got another case meanwhile.
func (s *Service) withdraw(ctx context.Context, rep Report, o Order, own string) (Receipt, error) {
	receipt := Receipt{}
	id, err := s.caseOf(ctx, &rep)
	if err != nil {
		return receipt, err
	}
	if id != "" {
		c, err := s.recall(ctx, id, rep.ID, o, own)
		if err != nil {
			return receipt, err
		}
		receipt.Case = &c
	}
	receipt.Report, err = s.Reports.Update(ctx, rep.ID, func(r *Report) error {
		switch {
		case !r.Withdrawn.IsZero():
		case r.Case != "" && r.Case != id:
			return errLedElsewhere
		default:
			r.Case, r.Withdrawn = id, o.At
		}
		return nil
	})
	return receipt, err
}

// caseOf is the case that holds the report, though a crash may have kept the report from pointing there; "" if there is none.
func (s *Service) caseOf(ctx context.Context, rep *Report) (string, error) {
	if rep.Case != "" {
		return rep.Case, nil
	}
	c, err := s.Cases.Load(ctx, caseIDFor(rep))
	if !errors.Is(err, ErrNotFound) {
		return c.ID, err
	}
	c, _, err = s.holder(ctx, rep)
	return c.ID, err
}

// recall notes in a case that its report was withdrawn, for a reason in the reporter's own words.
func (s *Service) recall(ctx context.Context, id, report string, o Order, own string) (Case, error) {
	c, err := s.Cases.Load(ctx, id)
	if err != nil {
		return Case{}, err
	}
	if o.Words, err = s.seal(ctx, c.Key, own); err != nil {
		return Case{}, err
	}
	return s.Cases.Update(ctx, id, func(c *Case) error {
		r, err := s.rules(ctx, c.Policy)
		if err != nil {
			return err
		}
		return Recall(c, report, o, r)
	})
}

// PartyByLink finds whose link a code is, and in which case: where theirs was joined to another, in that one.
func (s *Service) PartyByLink(ctx context.Context, code string) (caseID, party string, err error) {
	hash := s.Sealer.Hash("link", strings.ToUpper(strings.TrimSpace(code)))
	id, err := s.Cases.ByLink(ctx, hash)
	if err != nil {
		return "", "", err
	}
	c, err := s.Cases.Load(ctx, id)
	if err != nil {
		return "", "", err
	}
	for i := range c.Parties {
		if c.Parties[i].LinkHash != hash {
			continue
		}
		in, p, err := s.followLink(ctx, &c, &c.Parties[i])
		if err != nil {
			return "", "", err
		}
		return in.ID, p.ID, nil
	}
	return "", "", ErrNotFound
}

// LinkValid tells whether a party's session that began at a time still stands: a renewed link ends the sessions made before.
func (s *Service) LinkValid(ctx context.Context, caseID, party string, began time.Time) error {
	c, err := s.Cases.Load(ctx, caseID)
	if err != nil {
		return err
	}
	p := c.Party(party)
	if p == nil || began.Add(time.Second).Before(p.LinkFrom) {
		return ErrNotFound
	}
	return nil
}
