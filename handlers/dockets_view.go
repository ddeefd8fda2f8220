package handlers

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/docket"
	"fengqiao/mediation/policy"
)

// docketHead is a review list without its cases.
type docketHead struct {
	ID       string       `json:"id"`
	Key      string       `json:"key"`
	Text     string       `json:"text"`
	Period   string       `json:"period"`
	Area     *placeView   `json:"area"`
	From     time.Time    `json:"from"`
	Until    time.Time    `json:"until"`
	Frozen   time.Time    `json:"frozen"`
	Meets    time.Time    `json:"meets,omitzero"`
	Earlier  string       `json:"earlier,omitzero"`
	Reasons  []reasonName `json:"reasons"` // for which a case stands on it
	Sits     []string     `json:"sits"`    // roles
	Invites  []string     `json:"invites"` // units whose heads are invited
	ByPolicy string       `json:"policy"`  // version that it was frozen by
}

// reasonName is a reason by its word and its name.
type reasonName struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

type docketView struct {
	docketHead
	Definition string        `json:"definition"`
	Minutes    []minutesView `json:"minutes"`  // for who sits over all of the list, is invited or came
	FollowUp   *docketTally  `json:"followUp"` // of what the list before decided; null for the first
	Towns      []placedView  `json:"towns"`
	Units      []placedView  `json:"units"`
	Items      []docketItem  `json:"items"`
	Next       *string       `json:"next"`
	Clock      *dueView      `json:"clock"` // why they sit when they do; null where no date is set
}

// docketItem is a case of the list that the caller sees: as it stands now, and why it stands there.
type docketItem struct {
	Case      summaryView          `json:"case"`
	Reasons   []reasonName         `json:"reasons"`
	Days      int                  `json:"days"`     // since it was opened, when the list was frozen
	Reopened  int                  `json:"reopened"` // times, by then
	Leader    *personRef           `json:"leader,omitzero"`
	Unit      string               `json:"unit,omitzero"`
	Decisions []reviewDecisionView `json:"decisions"`
	Earlier   []reviewDecisionView `json:"earlier"` // of the list before
}

type reviewDecisionView struct {
	ID           string          `json:"id"`
	List         string          `json:"list"`
	Case         string          `json:"case"`
	CaseTitle    string          `json:"caseTitle"`
	CaseState    mediation.State `json:"caseState"`
	CaseText     string          `json:"caseStateText"`
	Decision     studyWordsView  `json:"decision"`
	User         *personRef      `json:"user,omitzero"`
	Unit         string          `json:"unit,omitzero"`
	Due          time.Time       `json:"due"`
	Standing     docket.Standing `json:"standing"`
	StandingText string          `json:"standingText"`
	How          string          `json:"how,omitzero"`
	When         time.Time       `json:"when,omitzero"`
	InTime       bool            `json:"inTime"`
	Report       *studyWordsView `json:"report"` // null until it was reported
	Clock        *dueView        `json:"clock"`  // why it is due when it is; null once it was reported
}

type docketTally struct {
	List      string `json:"list"`
	Decisions int    `json:"decisions"`
	Done      int    `json:"done"`
	InTime    int    `json:"inTime"`
	Open      int    `json:"open"`
	Late      int    `json:"late"`
	Ended     int    `json:"ended"`
}

type followView struct {
	docketTally
	Definition string               `json:"definition"`
	Items      []reviewDecisionView `json:"items"`
}

// placedView is a township or a unit with what has become of its cases of the list.
type placedView struct {
	Place   int    `json:"place"` // equals share one
	Key     string `json:"key"`
	Text    string `json:"text"`
	Listed  int    `json:"listed"`
	Settled int    `json:"settled"`
	Closed  int    `json:"closed"`
	InTime  int    `json:"inTime"`
	Ended   int    `json:"ended"`
	Open    int    `json:"open"`
}

const (
	docketZh = "周期开始那一刻尚未了结、程序也没有结束、合乎所列理由之一的案件，名单此后不变；显示其中本人看得到的。排序先比化解、再比办结、最后比按期，分母都是列入的全部，不予受理等其它了结不算化解。"
	docketEn = "the cases that were neither over nor closed as the period began, and for which one of the reasons held; the list stays as it is. Shown are those of them that the caller sees. Compared by what is settled, then closed, then in time, each of all that stood on it; what ended otherwise is not settled."
	followZh = "上一期的决定。案件化解或办结，或承办人已报告落实，为已落实；不予受理、撤回、退出、并案等为其它了结，不算落实，仍在分母里；过了期限还没有落实为逾期。"
	followEn = "what the list before decided. Done: its case is settled or closed, or it was reported to be carried out. Ended: the case was refused, withdrawn, left or joined, which carries nothing out and stays below the line. Late: its time has passed."
)

