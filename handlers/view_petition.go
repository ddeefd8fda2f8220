package handlers

import (
	"time"

	"fengqiao/mediation"
)

// petitionView is where a petition stands in the regulation's course.
type petitionView struct {
	State     mediation.PetitionState `json:"state"`
	StateText string                  `json:"stateText"`
	// Kind is first or repeat, "" while nothing is known of the petitioner; Earlier the case of the petition before, Again how often it came since.
	Kind     mediation.PetitionKind `json:"kind"`
	KindText string                 `json:"kindText"`
	Earlier  string                 `json:"earlier,omitzero"`
	Again    int                    `json:"again"`
	Unit     string                 `json:"unit"` // that handles it; "" while nobody does
	// Clock is what is owed or may be asked for next; null when nothing is.
	Clock        *petitionClock `json:"clock"`
	ExtendedDays int            `json:"extendedDays"`
	HearingSince *time.Time     `json:"hearingSince"`
	// Back is there where a matter that was concluded by law comes back.
	Back *backView `json:"back"`
	// What the petitioner says of the responsible unit and of the petition office; null where they have said nothing.
	UnitSatisfied   *bool       `json:"unitSatisfied"`
	OfficeSatisfied *bool       `json:"officeSatisfied"`
	Papers          []paperView `json:"papers"`
	// Steps is what this caller may do now: the step of POST …/petition.
	Steps []mediation.PetitionStep `json:"steps"`
}

type backView struct {
	Verdict   string `json:"verdict"` // same_facts, new_facts, "" while nobody has judged
	Contested bool   `json:"contested"`
}

type petitionClock struct {
	Clock     mediation.ClockName `json:"clock"`
	ClockText string              `json:"clockText"`
	Basis     string              `json:"basis"`
	clockView
}

// paperView is one step that was taken, as it is told to the petitioner.
type paperView struct {
	Step     mediation.PetitionStep `json:"step"`
	StepText string                 `json:"stepText"`
	At       time.Time              `json:"at"`
	On       time.Time              `json:"on,omitzero"` // when it was taken, where that was before it was put on record
	Unit     string                 `json:"unit,omitzero"`
	Days     int                    `json:"days,omitzero"`
	Reason   string                 `json:"reason,omitzero"`
	Text     string                 `json:"text,omitzero"`
	Approver string                 `json:"approver,omitzero"` // of an extension
	// Recorded: somebody else recorded it for the petitioner, who said it in that manner: spoken, phone, written.
	Recorded bool   `json:"recorded,omitzero"`
	Manner   string `json:"manner,omitzero"`
}

// petition shows a case's petition; open opens what may be read of its words.
func (l labels) petition(c *Call, k *mediation.Case, open func(mediation.Sealed) (string, error)) (*petitionView, error) {
	p := k.Petition
	if p == nil {
		return nil, nil
	}
	info := p.State.Info()
	v := &petitionView{State: p.State, StateText: choose(l.zh, info.Zh, info.En), Kind: p.Kind, KindText: choose(l.zh, kindTexts[p.Kind][0], kindTexts[p.Kind][1]),
		Again: len(p.Again), Unit: p.Unit, ExtendedDays: p.Extended, HearingSince: moment(p.Hearing),
		Papers: []paperView{}, Steps: list(k.PetitionSteps(c.Actor))}
	v.UnitSatisfied, v.OfficeSatisfied = p.Rating.Unit, p.Rating.Office
	if b := p.Back; b != nil {
		v.Back = &backView{b.Verdict, b.Contested}
	}
	if info.Clock != "" {
		v.Clock = &petitionClock{info.Clock, info.Clock.Text(l.zh), k.PetitionLimit(l.pol).Basis, clockOf(p.Clock)}
	}
	for _, x := range p.Papers {
		one := paperView{Step: x.Step, StepText: l.step(x.Step), At: x.At, On: x.On, Unit: x.Unit, Days: x.Days, Reason: x.Reason, Recorded: x.Party != "", Manner: x.Manner}
		var err error
		if one.Text, err = open(x.Words); err != nil {
			return nil, err
		}
		if one.Approver, err = open(x.Approver); err != nil {
			return nil, err
		}
		v.Papers = append(v.Papers, one)
	}
	return v, nil
}

// kindTexts name the kinds in Chinese and English.
var kindTexts = map[mediation.PetitionKind][2]string{
	"":                       {"未核对（缺信访人电话或证件号）", "not known (no number of the petitioner)"},
	mediation.FirstPetition:  {"初信初访", "first petition"},
	mediation.RepeatPetition: {"重复信访", "repeat petition"},
}

func (l labels) step(step mediation.PetitionStep) string {
	for _, r := range mediation.PetitionTable {
		if r.Step == step {
			return choose(l.zh, r.Zh, r.En)
		}
	}
	return string(step)
}

// petition is the part of a case's view; who handles the case reads what was said.
func (v *caseViewer) petition() *petitionView {
	out, err := v.labels.petition(v.c, v.k, func(s mediation.Sealed) (string, error) { return v.words(mediation.PartWords, s), v.err })
	if err != nil {
		v.err = err
	}
	if out != nil && v.sees[mediation.PartReporters] {
		out.Earlier = v.k.Petition.Earlier
	}
	return out
}

// partyPetition is the petition as a petitioner reads it: all that was told to them. Nobody else of the parties reads any of it.
func (a *API) partyPetition(c *Call, l labels, k *mediation.Case, me *mediation.Party) (*petitionView, error) {
	if !k.Brings(me) {
		return nil, nil
	}
	return l.petition(c, k, func(s mediation.Sealed) (string, error) { return a.Cases.Open(c.Context, s) })
}
