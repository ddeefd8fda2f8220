package handlers

import (
	"context"

	"fengqiao/mediation"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/slip"
)

// Askings asks units about residents' suggestions by papers of supervision. It implements opinion.Papers.
type Askings struct{ Slips *slip.Service }

var _ opinion.Papers = Askings{}

// AboutSuggestion is the subject of papers about a suggestion.
func AboutSuggestion(id string) slip.Subject { return slip.Subject{Kind: slip.AboutSuggestion, ID: id} }

// Assign implements opinion.Papers. The system issues it: the first role that policy lets issue the kind judges the reply.
func (p Askings) Assign(ctx context.Context, in opinion.Assignment) (string, error) {
	s, err := p.Slips.Issue(ctx, mediation.SystemActor, slip.Issue{ID: in.ID, Kind: in.Kind, About: AboutSuggestion(in.Suggestion), Area: in.Area,
		To: slip.Addressee{Unit: in.Unit, Area: in.Area}, Text: in.Text})
	return s.ID, err
}

// last is the paper, or the one that has taken its place in the end.
func (p Askings) last(ctx context.Context, id string) (slip.Slip, error) {
	s, err := p.Slips.Slips.Load(ctx, id)
	for err == nil && s.Next != "" && s.Following == nil {
		s, err = p.Slips.Slips.Load(ctx, s.Next)
	}
	return s, err
}

// Standing implements opinion.Papers.
func (p Askings) Standing(ctx context.Context, id string) (opinion.Paper, error) {
	s, err := p.last(ctx, id)
	if err != nil {
		return opinion.Paper{}, err
	}
	out := opinion.Paper{ID: s.ID, State: string(s.State), Answered: s.State == slip.Answered || s.State == slip.Accepted, Accepted: s.State == slip.Accepted, Due: s.Reply.Due,
		Policy: s.Policy, Breached: !s.Reply.Breached.IsZero() || !s.Reply.Late.IsZero()}
	if out.Clock, err = p.Slips.ReplyTerm(ctx, &s); err != nil {
		return out, err
	}
	for i := range s.History {
		if e := &s.History[i]; e.Kind == string(slip.CmdReply) {
			out.Reply = e.Words
		}
	}
	return out, nil
}

// Withdraw implements opinion.Papers.
func (p Askings) Withdraw(ctx context.Context, id, reason string) error {
	s, err := p.last(ctx, id)
	if err != nil || s.State.Over() {
		return err
	}
	_, err = p.Slips.Do(ctx, mediation.SystemActor, s.ID, slip.Request{Command: slip.Command{Name: slip.CmdWithdraw, Text: reason}, Key: "became a report"})
	return err
}
