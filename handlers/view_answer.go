package handlers

import (
	"time"

	"fengqiao/mediation"
)

// answer is the answer of the case, for those whom it is for and those who read what is said in it.
func (v *caseViewer) answer() *answerView {
	out, err := v.a.answerOf(v.c, v.c.Actor, v.k)
	if err != nil {
		v.err = err
	}
	return out
}

// answerOf is an answer as an actor reads it; nil where there is none for them, or its words were erased.
func (a *API) answerOf(c *Call, actor mediation.Actor, k *mediation.Case) (*answerView, error) {
	text, err := a.Cases.AnswerOf(c.Context, actor, k)
	if err != nil || text == "" {
		return nil, err
	}
	return &answerView{k.Answer.At, text}, nil
}

// heardView is who was told of the end, or why nobody could be.
type heardView struct {
	At   time.Time `json:"at"`
	By   []string  `json:"by"`
	None string    `json:"none,omitzero"`
}

// heardOf is nil while the matter goes on, and of what an earlier release ended.
func heardOf(k *mediation.Case) *heardView {
	if k.Heard.At.IsZero() {
		return nil
	}
	return &heardView{k.Heard.At.UTC(), append([]string{}, k.Heard.By...), k.Heard.None}
}