// standingTexts name what has become of a decision.
var standingTexts = map[string][2]string{
	string(docket.Open): {"未到期", "open"}, string(docket.Done): {"已落实", "done"}, string(docket.Late): {"逾期未落实", "late"}, string(docket.Ended): {"其它了结", "ended otherwise"},
}

func (l labels) docketHead(x *docket.List) docketHead {
	h := docketHead{ID: x.ID, Key: x.Key, Text: x.Key, Period: x.Period.Name, Area: l.place(x.Area), From: x.From.UTC(), Until: x.Until.UTC(), Frozen: x.Frozen.UTC(), Meets: x.Meets,
		Earlier: x.Earlier, Reasons: []reasonName{}, Sits: []string{}, Invites: []string{}, ByPolicy: x.Policy}
	if rule, ok := l.pol.ReviewList(x.Key); ok {
		h.Text, h.Sits, h.Invites = l.text(rule.Name), rule.Sits, list(rule.Invites)
		for i := range rule.Reasons {
			h.Reasons = append(h.Reasons, reasonName{rule.Reasons[i].Key, l.text(rule.Reasons[i].Name)})
		}
	}
	return h
}

// docketViewer makes the views of one list.
type docketViewer struct {
	a      *API
	c      *Call
	list   *docket.List
	looked map[string]bool // cases whose words were read
	names  map[string]string
	l      labels
	rule   *policy.ReviewList
	ruled  map[string]docketRules // by list
}

// begin gets the words that lists are told in: by the version that the list was frozen by.
func (v *docketViewer) begin() (err error) {
	if v.l, err = v.a.labels(v.c, v.list.Policy); err != nil {
		return err
	}
	v.rule = &policy.ReviewList{} // reasons that the policy does not name are shown by their words
	if rule, ok := v.l.pol.ReviewList(v.list.Key); ok {
		v.rule = rule
	}
	return nil
}

func (v *docketViewer) view(offset, limit int) (docketView, error) {
	if err := v.begin(); err != nil {
		return docketView{}, err
	}
	ctx, actor := v.c.Context, v.c.Actor
	out := docketView{docketHead: v.l.docketHead(v.list), Definition: choose(v.l.zh, docketZh, docketEn), Items: []docketItem{}}
	r, err := v.rulesOf(v.list.ID, v.list)
	if err != nil {
		return out, err
	}
	out.Clock = r.clock(v.list.Term(r.rule))
	if err := v.minutes(&out); err != nil {
		return out, err
	}
	seen, next, err := v.a.Dockets.Items(ctx, actor, v.list, offset, limit)
	if err != nil {
		return out, err
	}
	if next > 0 {
		cursor := strconv.Itoa(next)
		out.Next = &cursor
	}
	var ids []string
	for i := range seen {
		ids = append(append(ids, seen[i].Leader), peopleOf(slices.Concat(seen[i].Decisions, seen[i].Earlier))...)
	}
	if v.names, err = v.a.named(v.c, ids); err != nil {
		return out, err
	}
	for i := range seen {
		item, err := v.item(&seen[i])
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, item)
	}
	if out.FollowUp, _, err = v.tally(); err != nil {
		return out, err
	}
	if out.Towns, err = v.places(false); err == nil {
		out.Units, err = v.places(true)
	}
	return out, err
}

func (v *docketViewer) item(x *docket.Seen) (item docketItem, err error) {
	item = docketItem{Case: v.l.summary(&x.Head), Reasons: v.reasons(&x.Item), Days: v.days(&x.Item), Reopened: x.Turns, Unit: x.Unit}
	if x.Leader != "" {
		item.Leader = &personRef{ID: x.Leader, Name: v.names[x.Leader]}
	}
	if item.Decisions, err = v.shown(v.follow(x, x.Decisions)); err == nil {
		item.Earlier, err = v.shown(v.follow(x, x.Earlier))
	}
	return item, err
}

func (v *docketViewer) follow(x *docket.Seen, taken []docket.Decision) []docket.Followed {
	list := make([]docket.Followed, len(taken))
	for i := range taken {
		list[i] = docket.Followed{Decision: taken[i], Head: x.Head, FollowUp: docket.FollowUpOf(&taken[i], &x.Head, v.a.Cases.Now())}
	}
	return list
}

// days is for how many days a case had been open when the list was frozen.
func (v *docketViewer) days(x *docket.Item) int {
	return int(v.list.From.Sub(x.Opened) / (24 * time.Hour))
}

