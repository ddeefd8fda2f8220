package handlers

import (
	"time"

	"fengqiao/mediation"
)

// loopView is the closed loop of a case as a list to tick off: what a closing waits for.
type loopView struct {
	Complete bool           `json:"complete"`
	Steps    []loopStepView `json:"steps"`
}

type loopStepView struct {
	Key   string         `json:"key"`
	Text  string         `json:"text"`
	Kind  string         `json:"kind"`
	Times int            `json:"times"`
	Done  int            `json:"done"`
	Marks []loopMarkView `json:"marks"`
}

type loopMarkView struct {
	ID       string     `json:"id"`
	At       time.Time  `json:"at"`
	By       *personRef `json:"by,omitzero"`
	PartyID  string     `json:"partyId,omitzero"`
	Refused  bool       `json:"refused,omitzero"`
	Metres   *float64   `json:"metres,omitzero"` // from the case's place; missing where it was not compared
	PhotoIDs []string   `json:"photoIds,omitzero"`
	Text     string     `json:"text,omitzero"`
}

// loop is nil where the policy asks for none.
func (v *caseViewer) loop() *loopView {
	steps := v.k.LoopSteps(mediation.Rules{Policy: v.pol})
	if len(steps) == 0 {
		return nil
	}
	view := &loopView{Complete: true}
	for _, s := range steps {
		done := v.k.LoopDone(s.Key)
		step := loopStepView{Key: s.Key, Text: v.text(s.Name), Kind: s.Kind, Times: s.Times, Done: done, Marks: []loopMarkView{}}
		for i := range v.k.Loop {
			if m := &v.k.Loop[i]; m.Step == s.Key {
				step.Marks = append(step.Marks, v.loopMark(m))
			}
		}
		view.Complete = view.Complete && done >= s.Times
		view.Steps = append(view.Steps, step)
	}
	return view
}

func (v *caseViewer) loopMark(m *mediation.LoopMark) loopMarkView {
	out := loopMarkView{ID: m.ID, At: m.At, Refused: m.Refused, Text: v.words(mediation.PartWords, m.Words)}
	if v.sees[mediation.PartMeetings] {
		by := v.person(m.By)
		out.By, out.PartyID = &by, m.Party
	}
	if m.Placed {
		metres := m.Metres
		out.Metres = &metres
	}
	if v.sees[mediation.PartPhotos] {
		out.PhotoIDs = m.Photos
	}
	return out
}
