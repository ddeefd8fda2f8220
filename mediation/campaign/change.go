package campaign

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/mediation"
)

// Change is that a campaign was ended early or prolonged, while it was under way: who did it, why, and which end it had before. The list and
// the days that are over stay as they are.
type Change struct {
	At     time.Time
	By     string
	Reason string
	// Was and Until are the county's midnights at which it was to end before and is to end now.
	Was, Until time.Time
}

// Early tells whether it was ended early; else it was prolonged.
func (x *Change) Early() bool { return x.Until.Before(x.Was) }

// FirstEnd is the end that the campaign was undertaken with.
func (c *Campaign) FirstEnd() time.Time {
	if len(c.Changes) > 0 {
		return c.Changes[0].Was
	}
	return c.Until
}

// Limits of changes.
const (
	MaxChanges = 5
	MaxReason  = 200 // characters
)

// Order is who changes a campaign, and when.
type Order struct {
	Actor mediation.Actor
	At    time.Time
}

// change moves the end of a campaign that is under way. An end that has come is not moved any more: a target that was missed stays missed. The
// same change again, by the same person, changes nothing and announces nothing.
func (c *Campaign) change(o Order, early bool, until time.Time, reason string) ([]mediation.Notice, error) {
	reason = strings.TrimSpace(reason)
	if n := len(c.Changes); n > 0 {
		if last := &c.Changes[n-1]; last.By == o.Actor.ID && last.Until.Equal(until) && last.Reason == reason && last.Early() == early {
			return nil, nil
		}
	}
	refuse := func(kind mediation.Kind, code, field string, params ...string) ([]mediation.Notice, error) {
		return nil, mediation.Refusal("campaign", kind, code, field, params...)
	}
	switch {
	case reason == "":
		return refuse(mediation.Invalid, "required", "reason")
	case utf8.RuneCountInString(reason) > MaxReason:
		return refuse(mediation.Invalid, "too_long", "reason", "max", strconv.Itoa(MaxReason))
	case o.At.Before(c.From):
		return refuse(mediation.Conflict, "campaign.not_begun", "")
	case !o.At.Before(c.Until):
		return refuse(mediation.Conflict, "campaign.over", "")
	case len(c.Changes) == MaxChanges:
		return refuse(mediation.Conflict, "too_many", "changes", "max", strconv.Itoa(MaxChanges))
	case early && !until.Before(c.Until):
		return refuse(mediation.Invalid, "campaign.no_earlier", "until")
	case early && !until.After(o.At):
		return refuse(mediation.Invalid, "campaign.past", "until") // an end chosen afterwards could be chosen by its result
	case !early && !until.After(c.Until):
		return refuse(mediation.Invalid, "campaign.no_later", "until")
	case c.From.AddDate(0, 0, MaxDays).Before(until):
		return refuse(mediation.Invalid, "campaign.too_long", "until")
	}
	c.Changes = append(c.Changes[:len(c.Changes):len(c.Changes)], Change{At: o.At, By: o.Actor.ID, Reason: reason, Was: c.Until, Until: until})
	c.Until = until
	return c.tell(o), nil
}

// tell lets the offices of its area know.
func (c *Campaign) tell(o Order) []mediation.Notice {
	var notices []mediation.Notice
	for _, role := range []mediation.Role{mediation.CountyStaff, mediation.TownshipStaff, mediation.Leader, mediation.Supervisor} {
		notices = append(notices, mediation.Notice{ID: "campaign/" + c.ID + "/" + strconv.Itoa(len(c.Changes)) + "/" + strconv.Itoa(len(notices)), Kind: mediation.NoticeCampaign, At: o.At,
			To: mediation.Recipient{Role: role, Area: c.Area}, Due: c.Until, Subject: "campaign/" + c.ID})
	}
	return notices
}

// planned is how many of so many were to be settled by a moment, if every day settled as many: by the end that the campaign had then, so that a
// day that is over reads the same for ever. A change lets the pace go on from where it stood, to the same target at the other end.
func (c *Campaign) planned(total int, at time.Time) int {
	target := float64(Target(total, c.Percent))
	from, done, until := c.From, 0.0, c.FirstEnd()
	pace := func(t time.Time) float64 {
		return done + (target-done)*float64(t.Sub(from))/float64(until.Sub(from))
	}
	for i := range c.Changes {
		x := &c.Changes[i]
		if !x.At.Before(at) {
			break
		}
		from, done, until = x.At, pace(x.At), x.Until
	}
	return int(math.Round(pace(at)))
}
