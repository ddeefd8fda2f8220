package handlers

import (
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
	"fengqiao/mediation/village"
)

// resultHead is a frozen result in a list.
type resultHead struct {
	ID        string     `json:"id"`
	Scorecard string     `json:"scorecard"`
	Period    spanView   `json:"period"`
	Village   *placeView `json:"village"`
	Passed    bool       `json:"passed"`
	Version   int        `json:"version"` // that holds, from 1; above 1 it was corrected
	FrozenAt  time.Time  `json:"frozenAt"`
	// ObjectUntil is until when the village may object; null: it may not.
	ObjectUntil *time.Time `json:"objectUntil"`
	Objections  int        `json:"objections"`
	// Open is the objection that waits for its decision, Due until when it must have it and Late since when that has passed.
	Open *string    `json:"open"`
	Due  *time.Time `json:"due"`
	Late *time.Time `json:"late"`
}

// resultView is a result as one caller reads it, by one of its versions.
type resultView struct {
	resultHead
	ID       string          `json:"cardId"` // the card's version
	Criteria []criterionView `json:"criteria"`
	Versions []versionView   `json:"versions"`
	// Shown is the version that Cases tell of. Elsewhere is how many cases lie in parts of the village that are not the caller's, or
	// are not theirs to see any more.
	Shown      int               `json:"shown"`
	Cases      []countedCaseView `json:"cases"`
	Elsewhere  int               `json:"elsewhere"`
	Objected   []objectionView   `json:"objected"`
	MayObject  bool              `json:"mayObject"`
	MayCorrect bool              `json:"mayCorrect"`
	// Clock is why the village may object until when it may; null where it may not.
	Clock *dueView `json:"clock"`
}

type versionView struct {
	Version   int                    `json:"version"`
	At        time.Time              `json:"at"`
	By        *personRef             `json:"by"` // null: by itself
	Objection *string                `json:"objection"`
	Passed    bool                   `json:"passed"`
	Found     map[string]metView     `json:"found"`
	Changes   []changeOfCountingView `json:"changes"`
}

type metView struct {
	Value *float64 `json:"value"`
	Met   bool     `json:"met"`
}

// changeOfCountingView is that a case was made to count or not. Reason is "" where it was erased with the case, or is not the caller's to read.
type changeOfCountingView struct {
	Case   string `json:"case"`
	Counts bool   `json:"counts"`
	Reason string `json:"reason"`
}

// countedCaseView is a case as it stood when the village was assessed.
type countedCaseView struct {
	Case     string     `json:"case"`
	State    string     `json:"state"`
	Text     string     `json:"stateText"`
	Channel  string     `json:"channel"`
	Opened   time.Time  `json:"opened"`
	Late     *time.Time `json:"late"`     // when a limit first passed
	Counts   bool       `json:"counts"`   // by the version that is shown
	Added    bool       `json:"added"`    // by a correction
	Criteria []string   `json:"criteria"` // whose values it is part of
}

type objectionView struct {
	ID        string               `json:"id"`
	At        time.Time            `json:"at"`
	By        personRef            `json:"by"`
	Points    []objectionPointView `json:"points"`
	Due       *time.Time           `json:"due"`
	Late      *time.Time           `json:"late"`
	Decided   *time.Time           `json:"decided"` // null: not yet
	DecidedBy *personRef           `json:"decidedBy"`
	Version   *int                 `json:"version"` // that came of it; null: none
	Clock     *dueView             `json:"clock"`   // why it must be decided by when it must; null once it is
}

type objectionPointView struct {
	Case   string `json:"case"`
	Counts bool   `json:"counts"` // whether it ought to count, by who objects
	Text   string `json:"text"`
	Upheld *bool  `json:"upheld"` // null: not decided
	Reason string `json:"reason"` // of the decision
}

