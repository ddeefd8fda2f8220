package handlers

import (
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/policy"
	"fengqiao/mediation/slip"
)

// siteView is a station or a point.
type siteView struct {
	ID       string       `json:"id"`
	Kind     opinion.Kind `json:"kind"`
	Name     string       `json:"name"`
	Point    *wirePoint   `json:"point,omitempty"` // left out on the map, whose geometry has it
	Cell     grid.Code    `json:"cell"`
	CellName string       `json:"cellName"`
	Keeper   *personRef   `json:"keeper,omitzero"`
	Unit     string       `json:"unit,omitzero"`
	Hours    string       `json:"hours,omitzero"`
	Open     bool         `json:"open"`
	Closed   time.Time    `json:"closed,omitzero"`
	Reason   string       `json:"reason,omitzero"` // of closing it
}

func (a *API) viewSite(s *opinion.Site, names map[string]string, crs grid.CRS) siteView {
	v := siteView{ID: s.ID, Kind: s.Kind, Name: s.Name, Point: pointIn(crs, s.Place), Cell: s.Cell, Unit: s.Unit, Hours: s.Hours, Open: s.Closed.IsZero(), Reason: s.Reason}
	v.CellName, _ = a.Atlas.Load().Name(s.Cell)
	if s.Keeper != "" {
		v.Keeper = &personRef{ID: s.Keeper, Name: names[s.Keeper]}
	}
	if !v.Open {
		v.Closed = s.Closed.UTC()
	}
	return v
}

type opinionCampaignView struct {
	ID        string         `json:"id"`
	Topic     string         `json:"topic"`
	Area      grid.Code      `json:"area"`
	AreaName  string         `json:"areaName"`
	Unit      string         `json:"unit"`
	Opens     time.Time      `json:"opens"`
	Closes    time.Time      `json:"closes"`
	Stage     opinion.Stage  `json:"stage"`
	StageText string         `json:"stageText"`
	Takes     bool           `json:"takesSuggestions"`
	Ended     time.Time      `json:"ended,omitzero"`
	Reason    string         `json:"reason,omitzero"` // of ending it early
	Prolonged *prolongedView `json:"prolonged,omitzero"`
	Editions  int            `json:"editions"`       // of its results
	Clock     *dueView       `json:"clock,omitzero"` // of one campaign: why it ends when it does; left out once it has
}

type prolongedView struct {
	At     time.Time `json:"at"`
	From   time.Time `json:"from"`
	Reason string    `json:"reason"`
}

func (a *API) viewOpinionCampaign(c *Call, k *opinion.Campaign) opinionCampaignView {
	zh := c.Lang != "en"
	v := opinionCampaignView{ID: k.ID, Topic: choose(zh || k.TopicEn == "", k.TopicZh, k.TopicEn), Area: k.Area, Unit: k.Unit, Opens: k.Opens.UTC(), Closes: k.Closes.UTC(), Stage: k.Stage,
		StageText: opinionStage(k.Stage, zh), Takes: k.Takes(a.Cases.Now()) == nil, Reason: k.Reason, Editions: len(k.Editions)}
	v.AreaName, _ = a.Atlas.Load().Name(k.Area)
	if !k.Ended.IsZero() {
		v.Ended = k.Ended.UTC()
	}
	if p := k.Prolonged; p != nil {
		v.Prolonged = &prolongedView{p.At.UTC(), p.From.UTC(), p.Reason}
	}
	return v
}

func (a *API) showOpinionCampaign(c *Call, k *opinion.Campaign) (Reply, error) {
	v := a.viewOpinionCampaign(c, k)
	var err error
	v.Clock, err = a.oneClock(c, "", k.Term())
	return Reply{View: v, Revision: k.Revision, Ref: k.ID}, err
}

// suggestionHead is a suggestion in a list: no words.
type suggestionHead struct {
	ID          string          `json:"id"`
	Campaign    string          `json:"campaign"`
	Site        string          `json:"site,omitzero"`
	Topic       string          `json:"topic"`
	TopicText   string          `json:"topicText"`
	Unit        string          `json:"unit"`
	Area        *placeView      `json:"area"`
	Way         opinion.Way     `json:"way"`
	At          time.Time       `json:"at"`
	State       opinion.State   `json:"state"`
	StateText   string          `json:"stateText"`
	Verdict     opinion.Verdict `json:"verdict,omitzero"`
	VerdictText string          `json:"verdictText,omitzero"`
	Slip        string          `json:"slip,omitzero"`   // the paper that asks the unit
	Report      string          `json:"report,omitzero"` // that it became
}

