package handlers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/slip"
)

// subjectOf reads "case/…".
func subjectOf(text string) (slip.Subject, error) {
	kind, id, ok := strings.Cut(text, "/")
	if !ok || kind == "" || id == "" {
		return slip.Subject{}, invalid("invalid_value", "about")
	}
	return slip.Subject{Kind: kind, ID: id}, nil
}

// slipHead is what lists and single slips show alike.
type slipHead struct {
	ID        string        `json:"id"`
	Number    string        `json:"number"` // as it stands on the paper: 提醒单〔2026〕3号
	Kind      string        `json:"kind"`
	KindText  string        `json:"kindText"`
	State     slip.State    `json:"state"`
	StateText string        `json:"stateText"`
	About     subjectView   `json:"about"`
	Case      string        `json:"caseId,omitzero"`
	Area      *placeView    `json:"area"`
	Issuer    slipIssuer    `json:"issuer"`
	To        slipAddressee `json:"to"`
	// Restricted: only issuer, addressee and one role see that it exists.
	Restricted bool       `json:"restricted"`
	From       string     `json:"from,omitzero"` // the slip that it follows
	Next       string     `json:"next,omitzero"` // the one that follows it
	Issued     time.Time  `json:"issued"`
	Ended      *time.Time `json:"ended"`
	// AckDue and ReplyDue: by when it must be acknowledged and answered; null once it has been, or where it need not be.
	AckDue   *time.Time `json:"ackDue"`
	ReplyDue *time.Time `json:"replyDue"`
	Overdue  bool       `json:"overdue"`
	Breached bool       `json:"breached"` // a limit has passed, now or before
	Findings int        `json:"findingCount"`
}

type subjectView struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// slipIssuer is who issued it; without a user the system did, and the post judges.
type slipIssuer struct {
	User *personRef     `json:"user"`
	Role mediation.Role `json:"role"`
	Unit string         `json:"unit,omitzero"`
}

type slipAddressee struct {
	Form string         `json:"form"` // person, unit, post
	User *personRef     `json:"user"`
	Unit string         `json:"unit,omitzero"`
	Role mediation.Role `json:"role,omitzero"`
	Area *placeView     `json:"area"`
}

// slipView is a slip with all that was said.
type slipView struct {
	slipHead
	Text string `json:"text"`
	// Erased: its words are gone for good.
	Erased  bool          `json:"erased"`
	Trigger string        `json:"trigger,omitzero"` // the policy's, where the system issued it
	Basis   string        `json:"basis,omitzero"`
	Clocks  []dueView     `json:"clocks"` // its limits that run, each with why it ends when it does
	Returns int           `json:"returns"`
	Items   []findingView `json:"findings"`
	Team    []slipMember  `json:"team"`
	// Withdrawal is asked for, and somebody above who asked has to approve it; null: none is.
	Withdrawal *saidView   `json:"withdrawal"`
	History    []slipEntry `json:"history"`
	Actions    []slip.Name `json:"actions"`
}

type findingView struct {
	ID          string       `json:"id"`
	At          time.Time    `json:"at"`
	By          personRef    `json:"by"`
	Text        string       `json:"text"`
	Mended      *saidView    `json:"mended"`
	Verdict     slip.Verdict `json:"verdict,omitzero"`
	Measure     string       `json:"measure,omitzero"`
	MeasureText string       `json:"measureText,omitzero"`
	Judged      *saidView    `json:"judged"`
}

type saidView struct {
	At     time.Time `json:"at"`
	By     personRef `json:"by"`
	Text   string    `json:"text"`
	Photos []string  `json:"photos"`
}

type slipEntry struct {
	At       time.Time         `json:"at"`
	Actor    personRef         `json:"actor"`
	Role     mediation.Role    `json:"role"`
	For      *personRef        `json:"for,omitzero"` // for whom the actor stood in
	Kind     string            `json:"kind"`
	KindText string            `json:"kindText"`
	State    slip.State        `json:"state"`
	Text     string            `json:"text,omitzero"`
	Photos   []string          `json:"photos"`
	Data     map[string]string `json:"data"`
}

