package handlers

import (
	"time"

	"fengqiao/mediation"
)

// jointView is how several units handle a case together.
type jointView struct {
	Lead      string             `json:"lead,omitzero"`
	Assisting []string           `json:"assisting"`
	Order     *orderPaperView    `json:"order"` // the handling order, null until a consultation is signed
	Consulted []consultationView `json:"consultations"`
	Tasks     []taskView         `json:"tasks"`
	OpenTasks int                `json:"openTasks"`
}

type orderPaperView struct {
	Number string    `json:"number"`
	Name   string    `json:"name"` // in whose name it goes out
	At     time.Time `json:"at"`
	By     personRef `json:"by"`
	Title  string    `json:"title"` // of the post that signs
	Text   string    `json:"text,omitzero"`
}

type consultationView struct {
	ID        string       `json:"id"`
	At        time.Time    `json:"at"`
	By        personRef    `json:"by"`
	Took      []tookView   `json:"took"`
	Lead      string       `json:"lead"`
	Assisting []string     `json:"assisting"`
	Opinion   string       `json:"opinion,omitzero"`
	SignOff   *signOffView `json:"signOff"`
}

type tookView struct {
	Unit string     `json:"unit"`
	User *personRef `json:"user,omitzero"`
}

type signOffView struct {
	At       time.Time `json:"at"`
	By       personRef `json:"by"`
	Approved bool      `json:"approved"`
	Remark   string    `json:"remark,omitzero"`
}

type taskView struct {
	ID        string     `json:"id"`
	Unit      string     `json:"unit"`
	Owner     *personRef `json:"owner"`
	What      string     `json:"what,omitzero"`
	Given     time.Time  `json:"given"`
	By        personRef  `json:"by"`
	Due       time.Time  `json:"due"`
	State     string     `json:"state"` // given, acknowledged, answered, dropped
	StateText string     `json:"stateText"`
	Overdue   bool       `json:"overdue"`
	Acked     time.Time  `json:"acknowledged,omitzero"`
	Done      time.Time  `json:"answered,omitzero"`
	Result    string     `json:"result,omitzero"`
	Returns   int        `json:"returns"`
	Clock     *dueView   `json:"clock"` // why the result is due when it is; null once it is there, or dropped
}

var taskWords = map[string][2]string{
	"given": {"待签收", "to be acknowledged"}, "acknowledged": {"办理中", "under way"}, "answered": {"已反馈", "answered"}, "dropped": {"已撤销", "dropped"},
}

// jointPeople are the users whom the joint handling speaks of.
func jointPeople(j *mediation.Joint) []string {
	if j == nil {
		return nil
	}
	var ids []string
	for _, c := range j.Consultations {
		ids = append(ids, c.By)
		for _, t := range c.Took {
			ids = append(ids, t.User)
		}
		if c.SignOff != nil {
			ids = append(ids, c.SignOff.By)
		}
	}
	for _, t := range j.Tasks {
		ids = append(ids, t.By, t.Owner, t.Clock.By)
	}
	return ids
}

// joint shows who handles the case together, to those who see the meetings; texts to those who see words.
func (v *caseViewer) joint() *jointView {
	j := v.k.Joint
	if j == nil || !v.sees[mediation.PartMeetings] {
		return nil
	}
	out := &jointView{Lead: j.Lead, Assisting: listed(j.Assisting), Consulted: []consultationView{}, Tasks: []taskView{}}
	for _, c := range j.Consultations {
		cv := consultationView{ID: c.ID, At: c.At, By: v.person(c.By), Took: []tookView{}, Lead: c.Lead, Assisting: listed(c.Assisting),
			Opinion: v.words(mediation.PartWords, c.Opinion)}
		for _, t := range c.Took {
			cv.Took = append(cv.Took, tookView{t.Unit, v.someone(t.User)})
		}
		if s := c.SignOff; s != nil {
			cv.SignOff = &signOffView{s.At, v.person(s.By), s.Approved, v.words(mediation.PartWords, s.Remark)}
		}
		out.Consulted = append(out.Consulted, cv)
		if o := j.Order; o != nil && o.Consultation == c.ID {
			out.Order = &orderPaperView{Number: o.Number, Name: v.text(v.pol.Joint.Name), At: o.At, By: v.person(o.By),
				Title: v.text(v.pol.Joint.Signatory.Title), Text: cv.Opinion}
		}
	}
	for i := range j.Tasks {
		t := &j.Tasks[i]
		if t.Open() {
			out.OpenTasks++
		}
		out.Tasks = append(out.Tasks, v.task(t))
	}
	return out
}

func (v *caseViewer) task(t *mediation.Task) taskView {
	state := "given"
	switch {
	case !t.Dropped.IsZero():
		state = "dropped"
	case !t.Done.IsZero():
		state = "answered"
	case !t.Acked.IsZero():
		state = "acknowledged"
	}
	return taskView{ID: t.ID, Unit: t.Unit, Owner: v.someone(t.Owner), What: v.words(mediation.PartWords, t.What), Given: t.Given, By: v.person(t.By),
		Due: t.Clock.Due, State: state, StateText: v.word(taskWords, state), Overdue: t.Open() && !t.Clock.Breached.IsZero(), Acked: t.Acked, Done: t.Done,
		Result: v.words(mediation.PartWords, t.Result), Returns: t.Returns, Clock: v.clock(t.Term(v.rules))}
}

// someone is a person who need not be known.
func (v *caseViewer) someone(id string) *personRef {
	if id == "" {
		return nil
	}
	p := v.person(id)
	return &p
}

func listed(units []string) []string {
	if units == nil {
		return []string{}
	}
	return units
}