func (l labels) suggestionHead(s *opinion.Summary) suggestionHead {
	return suggestionHead{ID: s.ID, Campaign: s.Campaign, Site: s.Site, Topic: s.Topic, TopicText: l.opinionTopic(s.Topic), Unit: s.Unit, Area: l.place(s.Area), Way: s.Way, At: s.At.UTC(),
		State: s.State, StateText: suggestionState(s.State, l.zh), Verdict: s.Verdict, VerdictText: verdictText(s.Verdict, l.zh), Slip: s.Paper, Report: s.Report}
}

func (l labels) opinionTopic(key string) string { return l.text(topicName(nil, l.pol, key)) }

// topicName names a topic as its publication has it, else as the policy does.
func topicName(published map[string]policy.Text, pol *policy.Policy, key string) policy.Text {
	if name, ok := published[key]; ok {
		return name
	}
	if t, ok := pol.Opinions.Topic(key); ok {
		return t.Name
	}
	return policy.Text{Zh: key}
}

func verdictText(v opinion.Verdict, zh bool) string {
	for _, x := range opinion.Verdicts {
		if x.Verdict == v {
			return choose(zh, x.Zh, x.En)
		}
	}
	return string(v)
}

// opinionView is a suggestion as who sees it reads it. Name and phone are masked; units do not see them at all.
type opinionView struct {
	suggestionHead
	Text    string            `json:"text"`
	Name    string            `json:"name,omitzero"`
	Phone   string            `json:"phone,omitzero"`
	Paper   *askedView        `json:"paper"` // null until the unit is asked
	Case    string            `json:"case,omitzero"`
	Outcome *verdictView      `json:"outcome"`
	History []suggestionEntry `json:"history"`
	Decides bool              `json:"mayDecide"`
}

// askedView is how the paper stands by which the unit was asked, or the one that has taken its place.
type askedView struct {
	Slip      string    `json:"slip"`
	State     string    `json:"state"`
	StateText string    `json:"stateText"`
	Due       time.Time `json:"due,omitzero"`
	Overdue   bool      `json:"overdue"`
	// Clock is why its reply is due when it is; null where none is.
	Clock *dueView `json:"clock"`
}

type verdictView struct {
	At      time.Time       `json:"at"`
	Verdict opinion.Verdict `json:"verdict"`
	Summary string          `json:"summary"`
	Answer  string          `json:"answer"`
	Reason  string          `json:"reason,omitzero"` // of deciding it anew
}

type suggestionEntry struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Role string    `json:"by,omitzero"`
}

func (a *API) showSuggestion(c *Call, s *opinion.Suggestion, reveal bool) (Reply, error) {
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	head := s.Summarise()
	v := opinionView{suggestionHead: l.suggestionHead(&head), Case: s.Case, History: []suggestionEntry{}, Decides: mayDecide(c.Actor, s)}
	open := func(x mediation.Sealed) (text string) {
		if err == nil {
			text, err = a.Opinions.Words(c.Context, x)
		}
		return text
	}
	v.Text = open(s.Words)
	if c.Actor.Role != mediation.UnitStaff {
		v.Name, v.Phone = open(s.Name), open(s.Phone)
		if !reveal {
			v.Name, v.Phone = maskName(v.Name), maskPhone(v.Phone)
		}
	}
	if o := s.Outcome; o != nil {
		v.Outcome = &verdictView{o.At.UTC(), o.Verdict, o.Summary, o.Answer, o.Reason}
	}
	if s.Paper != "" && err == nil {
		var p opinion.Paper
		p, err = a.Opinions.Papers.Standing(c.Context, s.Paper)
		v.Paper = &askedView{Slip: p.ID, State: p.State, StateText: slipState(slip.State(p.State), l.zh), Due: p.Due, Overdue: !p.Due.IsZero() && !p.Due.After(a.Cases.Now())}
		if err == nil {
			v.Paper.Clock, err = a.oneClock(c, p.Policy, p.Clock)
		}
	}
	var names map[string]string
	var failed error
	if c.Actor.Role != mediation.UnitStaff {
		names, failed = a.named(c, who(s))
	}
	for _, e := range s.History {
		v.History = append(v.History, suggestionEntry{e.At.UTC(), e.Kind, names[e.Actor]})
	}
	if err == nil {
		err = failed
	}
	return Reply{View: v, Revision: s.Revision, Ref: s.ID}, err
}

// who are the accounts in a suggestion's history.
func who(s *opinion.Suggestion) (ids []string) {
	for _, e := range s.History {
		ids = append(ids, e.Actor)
	}
	return ids
}

// maskName leaves the first character: 张**.
func maskName(name string) string {
	runes := []rune(name)
	for i := 1; i < len(runes); i++ {
		runes[i] = '*'
	}
	return string(runes)
}