// slipEvents names what is no command.
var slipEvents = map[string][2]string{"issued": {"发出", "issued"}, "reminded": {"临期提醒", "reminded"}, "overdue": {"逾期", "overdue"}, "reckoned": {"时限重新计算", "limits reckoned anew"}, "handed_over": {"交接", "handed over"}}

func slipEvent(kind string, zh bool) string {
	if rule, ok := slip.RuleOf(slip.Name(kind)); ok {
		return choose(zh, rule.Zh, rule.En)
	}
	text := slipEvents[kind]
	return choose(zh, text[0], text[1])
}

// slipPeople are the users whom a slip's head names.
func slipPeople(x *slip.Summary) []string { return []string{x.Issuer.User, x.To.User} }

func refOf(id string, names map[string]string) *personRef {
	if id == "" {
		return nil
	}
	return &personRef{id, names[id]}
}

func (a *API) slipHead(c *Call, x *slip.Summary, names map[string]string) (slipHead, error) {
	l, err := a.labels(c, x.Policy)
	if err != nil {
		return slipHead{}, err
	}
	kind, _ := l.pol.Slips.Kind(x.Kind)
	year := x.Number.Series[strings.LastIndexByte(x.Number.Series, '/')+1:]
	h := slipHead{ID: x.ID, Number: kind.Name.Zh + "〔" + year + "〕" + strconv.FormatInt(x.Number.N, 10) + "号", Kind: x.Kind, KindText: l.text(kind.Name), State: x.State,
		StateText: slipState(x.State, l.zh), About: subjectView{x.About.Kind, x.About.ID}, Case: x.Case, Area: l.place(x.Area),
		Issuer: slipIssuer{refOf(x.Issuer.User, names), x.Issuer.Role, x.Issuer.Unit}, Restricted: x.Restricted != "", From: x.From, Next: x.Next,
		To:     slipAddressee{x.To.Form(), refOf(x.To.User, names), x.To.Unit, x.To.Role, nil},
		Issued: x.Issued.UTC(), Ended: moment(x.Ended), AckDue: moment(x.AckDue), ReplyDue: moment(x.ReplyDue), Overdue: x.Overdue(a.Cases.Now()),
		Breached: x.Breached, Findings: x.Findings}
	if x.To.Area != "" {
		h.To.Area = l.place(x.To.Area)
	}
	return h, nil
}

func (a *API) viewSlip(c *Call, s *slip.Slip, actions []slip.Name) (slipView, error) {
	sum := s.Summarise()
	ids := slipPeople(&sum)
	for i := range s.History {
		ids = append(ids, s.History[i].Actor, s.History[i].Data["for"])
	}
	slices.Sort(ids)
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" })
	names, err := a.named(c, slices.Compact(ids))
	if err != nil {
		return slipView{}, err
	}
	l, err := a.labels(c, s.Policy)
	if err != nil {
		return slipView{}, err
	}
	r := slipReader{a: a, c: c, names: names}
	kind, _ := l.pol.Slips.Kind(s.Kind)
	v := slipView{Text: r.open(s.Words), Trigger: s.Trigger, Basis: kind.Basis, Returns: s.Returns, Items: []findingView{}, Team: []slipMember{}, History: []slipEntry{},
		Actions: actions}
	v.Erased = v.Text == "" && r.err == nil && !s.Words.Empty()
	if v.slipHead, err = a.slipHead(c, &sum, names); err != nil {
		return v, err
	}
	if v.Clocks, err = a.slipClocks(c, s); err != nil {
		return v, err
	}
	for i := range s.Findings {
		f := r.finding(&s.Findings[i])
		for _, m := range kind.Measures {
			if m.Key == f.Measure {
				f.MeasureText = l.text(m.Name)
			}
		}
		v.Items = append(v.Items, f)
	}
	if w := s.Withdrawal; w != nil {
		v.Withdrawal = r.said(&w.Statement)
	}
	for _, m := range s.Team {
		v.Team = append(v.Team, slipMember{m.User, r.open(m.Name), m.Capacity})
	}
	for i := range s.History {
		e := &s.History[i]
		entry := slipEntry{e.At.UTC(), personRef{e.Actor, names[e.Actor]}, e.Role, refOf(e.Data["for"], names), e.Kind, slipEvent(e.Kind, l.zh), e.To, r.open(e.Words), list(e.Photos), e.Data}
		if entry.Data == nil {
			entry.Data = map[string]string{}
		}
		v.History = append(v.History, entry)
	}
	return v, r.err
}

