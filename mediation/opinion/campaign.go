package opinion

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Stage is where a campaign stands.
type Stage string

// The stages of a campaign.
const (
	Announced Stage = "announced" // 未开始
	Open      Stage = "open"      // 征集中
	Closed    Stage = "closed"    // 已结束，待公布
	Published Stage = "published" // 已公布
)

// Stages are all stages in order, with their names.
var Stages = []struct {
	Stage  Stage
	Zh, En string
}{{Announced, "未开始", "announced"}, {Open, "征集中", "open"}, {Closed, "已结束，待公布", "closed"}, {Published, "已公布", "published"}}

// MaxDays is how long a campaign lasts at most, its prolongation included.
const MaxDays = 366

// MaxEditions is how often results are published at most, corrections included.
const MaxEditions = 20

// Campaign (征集活动) asks for suggestions on a topic, from its first day to its last.
type Campaign struct {
	ID string // the client's UUID
	// TopicZh and TopicEn are what it asks about; the English may be "".
	TopicZh, TopicEn string
	Area             grid.Code
	Unit             string // responsible for it
	// Opens and Closes are the county's midnights: suggestions are taken from the one until the other.
	Opens, Closes time.Time
	Stage         Stage
	By            string
	Made          time.Time
	// Ended is when it closed; Reason why, where that was before its time.
	Ended  time.Time
	Reason string
	// Prolonged is that its end was put off, which happens once at most.
	Prolonged *Prolonged
	// Editions are the publications of its results, by their ids: the first, and its corrections.
	Editions []string
	Revision int64
	Commands []string // clients' keys, hashed: the same command is not carried out twice

	// Cleared: who suggested, and in what words, is gone of all its suggestions. Spared is until when it is left alone where one had to be kept.
	Cleared bool
	Spared  time.Time

	// Bookkeeping, not part of the revision.
	NextDue time.Time
	Stumble int
}

// Prolonged is that the end of a campaign was put off.
type Prolonged struct {
	At     time.Time
	By     string
	From   time.Time // the end that it had
	Reason string
}

// KeptSince is since when who suggested has been kept by nobody's need any more: since its end, or since it was last tried to let go of
// them. Zero while it runs, and where all are gone.
func (c *Campaign) KeptSince() time.Time {
	switch {
	case c.Cleared || c.Ended.IsZero():
		return time.Time{}
	case c.Spared.After(c.Ended):
		return c.Spared
	}
	return c.Ended
}

// Takes says why a campaign takes no suggestions at a moment; nil: it does. The day decides, whether or not the sweep has come by.
func (c *Campaign) Takes(at time.Time) error {
	switch {
	case c.Stage == Closed || c.Stage == Published || !at.Before(c.Closes):
		end := c.Closes
		if !c.Ended.IsZero() {
			end = c.Ended
		}
		return mediation.Refusal("opinion", mediation.Conflict, "opinion.closed", "", "at", end.UTC().Format(time.RFC3339))
	case at.Before(c.Opens):
		return mediation.Refusal("opinion", mediation.Conflict, "opinion.early", "", "at", c.Opens.UTC().Format(time.RFC3339))
	}
	return nil
}

// check finds what cannot be undertaken.
func (c *Campaign) check(now time.Time) error {
	if err := said("topic.zh", c.TopicZh, MaxName); err != nil {
		return err
	}
	if err := short("topic.en", c.TopicEn, 3*MaxName); err != nil {
		return err
	}
	if err := said("unit", c.Unit, MaxName); err != nil {
		return err
	}
	switch {
	case !c.Opens.Before(c.Closes):
		return mediation.Refusal("opinion", mediation.Invalid, "out_of_order", "closes")
	case !c.Closes.After(now):
		return mediation.Refusal("opinion", mediation.Invalid, "in_past", "closes")
	}
	return c.span()
}

func (c *Campaign) span() error {
	if c.Opens.AddDate(0, 0, MaxDays).Before(c.Closes) {
		return mediation.Refusal("opinion", mediation.Invalid, "opinion.too_long", "closes", "max", strconv.Itoa(MaxDays))
	}
	return nil
}

// same tells whether two campaigns were made by the same words, whatever has become of either.
func (c *Campaign) same(o *Campaign) bool {
	closes := func(x *Campaign) time.Time {
		if x.Prolonged != nil {
			return x.Prolonged.From
		}
		return x.Closes
	}
	return c.By == o.By && c.TopicZh == o.TopicZh && c.TopicEn == o.TopicEn && c.Area == o.Area && c.Unit == o.Unit && c.Opens.Equal(o.Opens) && closes(c).Equal(closes(o))
}

// Order is a command with who gives it, when, acting on which revision, and the client's key, hashed.
type Order struct {
	Actor    mediation.Actor
	At       time.Time
	Revision int64
	Cmd      string
}

