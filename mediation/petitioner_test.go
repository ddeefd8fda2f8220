package mediation_test

import (
	"context"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

// petitionOffice is an office where what comes in by the channel 12345 is a petition.
func petitionOffice(t *testing.T) *storetest.Office {
	t.Helper()
	engine, err := sqlite.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.New(context.Background(), engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return storetest.NewOffice(t, s, s, storetest.WithPetitions(t, "12345"))
}

// brought is one time that somebody brings something.
type brought struct {
	by, against string // phones
	category    string
	cell        grid.Code
	channel     string
}

var letter = brought{by: "13800000001", against: "13800000009", category: "neighbour", cell: storetest.CellA, channel: "12345"}

func (b brought) but(change func(*brought)) brought { change(&b); return b }

func bring(t *testing.T, o *storetest.Office, b brought) mediation.Case {
	t.Helper()
	in := storetest.Quarrel(b.cell)
	in.Category, in.Channel = b.category, b.channel
	in.Parties = []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Applicant, Name: "甲", Phone: b.by}, {Kind: mediation.Person, Side: mediation.Respondent, Name: "乙", Phone: b.against}}
	c := o.Report(t, o.Worker(), in)
	o.Settle(t)
	return o.Read(t, c.ID)
}

func kindOf(c mediation.Case) string {
	if c.Petition == nil {
		return "none"
	}
	return string(c.Petition.Kind)
}

func TestTheFirstPetitionOnAMatterIsFoundByWhoBringsWhat(t *testing.T) {
	for _, x := range []struct {
		situation string
		first     brought
		then      brought
		want      string
	}{
		{"the same person brings the same matter again", letter, letter, "repeat"},
		{"elsewhere, against the same neighbour", letter, letter.but(func(b *brought) { b.cell = storetest.CellD }), "repeat"},
		{"at the same place, against another", letter, letter.but(func(b *brought) { b.against = "13800000008" }), "repeat"},
		{"elsewhere, against another", letter, letter.but(func(b *brought) { b.cell, b.against = storetest.CellD, "13800000008" }), "first"},
		{"about another kind of thing", letter, letter.but(func(b *brought) { b.category = "labour" }), "first"},
		{"another person brings it", letter, letter.but(func(b *brought) { b.by = "13800000002" }), "first"},
		{"whoever it was against brings it", letter, letter.but(func(b *brought) { b.by, b.against = b.against, b.by }), "first"},
		{"it had been reported, but not petitioned", letter.but(func(b *brought) { b.channel = "app" }), letter, "first"},
		{"it had been petitioned, and is reported", letter, letter.but(func(b *brought) { b.channel = "app" }), "none"},
		{"nobody knows the petitioner's number", letter, letter.but(func(b *brought) { b.by = "" }), ""},
	} {
		t.Run(x.situation, func(t *testing.T) {
			o := petitionOffice(t)
			first := bring(t, o, x.first)
			if x.first.channel == "12345" && kindOf(first) != "first" {
				t.Fatalf("the first is %q", kindOf(first))
			}
			o.Must(t, storetest.Town, first.ID, mediation.WithdrawCase{Reason: "settled"})
			o.Pass(24 * time.Hour)
			second := bring(t, o, x.then)
			if second.ID == first.ID || kindOf(second) != x.want {
				t.Fatalf("the second is %q", kindOf(second))
			}
			repeat := x.want == "repeat"
			if again := o.Read(t, first.ID).Petition; again != nil && (len(again.Again) == 1) != repeat || repeat && second.Petition.Earlier != first.ID {
				t.Errorf("the first says %+v, the second %+v", again, second.Petition)
			}
			storetest.Sound(t, o.Store)
		})
	}
}

func TestAPetitionerWhoIsKnownLaterOrTurnsOutToBeAnotherIsLookedForThen(t *testing.T) {
	o := petitionOffice(t)
	first := bring(t, o, letter)
	o.Must(t, storetest.Town, first.ID, mediation.WithdrawCase{Reason: "settled"})
	o.Pass(time.Hour)
	second := bring(t, o, letter.but(func(b *brought) { b.by = "" }))
	correct := func(phone, want string, again int) {
		t.Helper()
		c := o.Read(t, second.ID)
		for _, p := range c.Parties {
			if p.Side == mediation.Applicant {
				o.Must(t, storetest.Town, c.ID, mediation.CorrectParty{Party: p.ID, As: mediation.PartyInput{Kind: mediation.Person, Side: mediation.Applicant, Name: "甲", Phone: phone}})
			}
		}
		o.Settle(t)
		if got := o.Read(t, second.ID); kindOf(got) != want || len(o.Read(t, first.ID).Petition.Again) != again {
			t.Errorf("with %s it is %q, and the first was brought again %d times", phone, kindOf(got), len(o.Read(t, first.ID).Petition.Again))
		}
	}
	correct(letter.by, "repeat", 1)
	correct("13800000005", "first", 0)
	correct(letter.by, "repeat", 1)
}

func TestAMatterThatIsBroughtAgainWhileItIsInHandIsNoSecondCase(t *testing.T) {
	o := petitionOffice(t)
	first := bring(t, o, letter)
	o.Pass(time.Hour)
	again := bring(t, o, letter)
	if again.ID != first.ID || len(again.Petition.Again) != 1 || kindOf(again) != "first" || !again.Summarise().BroughtAgain {
		t.Fatalf("%+v", again.Petition)
	}
}

func TestAPetitionOnWhatWasConcludedByLawAwaitsAVerdict(t *testing.T) {
	o := petitionOffice(t)
	first := bring(t, o, letter)
	applicant := ""
	for _, p := range first.Parties {
		if p.Side == mediation.Applicant {
			applicant = p.ID
		}
	}
	for _, cmd := range []mediation.HandlePetition{{Step: mediation.StepSend, Unit: "富阳区信访局"}, {Step: mediation.StepAccept}, {Step: mediation.StepOpinion, Remark: "处理意见"},
		{Step: mediation.StepAskReview}, {Step: mediation.StepReview, Unit: "永康市人民政府", Remark: "复查意见"}, {Step: mediation.StepAskRereview}, {Step: mediation.StepRereview, Unit: "金华市人民政府", Remark: "复核意见"}} {
		cmd.Behalf = mediation.Behalf{Party: applicant, Manner: "written"}
		by := storetest.County
		switch cmd.Step {
		case mediation.StepReview, mediation.StepRereview:
			by.ID += "/" + string(cmd.Step) // three people
		case mediation.StepAskReview, mediation.StepAskRereview: // recorded by who has answered nothing
			by, cmd.Remark = storetest.Town, "来信"
		}
		o.Must(t, by, first.ID, cmd)
	}
	o.Must(t, storetest.Town, first.ID, mediation.WithdrawCase{Reason: "concluded"})
	o.Pass(time.Hour)
	second := bring(t, o, letter)
	if second.Petition.Back == nil || second.Petition.Back.Concluded != first.ID || second.Petition.Back.Verdict != "" {
		t.Fatalf("%+v", second.Petition)
	}
	o.Must(t, storetest.Town, second.ID, mediation.WithdrawCase{Reason: "mistake"})
	o.Pass(time.Hour)
	if other := bring(t, o, letter.but(func(b *brought) { b.category = "labour" })); other.Petition.Back != nil {
		t.Errorf("another matter awaits a verdict, too: %+v", other.Petition)
	}
}