// whenever is a time that may not have come.
func whenever(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func (l labels) resultHead(r *village.Result) resultHead {
	h := resultHead{ID: r.ID, Scorecard: r.Key, Period: spanView{r.Period, r.From.UTC(), r.Until.UTC()}, Village: l.place(r.Village), Passed: r.Newest().Passed,
		Version: len(r.Versions), FrozenAt: r.Frozen.UTC(), ObjectUntil: whenever(r.Contest), Objections: len(r.Objections)}
	if o := r.Open(); o != nil {
		h.Open, h.Due, h.Late = &o.ID, whenever(o.Clock.Due), whenever(o.Clock.Breached)
	}
	return h
}

// resultViewer makes the view of one result.
type resultViewer struct {
	a     *API
	c     *Call
	l     labels
	r     *village.Result
	card  *scorecard.Card
	whole bool
	names map[string]string
	by    explainer // the card's words, the days of the policy in force
	// read are the cases of which words were shown.
	read map[string]bool
	// hidden are those that are kept from the caller, as far as it was asked.
	hidden map[string]bool
	err    error
}

// showVillage shows a result by a version of it, 0: the newest.
func (a *API) showVillage(c *Call, id string, version int) (Reply, error) {
	r, card, err := a.Villages.Look(c.Context, c.Actor, id)
	if err != nil {
		return Reply{}, err
	}
	if version == 0 {
		version = len(r.Versions)
	}
	if version > len(r.Versions) {
		return Reply{}, mediation.ErrNotFound
	}
	x, err := a.explainer(c, "")
	if err != nil {
		return Reply{}, err
	}
	x.version = card.ID
	v := &resultViewer{a: a, c: c, l: x.labels, by: x, r: &r, card: card, whole: village.SeesWhole(c.Actor, r.Village), read: map[string]bool{}, hidden: map[string]bool{}}
	view, err := v.view(version)
	if err != nil {
		return Reply{}, err
	}
	for one := range v.read {
		if err := a.looked(c, mediation.Look{Case: one, What: "village"}); err != nil {
			return Reply{}, err
		}
	}
	return Reply{View: view, Revision: r.Version, Ref: r.ID}, nil
}

func (v *resultViewer) view(version int) (resultView, error) {
	r := v.r
	var err error
	if v.names, err = v.a.named(v.c, v.people()); err != nil {
		return resultView{}, err
	}
	out := resultView{resultHead: v.l.resultHead(r), ID: r.Card, Criteria: v.l.criteria(v.card), Shown: version, Cases: []countedCaseView{}, Objected: []objectionView{},
		MayObject:  village.MayObject(v.c.Actor, r.Village) && v.a.Cases.Now().Before(r.Contest) && r.Open() == nil,
		MayCorrect: mediation.MayPlan(v.c.Actor, mediation.VillageDecide, v.a.Atlas.Load())}
	out.Clock = v.by.clock(r.Term(v.card))
	for i := range r.Versions {
		out.Versions = append(out.Versions, v.version(i))
	}
	counted := r.Counted(version)
	for i := range r.Rows {
		row := &r.Rows[i]
		if v.hides(row.Case.ID) || !v.sees(row.Case.Area) {
			out.Elsewhere++
			continue
		}
		if _, known := counted[row.Case.ID]; known {
			out.Cases = append(out.Cases, v.counted(row, counted[row.Case.ID]))
		}
	}
	for i := range r.Objections {
		out.Objected = append(out.Objected, v.objection(&r.Objections[i]))
	}
	return out, v.err
}

// people are all accounts that the view names.
func (v *resultViewer) people() (ids []string) {
	for _, x := range v.r.Versions {
		if x.By != "" {
			ids = append(ids, x.By)
		}
	}
	for _, o := range v.r.Objections {
		ids = append(ids, o.By)
		if o.DecidedBy != "" {
			ids = append(ids, o.DecidedBy)
		}
	}
	return ids
}

// sees tells whether what lies in an area is the caller's to read of.
func (v *resultViewer) sees(area grid.Code) bool { return v.whole || v.c.Actor.Area.Contains(area) }

// hides tells whether a case has turned out to be kept from the caller since the village was assessed: its part in the figures stands.
func (v *resultViewer) hides(id string) bool {
	hidden, asked := v.hidden[id]
	if !asked && v.err == nil {
		hidden, v.err = v.a.Cases.Hides(v.c.Context, id, v.c.Actor)
		v.hidden[id] = hidden
	}
	return hidden
}

func (v *resultViewer) person(id string) *personRef {
	if id == "" {
		return nil
	}
	return &personRef{ID: id, Name: v.names[id]}
}

func (v *resultViewer) version(i int) versionView {
	x := &v.r.Versions[i]
	out := versionView{Version: i + 1, At: x.At.UTC(), By: v.person(x.By), Passed: x.Passed, Found: map[string]metView{}, Changes: []changeOfCountingView{}}
	if x.Objection != "" {
		out.Objection = &x.Objection
	}
	for n, f := range x.Found {
		out.Found[v.card.Villages.Criteria[n].Key] = metView{f.Value, f.Met}
	}
	for _, ch := range x.Changes {
		if (v.whole || v.own(x.Objection)) && !v.hides(ch.Case) {
			out.Changes = append(out.Changes, changeOfCountingView{ch.Case, ch.Counts, v.words(ch.Case, ch.Reason)})
		}
	}
	return out
}

// own tells whether an objection is the caller's.
func (v *resultViewer) own(id string) bool {
	for _, o := range v.r.Objections {
		if o.ID == id {
			return o.By == v.c.Actor.ID
		}
	}
	return false
}

func (v *resultViewer) counted(row *village.Row, counts bool) countedCaseView {
	s := row.Case
	out := countedCaseView{Case: s.ID, State: string(s.State), Text: choose(v.l.zh, s.State.Info().Zh, s.State.Info().En), Channel: s.Channel, Opened: s.Opened.UTC(), Late: whenever(s.Course.Breached),
		Counts: counts, Added: row.Added, Criteria: []string{}}
	for n, x := range v.card.Villages.Criteria {
		if counts && v.card.Bears(n, &s, v.r.Query()) {
			out.Criteria = append(out.Criteria, x.Key)
		}
	}
	return out
}

func (v *resultViewer) objection(o *village.Objection) objectionView {
	out := objectionView{ID: o.ID, At: o.At.UTC(), By: *v.person(o.By), Due: whenever(o.Clock.Due), Late: whenever(o.Clock.Breached), Decided: whenever(o.Decided), DecidedBy: v.person(o.DecidedBy), Points: []objectionPointView{}}
	out.Clock = v.by.clock(o.Term(v.card))
	if o.Version > 0 {
		out.Version = &o.Version
	}
	if !v.whole && o.By != v.c.Actor.ID {
		return out
	}
	for i := range o.Points {
		p := &o.Points[i]
		if v.hides(p.Case) {
			continue
		}
		point := objectionPointView{Case: p.Case, Counts: p.Counts, Text: v.words(p.Case, p.Reason)}
		if !o.Decided.IsZero() {
			point.Upheld, point.Reason = &p.Upheld, v.words(p.Case, p.Verdict)
		}
		out.Points = append(out.Points, point)
	}
	return out
}

func (v *resultViewer) words(of string, s mediation.Sealed) string {
	if v.err != nil {
		return ""
	}
	v.read[of] = true
	text, err := v.a.Villages.Words(v.c.Context, s)
	v.err = err
	return text
}