// maxCommands bounds the keys that are kept; a campaign and a suggestion see few commands.
const maxCommands = 50

// turn carries out one command on a campaign, unless it was carried out before, and returns what is announced.
func (c *Campaign) turn(o Order, fn func() error) ([]mediation.Notice, error) {
	if o.Cmd != "" && slices.Contains(c.Commands, o.Cmd) {
		return nil, nil
	}
	if o.Revision != 0 && o.Revision != c.Revision {
		return nil, mediation.ErrStale
	}
	if err := fn(); err != nil {
		return nil, err
	}
	if o.Cmd != "" {
		c.Commands = append(slices.Clip(c.Commands[max(0, len(c.Commands)-maxCommands+1):]), o.Cmd)
	}
	c.Revision++
	c.schedule()
	return c.notices(o.At), nil
}

// notices tell the responsible unit and the staff of the area that something has become of the campaign.
func (c *Campaign) notices(at time.Time) []mediation.Notice {
	var list []mediation.Notice
	for i, to := range []mediation.Recipient{{Unit: c.Unit, Area: c.Area}, {Role: mediation.TownshipStaff, Area: c.Area}, {Role: mediation.CountyStaff, Area: c.Area}} {
		list = append(list, mediation.Notice{ID: "opinion/" + c.ID + "/" + strconv.FormatInt(c.Revision, 10) + "/" + strconv.Itoa(i), Kind: mediation.NoticeOpinion, At: at,
			To: to, Due: c.NextDue, Subject: "opinion/" + c.ID})
	}
	return list
}

// End closes a campaign before its time.
func (c *Campaign) End(o Order, reason string) ([]mediation.Notice, error) {
	return c.turn(o, func() error {
		if c.Stage == Closed || c.Stage == Published || !o.At.Before(c.Closes) {
			return c.wrong()
		}
		if err := public("reason", reason, MaxReason, nil); err != nil {
			return err
		}
		c.Stage, c.Ended, c.Reason = Closed, o.At, reason
		return nil
	})
}

// Prolong puts the end off, once and before it has come.
func (c *Campaign) Prolong(o Order, closes time.Time, reason string) ([]mediation.Notice, error) {
	return c.turn(o, func() error {
		switch {
		case c.Stage == Closed || c.Stage == Published || !o.At.Before(c.Closes):
			return c.wrong()
		case c.Prolonged != nil:
			return mediation.Refusal("opinion", mediation.Conflict, "opinion.prolonged", "")
		case !closes.After(c.Closes):
			return mediation.Refusal("opinion", mediation.Invalid, "opinion.not_later", "closes")
		}
		if err := public("reason", reason, MaxReason, nil); err != nil {
			return err
		}
		was := c.Closes
		c.Closes = closes
		if err := c.span(); err != nil {
			return err
		}
		c.Prolonged = &Prolonged{At: o.At, By: o.Actor.ID, From: was, Reason: reason}
		return nil
	})
}

// Publish notes that an edition of its results is there: the first one, or with correct one that corrects it.
func (c *Campaign) Publish(o Order, edition string, correct bool) ([]mediation.Notice, error) {
	return c.turn(o, func() error {
		if err := c.publishes(correct); err != nil {
			return err
		}
		c.Stage, c.Editions = Published, append(slices.Clip(c.Editions), edition)
		return nil
	})
}

// publishes says why results, or a correction of them, cannot be published now.
func (c *Campaign) publishes(correct bool) error {
	switch {
	case correct && c.Stage != Published || !correct && c.Stage != Closed:
		return c.wrong()
	case len(c.Editions) >= MaxEditions:
		return mediation.Refusal("opinion", mediation.Conflict, "too_many", "", "max", strconv.Itoa(MaxEditions))
	}
	return nil
}

// Tick brings a campaign to now, by its days.
func (c *Campaign) Tick(now time.Time) []mediation.Notice {
	was := c.Stage
	if c.Stage == Announced && !now.Before(c.Opens) {
		c.Stage = Open
	}
	if c.Stage == Open && !now.Before(c.Closes) {
		c.Stage, c.Ended = Closed, c.Closes
	}
	if c.Stage == was {
		c.schedule()
		return nil
	}
	c.Revision++
	c.schedule()
	return c.notices(now)
}

// schedule sets when the sweep must look again; zero: never.
func (c *Campaign) schedule() {
	switch c.Stage {
	case Announced:
		c.NextDue = c.Opens
	case Open:
		c.NextDue = c.Closes
	default:
		c.NextDue = time.Time{}
	}
}

func (c *Campaign) wrong() error {
	return mediation.Refusal("opinion", mediation.Conflict, "opinion.stage", "", "opinionStage", string(c.Stage))
}
