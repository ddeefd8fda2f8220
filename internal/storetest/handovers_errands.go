package storetest

import (
	"context"

	"fengqiao/mediation"

	"pgregory.net/rapid"
)

// help lets somebody file for a resident, and begin an errand for them.
func (w *annexWork) help() {
	by := w.who("helper")
	in := Quarrel(CellA)
	in.Parties = []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Applicant, Name: "示例" + w.Next("resident")}}
	in.OnBehalf = &mediation.ProxyInput{Manner: "signature"}
	c := w.Report(w.t, by, in)
	w.helping = append(w.helping, c.ID)
	if rapid.Bool().Draw(w.rt, "an errand") {
		w.Must(w.t, by, c.ID, mediation.RunErrand{Party: c.Parties[0].ID, What: "代交材料"})
	}
}

// helped lets residents consent to who has come, staff record that they want nobody, and helpers lay it down or bring what was asked.
func (w *annexWork) helped() {
	id, ok := w.one(w.helping)
	if !ok {
		return
	}
	c := w.Read(w.t, id)
	party, by := c.Parties[0].ID, w.who("by")
	var cmd mediation.Command
	switch deed := rapid.IntRange(0, 3).Draw(w.rt, "deed"); {
	case deed == 0:
		cmd = mediation.Entrust{Party: party, ProxyInput: mediation.ProxyInput{Manner: "fingerprint"}}
	case deed == 1:
		cmd = mediation.RevokeProxy{}
	case deed == 2 && len(c.Errands) > 0:
		cmd = mediation.FinishErrand{Errand: c.Errands[len(c.Errands)-1].ID, Result: "已交"}
	default:
		cmd = mediation.RunErrand{Party: party, What: "代取回执"}
	}
	_, err := w.Do(context.Background(), by, id, mediation.Request{Command: cmd, Revision: c.Revision, Key: w.Next("key")})
	w.tolerate(err)
}
