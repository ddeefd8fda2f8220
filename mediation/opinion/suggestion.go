package opinion

import (
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// State is where a suggestion stands.
type State string

// The states of a suggestion.
const (
	Received State = "received" // 已收到，待交办: its paper is not there yet
	Routed   State = "routed"   // 已交部门
	Decided  State = "decided"  // 已有结果
	Turning  State = "turning"  // 正转为上报: its report is not there yet
	Turned   State = "turned"   // 已转为上报
	Lapsed   State = "lapsed"   // 期满未办: kept long enough without an outcome
)

// States are all states in order, with their names.
var States = []struct {
	State  State
	Zh, En string
}{{Received, "已收到", "received"}, {Routed, "已交部门", "with the unit"}, {Decided, "已有结果", "decided"}, {Turning, "正转为上报", "becoming a report"}, {Turned, "已转为上报", "has become a report"}, {Lapsed, "期满未办", "lapsed without an outcome"}}

// Over tells whether nothing more is to be done about it.
func (s State) Over() bool { return s == Decided || s == Turned || s == Lapsed }

// Verdict is what was made of a suggestion.
type Verdict string

// The verdicts.
const (
	Adopted  Verdict = "adopted"  // 采纳
	Partly   Verdict = "partly"   // 部分采纳
	Declined Verdict = "declined" // 不采纳，已说明
)

// Verdicts are all verdicts in order, with their names.
var Verdicts = []struct {
	Verdict Verdict
	Zh, En  string
}{{Adopted, "采纳", "taken up"}, {Partly, "部分采纳", "taken up in part"}, {Declined, "未采纳，已说明", "not taken up, with the reasons"}}

// Way is how a suggestion came.
type Way string

// The ways.
const (
	AtSite    Way = "site"    // 在征集站、征集点提出
	ByWorker  Way = "worker"  // 网格员、信息员代为提交
	AtOffice  Way = "office"  // 工作人员登记
	ByHotline Way = "hotline" // 外部平台转来
)

// Outcome is what was made of a suggestion, in words that may be published.
type Outcome struct {
	At      time.Time
	By      string
	Verdict Verdict
	// Summary is what was suggested and Answer what the unit says, without anything of a person.
	Summary, Answer string
	Reason          string // why it was decided anew
}

// Turn is that a suggestion is in truth a dispute, by whom that was found, and what the report says besides.
type Turn struct {
	At       time.Time
	By       mediation.Actor
	Category string
	Severity int
}

// Entry is one line of a suggestion's history.
type Entry struct {
	At    time.Time
	Actor string
	Kind  string // received, routed, decided, turned, lapsed, contact_seen
	Cmd   string // the client's key, hashed
}

// maxEntries bounds a suggestion's history.
const maxEntries = 200

// Suggestion (意见建议) is one resident's, about one topic.
type Suggestion struct {
	ID       string
	ClientID string
	Print    string // fingerprint of what was sent: the same id with other content is refused
	Campaign string
	Site     string // "" where it was given nowhere in particular
	Topic    string
	Unit     string // that answers
	Area     grid.Code
	Way      Way
	By       string // account of who took it down
	At       time.Time
	Policy   string
	// Key seals what follows; Match is by which hashes the resident is found, for erasing what is theirs.
	Key   string
	Words mediation.Sealed
	Name  mediation.Sealed
	Phone mediation.Sealed
	Match []string

	State State
	// Paper is what the unit was asked by; Report and Case what it became where it is a dispute.
	Paper, Report, Case string
	Outcome             *Outcome
	Turn                *Turn
	// Answered: it lapsed although its unit had answered.
	Answered bool
	Revision int64
	History  []Entry

	// Bookkeeping, not part of the revision.
	NextDue time.Time
	Stumble int
}

// Summary is a suggestion as lists show it: no words of the resident's.
type Summary struct {
	ID, Campaign, Site, Topic, Unit, By string
	Area                                grid.Code
	Way                                 Way
	At                                  time.Time
	State                               State
	Verdict                             Verdict
	Paper, Report                       string
	Revision                            int64
}

// Summarise makes the list form.
func (s *Suggestion) Summarise() Summary {
	x := Summary{ID: s.ID, Campaign: s.Campaign, Site: s.Site, Topic: s.Topic, Unit: s.Unit, By: s.By, Area: s.Area, Way: s.Way, At: s.At, State: s.State, Paper: s.Paper, Report: s.Report, Revision: s.Revision}
	if s.Outcome != nil {
		x.Verdict = s.Outcome.Verdict
	}
	return x
}

// May tells whether the actor may do the action to the suggestion, by mediation.Permits.
func May(actor mediation.Actor, a mediation.Action, s *Suggestion) bool {
	return slices.ContainsFunc(mediation.Scopes(a, actor.Role), func(scope mediation.Scope) bool {
		switch scope {
		case mediation.InArea:
			return actor.Area.Contains(s.Area)
		case mediation.OwnReport:
			return actor.ID == s.By
		case mediation.OwnUnit:
			return actor.Unit != "" && actor.Unit == s.Unit && actor.Area.Contains(s.Area)
		}
		return false
	})
}

// log notes a change.
func (s *Suggestion) log(o Order, kind string) {
	s.History = append(slices.Clip(s.History), Entry{At: o.At, Actor: o.Actor.ID, Kind: kind, Cmd: o.Cmd})
	s.Revision++
	s.schedule(o.At)
}

// schedule lets the sweep look at once at what another document still lacks.
func (s *Suggestion) schedule(at time.Time) {
	s.NextDue, s.Stumble = time.Time{}, 0
	if s.State == Received || s.State == Turning {
		s.NextDue = at
	}
}

// turn carries out one command, unless it was carried out before.
func (s *Suggestion) turn(o Order, kind string, fn func() error) error {
	switch {
	case o.Cmd != "" && slices.ContainsFunc(s.History, func(e Entry) bool { return e.Cmd == o.Cmd }):
		return nil
	case o.Revision != 0 && o.Revision != s.Revision:
		return mediation.ErrStale
	case len(s.History) >= maxEntries:
		return mediation.Refusal("opinion", mediation.Conflict, "opinion.full", "")
	}
	if err := fn(); err != nil {
		return err
	}
	s.log(o, kind)
	return nil
}

// route notes the paper by which the unit was asked. One that is there already stays.
func (s *Suggestion) route(o Order, paper string) {
	if s.State == Received {
		s.State, s.Paper = Routed, paper
		s.log(o, "routed")
	}
}

// Decide says what was made of a suggestion. The unit has answered, to the satisfaction of who asked; what was decided before is decided
// anew with a reason only. names are what must not stand in words that are published.
func (s *Suggestion) Decide(o Order, out Outcome, answered bool, names []string) error {
	return s.turn(o, "decided", func() error {
		switch {
		case s.State != Routed && s.State != Decided:
			return s.wrong()
		case s.State == Decided && out.Reason == "":
			return mediation.Refusal("opinion", mediation.Conflict, "opinion.decided", "reason")
		case !answered:
			return mediation.Refusal("opinion", mediation.Conflict, "opinion.unanswered", "")
		case out.Verdict != Adopted && out.Verdict != Partly && out.Verdict != Declined:
			return mediation.Refusal("opinion", mediation.Invalid, "unknown_value", "verdict", "value", string(out.Verdict))
		}
		if err := short("reason", out.Reason, MaxReason); err != nil {
			return err
		}
		if err := public("summary", out.Summary, MaxPublic, names); err != nil {
			return err
		}
		if err := public("answer", out.Answer, MaxPublic, names); err != nil {
			return err
		}
		out.At, out.By = o.At, o.Actor.ID
		s.State, s.Outcome = Decided, &out
		return nil
	})
}

// public checks a text that is to be published, or read by whoever has an account.
func public(field, text string, most int, names []string) error {
	if err := said(field, text, most); err != nil {
		return err
	}
	if Personal(text, names) {
		return mediation.Refusal("opinion", mediation.Invalid, "opinion.personal", field)
	}
	return nil
}

// Become says that a suggestion is in truth a dispute, and becomes a report.
func (s *Suggestion) Become(o Order, category string, severity int) error {
	return s.turn(o, "turned", func() error {
		if s.State != Routed {
			return s.wrong()
		}
		s.State, s.Turn = Turning, &Turn{At: o.At, By: o.Actor, Category: category, Severity: severity}
		return nil
	})
}

// became notes the report that a suggestion has become.
func (s *Suggestion) became(at time.Time, report, caseID string) {
	if s.State == Turning {
		s.State, s.Report, s.Case = Turned, report, caseID
		s.log(Order{Actor: s.Turn.By, At: at}, "reported")
	}
}

// lapse ends what nobody has decided on while it might be kept. What is a dispute goes on to become a report.
func (s *Suggestion) lapse(at time.Time, paper string, answered bool) {
	if s.State == Received || s.State == Routed {
		s.State, s.Paper, s.Answered = Lapsed, paper, answered
		s.log(Order{Actor: mediation.SystemActor, At: at}, "lapsed")
	}
}

func (s *Suggestion) wrong() error {
	return mediation.Refusal("opinion", mediation.Conflict, "opinion.state", "", "suggestionState", string(s.State))
}

// Bounds of a suggestion's texts, in characters.
const (
	MaxWords  = 2000
	MaxPublic = 500 // of what is published of one
)
