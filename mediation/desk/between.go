package desk

import (
	"context"
	"errors"
	"slices"

	"fengqiao/mediation"
)

// What desks do with each other: pass a matter on, take one over, and record that they spoke of it. Which may go where the policy says
// (mediation.PassOn).

// maxTalking bounds how many desks take part in one call.
const maxTalking = 10

// UnitOf is the unit of a desk, "" where none of that name is connected.
func (s *Service) UnitOf(name string) string {
	if i := slices.IndexFunc(s.Desks, func(d Desk) bool { return d.Name == name }); i >= 0 {
		return s.Desks[i].Unit
	}
	return ""
}

// onCase gives a command on an order's case, in the name of its desk.
func (s *Service) onCase(ctx context.Context, actor mediation.Actor, o *Order, key string, cmd mediation.Command) error {
	rep, err := s.Cases.ReportOf(ctx, actor, o.Report)
	if err != nil {
		return err
	}
	if rep.Case == "" {
		return mediation.Refusal("desk", mediation.Conflict, "desk.no_case", "")
	}
	// What others did to the case meanwhile is no reason to ask the desk again.
	for tries := 0; ; tries++ {
		c, err := s.Reader.Load(ctx, rep.Case)
		if err != nil {
			return err
		}
		_, err = s.Cases.Do(ctx, actor, c.ID, mediation.Request{Command: cmd, Revision: c.Revision, Key: key})
		if !errors.Is(err, mediation.ErrStale) || tries == 5 {
			return err
		}
	}
}

func (s *Service) recordCall(ctx context.Context, actor mediation.Actor, o *Order, m *Message, key, summary string) error {
	others, err := s.Sealer.Open(ctx, m.Others)
	if err != nil && !errors.Is(err, mediation.ErrErased) {
		return err
	}
	return s.onCase(ctx, actor, o, key, mediation.RecordCall{At: m.Talk.At, Seconds: m.Talk.Seconds, Desks: m.Talk.Desks, Others: string(others), Summary: summary})
}

// takeOver is the order that a desk makes for a matter that was passed on to it: what the case says, under the desk's own number. A case
// that was not passed on to this desk is none for it.
func (s *Service) takeOver(ctx context.Context, key mediation.Outside, id string) (mediation.ReportInput, error) {
	c, err := s.Reader.Load(ctx, id)
	for err == nil && c.State == mediation.Joined {
		c, err = s.Reader.Load(ctx, c.JoinedTo)
	}
	if err != nil {
		return mediation.ReportInput{}, err
	}
	in := mediation.ReportInput{Passed: c.ID, Category: c.Category, Severity: c.Severity, Cell: c.Cell, Print: s.Sealer.Hash("taken over", id)}
	i := slices.IndexFunc(c.Passes, func(p mediation.DeskPass) bool { return p.To == key.Desk && (p.Number == "" || p.Number == key.Number) })
	switch {
	case i < 0 && c.AtDesk() == key.Desk && len(c.Passes) > 0:
		return in, mediation.Refusal("desk", mediation.Conflict, "desk.taken", "number", "number", c.Passes[len(c.Passes)-1].Number)
	case i < 0 || c.Passes[i].Number == "" && c.AtDesk() != key.Desk:
		return in, mediation.ErrNotFound
	case c.Erased:
		return in, mediation.ErrNotFound
	case c.Passes[i].Number == "" && !c.AwaitsOrderOf(key.Desk):
		return in, mediation.Refusal("desk", mediation.Conflict, "case.state", "", "state", string(c.State), "command", string(mediation.CmdPassOn))
	}
	if in.Text, err = s.Cases.WordsOfDesks(ctx, &c); in.Text == "" {
		in.Text = c.Number.String() // a matter of pictures alone
	}
	return in, err
}