// slipReader opens a slip's words; the first failure is kept.
type slipReader struct {
	a     *API
	c     *Call
	names map[string]string
	err   error
}

func (r *slipReader) open(v mediation.Sealed) string {
	if v.Empty() || r.err != nil {
		return ""
	}
	text, err := r.a.Slips.Open(r.c.Context, v)
	r.err = err
	return text
}

func (r *slipReader) said(s *slip.Statement) *saidView {
	if s == nil {
		return nil
	}
	return &saidView{s.At.UTC(), personRef{s.By, r.names[s.By]}, r.open(s.Words), list(s.Photos)}
}

func (r *slipReader) finding(f *slip.Finding) findingView {
	return findingView{ID: f.ID, At: f.At.UTC(), By: personRef{f.By, r.names[f.By]}, Text: r.open(f.Words), Mended: r.said(f.Mended), Verdict: f.Verdict, Measure: f.Measure,
		Judged: r.said(f.Judged)}
}

func (a *API) listSlips(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	f, err := a.slipFilter(c)
	if err != nil {
		return Reply{}, err
	}
	found, next, err := a.Slips.List(c.Context, c.Actor, f, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	var ids []string
	for i := range found {
		ids = append(ids, slipPeople(&found[i])...)
	}
	slices.Sort(ids)
	names, err := a.named(c, slices.Compact(ids))
	if err != nil {
		return Reply{}, err
	}
	heads := make([]slipHead, len(found))
	for i := range found {
		if heads[i], err = a.slipHead(c, &found[i], names); err != nil {
			return Reply{}, err
		}
	}
	return Reply{View: NewPage(heads, next)}, nil
}

// slipKind names a kind of the policy's.
func (l labels) slipKind(key string) string {
	if kind, ok := l.pol.Slips.Kind(key); ok {
		return l.text(kind.Name)
	}
	return key
}

// slipCount is one line of the counts.
type slipCount struct {
	Unit      string     `json:"unit,omitzero"` // addressee, with by=unit; none for persons and posts
	Kind      string     `json:"kind"`
	KindText  string     `json:"kindText"`
	State     slip.State `json:"state"`
	StateText string     `json:"stateText"`
	Count     int        `json:"count"`
	Overdue   int        `json:"overdue"`
}

type slipCounts struct {
	Items   []slipCount `json:"items"`
	Total   int         `json:"total"`
	Open    int         `json:"open"`
	Overdue int         `json:"overdue"`
}

func (a *API) countSlips(c *Call) (Reply, error) {
	f, err := a.slipFilter(c)
	if err != nil {
		return Reply{}, err
	}
	by := c.QueryText("by")
	if by != "" && by != "unit" {
		return Reply{}, invalid("unknown_value", "by", "value", printable(by))
	}
	counts, err := a.Slips.Counts(c.Context, c.Actor, f, by == "unit")
	if err != nil {
		return Reply{}, err
	}
	v := slipCounts{Items: []slipCount{}}
	for _, n := range counts {
		l, err := a.labels(c, n.Policy)
		if err != nil {
			return Reply{}, err
		}
		v.Items = append(v.Items, slipCount{n.Unit, n.Kind, l.slipKind(n.Kind), n.State, slipState(n.State, l.zh), n.Number, n.Overdue})
		v.Total, v.Overdue = v.Total+n.Number, v.Overdue+n.Overdue
		if !n.State.Over() {
			v.Open += n.Number
		}
	}
	return Reply{View: v}, nil
}
