package mediation_test

import (
	"context"
	"testing"
	"time"

	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

// person is who brings or is complained of.
func person(side mediation.PartySide, phone string) mediation.PartyInput {
	return mediation.PartyInput{Kind: mediation.Person, Side: side, Name: "某", Phone: phone}
}

const jia, yi, mill = "13800000001", "13800000002", "13800000009"

// sent is a matter of cell A as somebody enters it.
func sent(channel string, parties ...mediation.PartyInput) mediation.ReportInput {
	in := storetest.Quarrel(storetest.CellA)
	in.Channel, in.Parties = channel, parties
	return in
}

func TestWhatSomebodyBringsJoinsOnlyWhatIsTheirs(t *testing.T) {
	grid := mediation.Actor{ID: "w", Role: mediation.GridWorker, Area: storetest.CellA.Parent()}
	of := func(phones ...string) (list []mediation.PartyInput) {
		for _, phone := range phones {
			list = append(list, person(mediation.Applicant, phone))
		}
		return append(list, person(mediation.Respondent, mill))
	}
	for _, x := range []struct {
		situation   string
		by          mediation.Actor
		first, then mediation.ReportInput
		joins       bool
	}{
		{"the same clerk enters two people's letters", storetest.Town, sent("12345", of(jia)...), sent("12345", of(yi)...), false},
		{"two people's letters against the same mill", storetest.County, sent("12345", of(jia)...), sent("12345", of(yi)...), false},
		{"the same person's two letters", storetest.Town, sent("12345", of(jia)...), sent("12345", of(jia)...), true},
		{"a clerk enters two letters of people without a number", storetest.Town, sent("12345", of("")...), sent("12345", of("")...), false},
		{"a clerk enters at the counter what nobody is named in", storetest.Town, sent("app"), sent("app"), false},
		{"a grid worker enters two people's letters", grid, sent("12345", of(jia)...), sent("12345", of(yi)...), false},
		{"a grid worker reports for two people who are named", grid, sent("app", of(jia)...), sent("app", of(yi)...), false},
		{"a grid worker reports one quarrel twice", grid, sent("app"), sent("app"), true},
		{"a grid worker adds what they saw to a report for somebody", grid, sent("app", of(jia)...), sent("app"), true},
		{"a grid worker who entered a letter reports what they saw", grid, sent("12345", of(jia)...), sent("app"), false},
		{"a letter of the person for whom it was reported", grid, sent("app", of(jia)...), sent("12345", of(jia)...), true},
		{"a letter of two where one has a case", storetest.Town, sent("12345", of(jia)...), sent("12345", of(jia, yi)...), false},
		{"a letter of one of the two who have a case", storetest.Town, sent("12345", of(jia, yi)...), sent("12345", of(yi)...), true},
		{"whom it is against brings it", storetest.Town, sent("12345", of(jia)...), sent("12345", person(mediation.Applicant, mill)), false},
	} {
		t.Run(x.situation, func(t *testing.T) {
			o := petitionOffice(t)
			first := o.Report(t, x.by, x.first)
			o.Pass(14 * 24 * time.Hour)
			second := o.Report(t, x.by, x.then)
			if (first.ID == second.ID) != x.joins {
				t.Fatalf("one case: %v", first.ID == second.ID)
			}
			if p := second.Petition; !x.joins && p != nil && p.Clock.Since.Before(o.Clock()) {
				t.Errorf("its time runs since %v, though it came at %v", p.Clock.Since, o.Clock())
			}
			storetest.Sound(t, o.Store)
		})
	}
}

func TestNothingJoinsAPetitionThatIsOver(t *testing.T) {
	o := petitionOffice(t)
	first := bring(t, o, letter)
	o.Must(t, storetest.Town, first.ID, mediation.HandlePetition{Step: mediation.StepRefuse, Route: "court", Reason: "court_case"})
	o.Pass(24 * time.Hour)
	again := bring(t, o, letter)
	if again.ID == first.ID || again.Petition.State != mediation.PetitionRegistered || again.Petition.Clock.Due.IsZero() || kindOf(again) != "repeat" {
		t.Fatalf("the same case: %v, %+v", again.ID == first.ID, again.Petition)
	}
}

// partyOf is a case's party of a phone, by their own link.
func partyOf(t *testing.T, o *storetest.Office, id, phone string) mediation.Actor {
	t.Helper()
	c := o.Read(t, id)
	for _, p := range c.Parties {
		if got, err := o.Open(context.Background(), p.Phone); err == nil && got == phone {
			return mediation.Actor{ID: p.ID, Role: mediation.PartyRole, Case: id}
		}
	}
	t.Fatalf("nobody has the number %s", phone)
	return mediation.Actor{}
}

func refusedFor(t *testing.T, o *storetest.Office, by mediation.Actor, id string, cmd mediation.Command) error {
	t.Helper()
	_, err := o.Do(context.Background(), by, id, mediation.Request{Command: cmd, Revision: o.Read(t, id).Revision, Key: o.Next("key")})
	return err
}

func TestOnlyWhoseAPetitionIsWithdrawsIt(t *testing.T) {
	o := petitionOffice(t)
	// A case of two who apply, of whom one writes a letter.
	c := o.Report(t, o.Worker(), sent("app", person(mediation.Applicant, jia), person(mediation.Applicant, yi)))
	if got := o.Report(t, storetest.Town, sent("12345", person(mediation.Applicant, jia))); got.ID != c.ID || got.Petition == nil {
		t.Fatalf("the letter is in another case: %v", got.ID != c.ID)
	}
	first, other := partyOf(t, o, c.ID, jia), partyOf(t, o, c.ID, yi)
	withdraw := mediation.HandlePetition{Step: mediation.StepWithdraw}
	fails(t, refusedFor(t, o, other, c.ID, withdraw), "need.petition")
	fails(t, refusedFor(t, o, storetest.County, c.ID, mediation.HandlePetition{Step: mediation.StepWithdraw, Behalf: mediation.Behalf{Party: other.ID, Manner: "written"}}), "petition.petitioner")
	if read := o.Read(t, c.ID); read.Brings(read.Party(other.ID)) || !read.Brings(read.Party(first.ID)) {
		t.Error("it is the other's, too")
	}
	o.Must(t, first, c.ID, withdraw)
	if got := o.Read(t, c.ID).Petition.State; got != mediation.PetitionWithdrawn {
		t.Errorf("it is %s", got)
	}
}

func TestOfSeveralPetitionersEachSpeaksForThemselves(t *testing.T) {
	o := petitionOffice(t)
	c := o.Report(t, storetest.Town, sent("12345", person(mediation.Applicant, jia), person(mediation.Applicant, yi)))
	first, second := partyOf(t, o, c.ID, jia), partyOf(t, o, c.ID, yi)
	withdraw := mediation.HandlePetition{Step: mediation.StepWithdraw}
	due := c.Petition.Clock.Due
	o.Must(t, first, c.ID, withdraw)
	if got := o.Read(t, c.ID); got.Petition.State != mediation.PetitionRegistered || !got.Petition.Clock.Due.Equal(due) {
		t.Fatalf("one of two has withdrawn, and it is %s, due %v instead of %v", got.Petition.State, got.Petition.Clock.Due, due)
	}
	fails(t, refusedFor(t, o, first, c.ID, withdraw), "need.petition")
	for _, cmd := range []mediation.HandlePetition{{Step: mediation.StepSend, Unit: "富阳区信访局"}, {Step: mediation.StepAccept}, {Step: mediation.StepOpinion, Remark: "处理意见"}} {
		o.Must(t, storetest.County, c.ID, cmd)
	}
	yes, no := true, false
	o.Must(t, second, c.ID, mediation.HandlePetition{Step: mediation.StepRate, Rating: mediation.Rating{Unit: &yes}})
	o.Must(t, second, c.ID, withdraw)
	if got := o.Read(t, c.ID).Petition.State; got != mediation.PetitionWithdrawn {
		t.Errorf("both have withdrawn, and it is %s", got)
	}
	d := o.Report(t, storetest.Town, sent("12345", person(mediation.Applicant, "13800000003"), person(mediation.Applicant, "13800000004")))
	o.Must(t, storetest.Town, d.ID, mediation.HandlePetition{Step: mediation.StepRefuse, Route: "court", Reason: "court_case"})
	rate := func(phone string, word *bool) {
		o.Must(t, partyOf(t, o, d.ID, phone), d.ID, mediation.HandlePetition{Step: mediation.StepRate, Rating: mediation.Rating{Unit: word}})
	}
	rate("13800000003", &no)
	rate("13800000004", &yes)
	if got := o.Read(t, d.ID).Petition.Rating; got.Unit == nil || *got.Unit {
		t.Error("one of two is not satisfied, and the petition's word is that they are")
	}
	rate("13800000003", &yes)
	if got := o.Read(t, d.ID).Petition.Rating; !*got.Unit {
		t.Error("both are satisfied by now")
	}
}

func TestALetterThatJoinsAnOlderCaseIsARepeatOfThePetitionBetween(t *testing.T) {
	o := petitionOffice(t)
	app := bring(t, o, letter.but(func(b *brought) { b.channel = "app" }))
	o.Pass(time.Hour)
	between := bring(t, o, letter.but(func(b *brought) { b.cell = storetest.CellD }))
	o.Must(t, storetest.County, between.ID, mediation.WithdrawCase{Reason: "settled"})
	o.Pass(time.Hour)
	again := bring(t, o, letter)
	if again.ID != app.ID || kindOf(again) != "repeat" || again.Petition.Earlier != between.ID || len(o.Read(t, between.ID).Petition.Again) != 1 {
		t.Fatalf("in the older case: %v, %+v; the one between: %+v", again.ID == app.ID, again.Petition, o.Read(t, between.ID).Petition)
	}
}