func (v *docketViewer) reasons(x *docket.Item) []reasonName {
	names := []reasonName{}
	for _, key := range x.Reasons {
		text := key
		if r, ok := v.rule.Reason(key); ok {
			text = v.l.text(r.Name)
		}
		names = append(names, reasonName{key, text})
	}
	return names
}

// tally is what has become of what the list before decided, with the decisions; nil if there is none.
func (v *docketViewer) tally() (*docketTally, []docket.Followed, error) {
	if v.list.Earlier == "" {
		return nil, nil, nil
	}
	all, err := v.a.Dockets.Follow(v.c.Context, v.c.Actor, v.list.Earlier)
	var t docket.Tally
	for i := range all {
		t.Add(all[i].FollowUp)
	}
	return &docketTally{v.list.Earlier, t.Decisions, t.Done, t.InTime, t.Open, t.Late, t.Ended}, all, err
}

func (v *docketViewer) followUp() (followView, error) {
	if err := v.begin(); err != nil {
		return followView{}, err
	}
	out := followView{Definition: choose(v.l.zh, followZh, followEn)}
	t, all, err := v.tally()
	if err != nil {
		return out, err
	}
	if t != nil {
		out.docketTally = *t
	}
	out.Items, err = v.decisions(all)
	return out, err
}

func (v *docketViewer) places(units bool) ([]placedView, error) {
	placed, err := v.a.Dockets.Places(v.c.Context, v.c.Actor, v.list, units)
	views := make([]placedView, len(placed))
	for i, p := range placed {
		n := p.Count
		views[i] = placedView{p.Place, p.Key, p.Key, n.Listed, n.Settled, n.Closed, n.InTime, n.Ended, n.Open}
		if name, ok := v.l.plan.Name(grid.Code(p.Key)); !units && ok && name != "" {
			views[i].Text = name
		}
	}
	return views, err
}

// peopleOf are the users whom decisions speak of.
func peopleOf(list []docket.Decision) (ids []string) {
	for i := range list {
		ids = append(ids, list[i].By, list[i].User, list[i].DoneBy)
	}
	return ids
}

// decisions shows decisions that nothing else is shown with.
func (v *docketViewer) decisions(list []docket.Followed) (views []reviewDecisionView, err error) {
	plain := make([]docket.Decision, len(list))
	for i := range list {
		plain[i] = list[i].Decision
	}
	if v.names, err = v.a.named(v.c, peopleOf(plain)); err != nil {
		return nil, err
	}
	return v.shown(list)
}

// shown shows decisions with their words. That these were read is on record with each case, once an answer.
func (v *docketViewer) shown(list []docket.Followed) ([]reviewDecisionView, error) {
	views := make([]reviewDecisionView, 0, len(list))
	for i := range list {
		view, err := v.decision(&list[i])
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return views, nil
}

func (v *docketViewer) decision(f *docket.Followed) (out reviewDecisionView, err error) {
	d := &f.Decision
	if !v.looked[d.Case] {
		v.looked[d.Case] = true
		if err := v.a.looked(v.c, mediation.Look{Case: d.Case, What: "review"}); err != nil {
			return out, err
		}
	}
	l, err := v.a.labels(v.c, f.Head.Policy)
	if err != nil {
		return out, err
	}
	out = reviewDecisionView{ID: d.ID, List: d.List, Case: d.Case, CaseTitle: l.title(f.Head.Number), CaseState: f.Head.State, CaseText: l.state(f.Head.State), Unit: d.Unit, Due: d.Due.UTC(),
		Standing: f.Standing, StandingText: l.word(standingTexts, string(f.Standing)), How: f.How, When: f.When, InTime: f.InTime}
	if d.User != "" {
		out.User = &personRef{ID: d.User, Name: v.names[d.User]}
	}
	r, err := v.rulesOf(d.List, nil)
	if err != nil {
		return out, err
	}
	r.names = v.names
	out.Clock = r.clock(d.Term(r.rule))
	if out.Decision, err = v.words(d.At, d.By, d.Words); err != nil || d.Done.IsZero() {
		return out, err
	}
	said, err := v.words(d.Done, d.DoneBy, d.Report)
	out.Report = &said
	return out, err
}

func (v *docketViewer) words(at time.Time, by string, s mediation.Sealed) (studyWordsView, error) {
	text, err := v.a.Dockets.Open(v.c.Context, s)
	return studyWordsView{At: at.UTC(), By: personRef{ID: by, Name: v.names[by]}, Text: text}, err
}
