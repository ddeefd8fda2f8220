package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"fengqiao/mediation"
)

// step takes a case on, or gives it a command that may well be refused.
func (k *figuresKit) step(t *testing.T, id string) {
	t.Helper()
	k.Pass(time.Duration(k.rng.IntN(600)) * time.Minute / 10)
	c := k.Read(t, id)
	k.lies(&c)
	by, cmd := k.onward(&c)
	if k.rng.IntN(3) == 0 {
		by, cmd = k.aside(&c)
	}
	k.give(id, by, cmd, c.Revision)
	c = k.Read(t, id)
	k.lies(&c)
	for _, kind := range []string{mediation.StudyCalled, mediation.SupervisionSet} {
		if k.rng.IntN(40) != 0 {
			continue
		}
		if err := k.Record(context.Background(), id, mediation.Beside{ID: k.Next("beside"), At: k.Clock(), Actor: "leader", Role: mediation.Leader, Kind: kind}, false); err != nil {
			t.Fatal(err)
		}
	}
	switch k.rng.IntN(20) {
	case 0, 1:
		k.Sweep(t)
	case 2:
		k.asBefore(t, id)
	}
}

// reopen takes up some closed cases again, which random steps seldom do.
func (k *figuresKit) reopen(t *testing.T, n int) {
	t.Helper()
	for _, id := range k.ids {
		if c := k.Read(t, id); c.State == mediation.Closed && n > 0 {
			k.give(id, County, mediation.Reopen{Reason: "again"}, c.Revision)
			n--
		}
	}
}

// asBefore stores a case as a release did that knew of no course and of one channel a case.
func (k *figuresKit) asBefore(t *testing.T, id string) {
	t.Helper()
	if _, err := k.Cases.Update(context.Background(), id, func(c *mediation.Case) error { c.Course, c.Came = mediation.Course{}, nil; return nil }); err != nil {
		t.Fatal(err)
	}
}

// give gives a command, which may be refused.
func (k *figuresKit) give(id string, by mediation.Actor, cmd mediation.Command, revision int64) {
	_, err := k.Do(context.Background(), by, id, mediation.Request{Command: cmd, Revision: revision, Key: k.Next("key")})
	if err == nil {
		k.done++
	}
}

// onward is what takes a case to its end.
func (k *figuresKit) onward(c *mediation.Case) (mediation.Actor, mediation.Command) {
	party := ""
	if len(c.Parties) > 0 {
		party = c.Parties[k.rng.IntN(len(c.Parties))].ID
	}
	switch c.State {
	case mediation.Screened, mediation.Offered:
		return County, mediation.Assign{Mediator: k.elder.Mediator, Seat: -1, Force: true}
	case mediation.Accepted:
		return k.elder, mediation.RecordSession{}
	case mediation.Mediating:
		return k.elder, mediation.Agree{Terms: "各让一步", Oral: true}
	case mediation.Effective:
		if c.Performed.IsZero() {
			return County, mediation.Perform{}
		}
		return County, mediation.Close{}
	case mediation.Closed:
		if k.rng.IntN(2) == 0 {
			return County, mediation.Rate{Behalf: mediation.Behalf{Party: party}, Satisfied: k.rng.IntN(4) > 0, Stars: 4}
		}
		return County, mediation.RecordFollowUp{Kept: true, Resolved: k.rng.IntN(5) > 0}
	case mediation.Unsettled: // closed once, and in hand again elsewhere
		return County, mediation.Transfer{Unit: "住建局", Reason: "theirs"}
	case mediation.Transferred:
		if !c.Closed.IsZero() {
			return County, mediation.Note{Text: "n"}
		}
		return County, mediation.Finish{}
	}
	return County, mediation.Accept{}
}

