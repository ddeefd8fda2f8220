package mediation_test

import (
	"bytes"
	"context"
	"testing"

	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

func TestAPartyIsCorrected(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	c := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	wang, link := enter(t, o, c.ID, mediation.Applicant, "13700000001")
	enter(t, o, c.ID, mediation.Respondent, "13700000002")
	correct := func(as mediation.PartyInput) error {
		_, err := o.Do(ctx, storetest.Town, c.ID, mediation.Request{Revision: o.Read(t, c.ID).Revision, Key: o.Next("key"),
			Command: mediation.CorrectParty{Party: wang.ID, As: as}})
		return err
	}
	if err := correct(mediation.PartyInput{Phone: "13700000003", Units: []string{"春江造纸厂"}}); err != nil {
		t.Fatal(err)
	}
	got := o.Read(t, c.ID)
	p := got.Party(wang.ID)
	for want, sealed := range map[string]mediation.Sealed{"某某13700000001": p.Name, "13700000003": p.Phone, "春江造纸厂": p.UnitNames} {
		if text, err := o.Open(ctx, sealed); err != nil || text != want {
			t.Errorf("%q, %v; want %q", text, err, want)
		}
	}
	leads(t, o, link, c.ID, wang.ID)
	fails(t, correct(mediation.PartyInput{Phone: "137 0000 0002"}), "party.exists")
	fails(t, correct(mediation.PartyInput{Side: "nobody"}), "unknown_value")
	if err := correct(mediation.PartyInput{Units: []string{}}); err != nil {
		t.Fatal(err)
	}
	if got := o.Read(t, c.ID); len(got.Party(wang.ID).Units) != 0 || !got.Party(wang.ID).UnitNames.Empty() {
		t.Error("units were to be none")
	}
}

func TestWhomAPartyIsRelatedToIsNotWrittenInTheOpen(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	c := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	add := func(in mediation.PartyInput) error {
		in.Kind, in.Side, in.Name = mediation.Person, mediation.Applicant, "王某"
		_, err := o.Do(ctx, storetest.Town, c.ID, mediation.Request{Revision: o.Read(t, c.ID).Revision, Key: o.Next("key"), Command: mediation.AddParty{Party: in}})
		return err
	}
	fails(t, add(mediation.PartyInput{Kin: []string{"妻弟李四"}}), "unknown_value")
	fails(t, add(mediation.PartyInput{Units: make([]string, 21)}), "too_many")
	if err := add(mediation.PartyInput{Units: []string{"春江造纸厂三车间"}}); err != nil {
		t.Fatal(err)
	}
	if err := o.Store.Engine.Walk(ctx, "cases", func(row store.Row) error {
		if bytes.Contains(row.Body, []byte("春江造纸厂")) {
			t.Error("the stored row names the party's unit")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
