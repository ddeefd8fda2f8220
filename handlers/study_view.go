package handlers

import (
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/study"
)

// studyHead is a study in a list, without words.
type studyHead struct {
	ID           string     `json:"id"`
	Case         string     `json:"case"`
	Area         *placeView `json:"area"`
	Category     string     `json:"category"`
	CategoryText string     `json:"categoryText"`
	Reason       string     `json:"reason"`
	ByPolicy     bool       `json:"byPolicy"`
	Called       time.Time  `json:"called"`
	Due          time.Time  `json:"due,omitzero"`
	Late         time.Time  `json:"late,omitzero"`
	Concluded    time.Time  `json:"concluded,omitzero"`
	OrdersOpen   int        `json:"ordersOpen"`
}

// studyView is a study as one caller reads it. Whom it has only given an order sees that, and nothing of what was said.
type studyView struct {
	studyHead
	Text       string              `json:"text,omitzero"`
	By         *personRef          `json:"by,omitzero"`
	Members    []studyMemberView   `json:"members"`
	Materials  []studyMaterialView `json:"materials"`
	Conclusion *studyWordsView     `json:"conclusion"`
	Orders     []studyOrderView    `json:"orders"`
	// Clock is why it must have concluded when it must; null once it has, or where the policy sets no limit.
	Clock *dueView `json:"clock"`
}

type studyMemberView struct {
	ID   string     `json:"id"`
	User *personRef `json:"user,omitzero"`
	Unit string     `json:"unit,omitzero"`
	// Post is of the duty roster, of who is a member because they were on duty.
	Post string    `json:"post,omitzero"`
	At   time.Time `json:"at"`
}

type studyWordsView struct {
	At   time.Time `json:"at"`
	By   personRef `json:"by"`
	Text string    `json:"text"`
}

type studyMaterialView struct {
	ID string `json:"id"`
	studyWordsView
	// Photos are opened as those of cases are, while the study is open.
	Photos []string `json:"photos,omitzero"`
}

type studyOrderView struct {
	ID     string          `json:"id"`
	User   *personRef      `json:"user,omitzero"`
	Unit   string          `json:"unit,omitzero"`
	Due    time.Time       `json:"due"`
	Late   time.Time       `json:"late,omitzero"`
	Order  studyWordsView  `json:"order"`
	Report *studyWordsView `json:"report"` // null until it was reported done
	Clock  *dueView        `json:"clock"`  // why it is due when it is; null once it was reported done
}

func (l labels) studyHead(st *study.Study) studyHead {
	h := studyHead{ID: st.ID, Case: st.Case, Area: l.place(grid.Code(st.Area)), Category: st.Category, CategoryText: l.category(st.Category), Reason: st.Why,
		ByPolicy: st.By == "", Called: st.Called.UTC(), Due: st.Clock.Due, Late: st.Clock.Breached}
	if st.Conclusion != nil {
		h.Concluded = st.Conclusion.At
	}
	for i := range st.Orders {
		if st.Orders[i].Done.IsZero() {
			h.OrdersOpen++
		}
	}
	return h
}

// studyViewer makes the view of one study.
type studyViewer struct {
	a     *API
	c     *Call
	names map[string]string
	explainer
	err error
}

func (a *API) viewStudy(c *Call, st *study.Study) (studyView, error) {
	l, err := a.labels(c, st.Policy)
	if err != nil {
		return studyView{}, err
	}
	v := &studyViewer{a: a, c: c}
	if v.names, err = a.named(c, st.People()); err != nil {
		return studyView{}, err
	}
	if v.explainer, err = a.explainer(c, st.Policy); err != nil {
		return studyView{}, err
	}
	v.explainer.names = v.names
	out := studyView{studyHead: l.studyHead(st), Members: []studyMemberView{}, Materials: []studyMaterialView{}, Orders: []studyOrderView{},
		Clock: v.explainer.clock(st.Term(v.explainer.rules))}
	whole := study.SeesWhole(c.Actor, st)
	if whole {
		v.discussion(st, &out)
	}
	for i := range st.Orders {
		if o := &st.Orders[i]; whole || o.Is(c.Actor, st.Area) {
			out.Orders = append(out.Orders, v.order(o))
		}
	}
	return out, v.err
}

// discussion is what was said among the members.
func (v *studyViewer) discussion(st *study.Study, out *studyView) {
	out.Text, out.By = v.open(st.Words), v.person(st.By)
	for _, m := range st.Members {
		out.Members = append(out.Members, studyMemberView{ID: m.ID, User: v.person(m.User), Unit: m.Unit, Post: m.Post, At: m.At})
	}
	for _, m := range st.Materials {
		out.Materials = append(out.Materials, studyMaterialView{m.ID, v.words(m.At, m.By, m.Words), m.Photos})
	}
	if k := st.Conclusion; k != nil {
		said := v.words(k.At, k.By, k.Words)
		out.Conclusion = &said
	}
}

func (v *studyViewer) order(o *study.Order) studyOrderView {
	out := studyOrderView{ID: o.ID, User: v.person(o.User), Unit: o.Unit, Due: o.Due, Late: o.Late, Order: v.words(o.At, o.By, o.Words), Clock: v.explainer.clock(o.Term())}
	if !o.Done.IsZero() {
		said := v.words(o.Done, o.DoneBy, o.Report)
		out.Report = &said
	}
	return out
}

func (v *studyViewer) words(at time.Time, by string, s mediation.Sealed) studyWordsView {
	return studyWordsView{At: at, By: personRef{ID: by, Name: v.names[by]}, Text: v.open(s)}
}

func (v *studyViewer) open(s mediation.Sealed) string {
	if v.err != nil {
		return ""
	}
	text, err := v.a.Studies.Words(v.c.Context, s)
	v.err = err
	return text
}

func (v *studyViewer) person(id string) *personRef {
	if id == "" {
		return nil
	}
	return &personRef{ID: id, Name: v.names[id]}
}