// aside is what does not.
func (k *figuresKit) aside(c *mediation.Case) (mediation.Actor, mediation.Command) {
	applicant := ""
	for _, p := range c.Parties {
		if p.Side == mediation.Applicant {
			applicant = p.ID
		}
	}
	yes, no := k.rng.IntN(3) > 0, k.rng.IntN(3) == 0
	all := []mediation.Command{mediation.HandlePetition{Step: mediation.StepRefuse, Route: "court", Reason: "court"},
		mediation.HandlePetition{Step: mediation.StepRate, Behalf: mediation.Behalf{Party: applicant, Manner: "phone"}, Rating: mediation.Rating{Unit: &yes, Office: &no}}, mediation.Reopen{Reason: "again"}, mediation.Suspend{Reason: "illness"}, mediation.Resume{},
		mediation.Terminate{Reason: "no_agreement"}, mediation.Exit{Route: "court", Reason: "no_agreement"}, mediation.WithdrawCase{Reason: "gone"},
		mediation.Refuse{Route: "court", Reason: "court"}, mediation.Transfer{Unit: "住建局", Reason: "theirs"}, mediation.TakeBack{},
		mediation.Transfer{Area: "33.01.11.002", Reason: "theirs"}, mediation.Split{}, mediation.Join{Into: k.ids[k.rng.IntN(len(k.ids))]}, mediation.Default{},
		mediation.Reclassify{Category: "labour", Severity: 2}, mediation.Reclassify{Category: "accusation", Severity: 2}, mediation.Note{Text: "n"}, mediation.SettleAtOnce{Answer: "已答复"},
		mediation.PassOn{To: "110"}, mediation.PassOn{To: "12345"}, mediation.SignFor{},
		mediation.Consult{Took: []mediation.Taking{{Unit: "住建局"}}, Lead: "住建局", Opinion: "由住建局牵头"}, mediation.SignOffCase{Approved: yes},
		mediation.HandlePetition{Step: mediation.StepSend, Unit: "住建局"}, mediation.SettleAtOnce{Answer: "已答复"}}
	switch cmd := all[k.rng.IntN(len(all))].(type) {
	case mediation.SignOffCase:
		return mediation.Actor{ID: "leader", Role: mediation.Leader, Area: "33.01.11", Unit: "区委"}, cmd
	case mediation.HandlePetition:
		if p := c.Petition; p != nil && cmd.Step == mediation.StepSend && p.State == mediation.PetitionSent { // sent, it objects
			return mediation.Actor{ID: "housing", Role: mediation.UnitStaff, Area: "33.01.11", Unit: "住建局"}, mediation.HandlePetition{Step: mediation.StepObject, Reason: "not_ours"}
		}
		by := County
		if cmd.Step == mediation.StepRate {
			by.ID = "clerk" // who has answered nothing
		}
		return by, cmd
	default:
		return County, cmd
	}
}

// joinOwn joins a petition to an earlier one of the same petitioner, and a case that is late to any other, which random steps seldom do.
func (k *figuresKit) joinOwn(t *testing.T, id string) {
	t.Helper()
	c := k.Read(t, id)
	for _, other := range k.ids {
		o := k.Read(t, other)
		if other == id || o.State.Over() {
			continue
		}
		if c.Petition != nil && o.Petition != nil && slices.Equal(applicants(&c), applicants(&o)) {
			k.give(id, County, mediation.Join{Into: other}, c.Revision)
			return
		}
		if c.Petition == nil && k.rng.IntN(6) == 0 && c.Channel == "app" && o.Channel == "app" {
			k.give(id, County, mediation.Join{Into: other}, c.Revision)
			return
		}
		if slices.Contains([]mediation.State{mediation.Reported, mediation.Screened, mediation.Offered}, o.State) && !o.Course.Breached.IsZero() && k.rng.IntN(2) == 0 {
			k.give(other, County, mediation.Join{Into: id}, o.Revision)
		}
	}
}

// applicants are the numbers of those who apply, as they are known.
func applicants(c *mediation.Case) (match []string) {
	for _, p := range c.Parties {
		if p.Side == mediation.Applicant {
			match = append(match, p.Match...)
		}
	}
	return match
}
