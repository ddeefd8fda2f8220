package simulate

import (
	"context"
	"net/http"
	"strconv"
)

// staff is an officer at work: of a cell, who accepts, seals, visits again and reopens; or of the unit above, who assigns by
// hand where nobody has taken a case.
type staff struct {
	*Office
	s *Session
}

func (t *staff) turn(ctx context.Context) (int, error) {
	path, each := "/api/v1/cases?state=reported&state=agreed&state=closed&state=unsettled&limit=100", t.attend
	if t.s.Role == "county_staff" {
		path, each = "/api/v1/cases?needsHand=true&open=true&limit=50", t.assign
	}
	var list page[summary]
	if err := t.s.get(ctx, path, &list); err != nil {
		return 0, err
	}
	did := 0
	for _, c := range list.Items {
		n, err := each(ctx, c)
		if err = t.tally.forgive(err); err != nil {
			return did, err
		}
		did += n
	}
	return did, nil
}

func (t *staff) attend(ctx context.Context, c summary) (int, error) {
	switch c.State {
	case "reported":
		_, err := t.do(ctx, c, "accept", nil)
		return 1, err
	case "agreed":
		v, err := t.s.look(ctx, c.ID)
		if err != nil || v.State != "agreed" || v.signed("committee", "") {
			return 0, err
		}
		v, err = t.do(ctx, v.summary, "sign", object{"role": "committee", "manner": "seal"})
		return 1, err
	case "unsettled":
		_, err := t.do(ctx, c, "reopen", object{"reason": "the party is not satisfied"})
		return 1, err
	}
	return t.visit(ctx, c)
}

// visit is the return visit; who has not said so yet is then asked whether they are satisfied.
func (t *staff) visit(ctx context.Context, c summary) (int, error) {
	v, err := t.s.look(ctx, c.ID)
	if err != nil || v.State != "closed" {
		return 0, err
	}
	if len(v.FollowUps) == 0 {
		if v, err = t.do(ctx, v.summary, "follow-up", object{"kept": true, "resolved": true, "notes": "The street is clear."}); err != nil {
			return 0, err
		}
	}
	if v.State != "closed" {
		return 1, nil
	}
	return 1, t.word(ctx, &v, t.s)
}

func (t *staff) do(ctx context.Context, c summary, name string, body object) (caseView, error) {
	v, err := t.s.command(ctx, c.ID, c.Revision, name, body)
	t.tally.count(name, err)
	return v, err
}

// assign puts the best candidate on each seat that nobody has taken.
func (t *staff) assign(ctx context.Context, c summary) (int, error) {
	v, err := t.s.look(ctx, c.ID)
	if err != nil {
		return 0, err
	}
	did := 0
	for _, s := range v.Panel {
		if !s.Required || s.Mediator != nil {
			continue
		}
		who, force, err := t.candidate(ctx, c.ID, s.Index)
		if err != nil || who == "" {
			return did, err
		}
		v, err = t.s.command(ctx, c.ID, v.Revision, "assign",
			object{"mediator": who, "seat": s.Index, "force": force})
		if t.tally.count("assign", err); err != nil {
			return did, err
		}
		did++
	}
	return did, nil
}

func (t *staff) candidate(ctx context.Context, id string, seat int) (who string, force bool, err error) {
	var list struct {
		Items []struct {
			Mediator    ref  `json:"mediator"`
			Eligible    bool `json:"eligible"`
			Overrulable bool `json:"overrulable"`
		} `json:"items"`
	}
	if err := t.s.get(ctx, "/api/v1/cases/"+id+"/candidates?seat="+strconv.Itoa(seat), &list); err != nil {
		return "", false, err
	}
	for _, x := range list.Items {
		if x.Eligible {
			return x.Mediator.ID, false, nil
		}
		if x.Overrulable && who == "" {
			who, force = x.Mediator.ID, true
		}
	}
	return who, force, nil
}

// open counts the cases that are not over in a staff member's area.
func (s *Session) open(ctx context.Context) (int, error) {
	var n struct {
		Count int `json:"count"`
	}
	_, err := s.do(ctx, request{method: http.MethodGet, path: "/api/v1/cases/count?open=true"}, &n)
	return n.Count, err
}
