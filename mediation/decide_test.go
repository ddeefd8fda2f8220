package mediation

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/grid"
)

func TestSituations(t *testing.T) {
	for name, tell := range map[string]func(t *testing.T){
		"slight trouble between neighbours needs no person to accept it": func(t *testing.T) {
			begin(t, nil).is(Screened)
		},
		"graver trouble waits for a person": func(t *testing.T) {
			begin(t, func(r *Report) { r.Severity = 3 }).is(Reported).tells("case_opened to township_staff").do(staff, Accept{}).is(Screened)
		},
		"what mediation may not take is not accepted, whoever wants it": func(t *testing.T) {
			begin(t, func(r *Report) { r.Category = "expropriation" }).is(Reported).refuses(staff, Accept{}, "case.not_mediable").
				do(staff, Refuse{Route: "reconsideration", Reason: "administrative"}).is(NotAccepted).
				tells("case_progress to u-walker")
		},
		"a refusal names a legal route that the county knows": func(t *testing.T) {
			begin(t, nil).refuses(staff, Refuse{Reason: "x"}, "required").refuses(staff, Refuse{Route: "elsewhere", Reason: "x"}, "unknown_value")
		},
		"danger goes to the police at once and to no mediator (PML 25)": func(t *testing.T) {
			s := begin(t, func(r *Report) { r.Emergency = true }).is(Transferred).tells("case_transferred to 富阳区公安分局")
			if len(s.c.Panel.Seats) > 0 || len(s.c.Offers) > 0 || slices.ContainsFunc(s.c.Chores, func(c Chore) bool { return c.Kind == ChoreMatch }) {
				t.Fatal("a mediator is sought")
			}
			s.do(staff, TakeBack{}).is(Reported).refuses(staff, Accept{}, "need.not_emergency")
			s.do(staff, Reclassify{Category: "neighbour", Severity: 2, NotEmergency: true}).do(staff, Accept{}).is(Screened)
		},
		"a party who refuses ends mediation and is told of other routes (PML 17, 26)": func(t *testing.T) {
			s := begin(t, nil).talked().do(opponent, RefuseMediation{Reason: "no_trust"}).is(Failed)
			if s.c.Outcome == nil || !slices.Contains(s.c.Outcome.Routes, "court") {
				t.Fatalf("told of %+v", s.c.Outcome)
			}
			s.tells("party_refused to township_staff").tells("party_refused to u-elder")
		},
		"labour trouble that fails is sent to arbitration first": func(t *testing.T) {
			s := begin(t, func(r *Report) { r.Category = "labour" }).do(staff, Accept{}).do(applicant, RefuseMediation{})
			if !slices.Equal(s.c.Outcome.Routes, []string{"labour_arbitration", "court"}) {
				t.Fatalf("routes %q", s.c.Outcome.Routes)
			}
		},
		"a party may refuse while the case is suspended, and no clock stays stopped": func(t *testing.T) {
			s := begin(t, nil).talked().do(staff, Suspend{Reason: "court"}).do(applicant, RefuseMediation{}).is(Failed)
			if !s.c.WholeClock.Paused.IsZero() || s.c.Held != "" {
				t.Fatalf("the clock %+v, held %q", s.c.WholeClock, s.c.Held)
			}
		},
		"only who refused can take the refusal back": func(t *testing.T) {
			s := begin(t, nil).do(applicant, RefuseMediation{}).do(staff, Exit{Route: "court", Reason: "refused"}).is(Exited)
			s.do(staff, Reopen{Reason: "again"}).refuses(staff, Accept{}, "need.not_refused")
			s.do(staff, Refuse{Route: "court", Reason: "refused"}).do(applicant, Reopen{Reason: "changed_mind"}).do(staff, Accept{})
		},
		"a neighbour joins only when every party has consented (PML 20)": func(t *testing.T) {
			s := begin(t, nil).offer(0, "elder").do(elder, Take{}).do(staff, Assign{Mediator: "other", Seat: 1})
			s.refuses(elder, RecordSession{}, "need.consent").do(applicant, ConsentOutsiders{Given: true})
			s.refuses(elder, RecordSession{}, "need.consent").do(opponent, ConsentOutsiders{Given: false})
			s.refuses(elder, RecordSession{}, "need.consent").do(opponent, ConsentOutsiders{Given: true})
			s.do(elder, RecordSession{}).is(Mediating)
		},
		"an oral agreement takes effect at once (PML 28, 30)": func(t *testing.T) {
			s := begin(t, nil).talked().do(elder, Agree{Oral: true, Terms: "apology"}).is(Effective)
			if s.c.Agreement.Effective != s.at || s.c.Performed != s.at {
				t.Fatalf("in effect %s, performed %s", s.c.Agreement.Effective, s.c.Performed)
			}
		},
		"a written one takes effect when all parties, the mediator and the committee have signed (PML 29)": func(t *testing.T) {
			s := begin(t, nil).talked().do(elder, Agree{Terms: "repair", PerformBy: matchNow.AddDate(0, 1, 0)}).is(Agreed)
			s.do(applicant, Sign{Manner: "click"}).is(Agreed).refuses(applicant, Sign{}, "need.awaits_signature")
			s.do(elder, Sign{Role: SignsAsMediator}).is(Agreed).do(staff, Sign{Role: SignsAsCommittee, Manner: "seal"}).is(Agreed)
			s.do(staff, Sign{Role: SignsAsParty, Party: "p2", Manner: "fingerprint"}).is(Effective)
			s.refuses(elder, Close{}, "need.performed").do(elder, Perform{}).do(elder, Close{}).is(Closed)
		},
		"nobody signs for whom they are not": func(t *testing.T) {
			s := begin(t, nil).talked().do(elder, Agree{Terms: "repair"})
			s.refuses(staff, Sign{Role: SignsAsMediator}, "sign.role").refuses(elder, Sign{Role: SignsAsCommittee}, "sign.role")
			s.refuses(staff, Sign{Role: SignsAsParty, Party: "p9"}, "need.awaits_signature")
		},
		"a party who will not sign voids the agreement": func(t *testing.T) {
			s := begin(t, nil).talked().do(elder, Agree{Terms: "repair"}).do(applicant, Sign{}).do(opponent, Sign{Refused: true}).is(Mediating)
			if s.c.Agreement != nil {
				t.Fatal("the agreement still stands")
			}
		},
		"closing is not settling: the return visit decides": func(t *testing.T) {
			begin(t, nil).closed().do(walker, RecordFollowUp{Kept: true, Resolved: true}).is(Settled)
			begin(t, nil).closed().do(walker, RecordFollowUp{Kept: false, Resolved: true}).is(Unsettled)
			begin(t, nil).closed().do(walker, RecordFollowUp{Kept: true, Resolved: false}).is(Unsettled).tells("case_needs_hand to township_staff")
		},
		"a party's no makes it unsettled, even afterwards": func(t *testing.T) {
			begin(t, nil).closed().do(opponent, Rate{Satisfied: false}).is(Closed).do(walker, RecordFollowUp{Kept: true, Resolved: true}).is(Unsettled).
				do(opponent, Rate{Satisfied: true}).is(Settled).do(applicant, Rate{Satisfied: false, Stars: 1}).is(Unsettled)
		},
		"a county that wants the party's word does not settle without": func(t *testing.T) {
			s := begin(t, nil)
			pol := *s.r.Policy
			pol.Closing.SettleWithoutWord = false
			s.r.Policy = &pol
			s.closed().do(walker, RecordFollowUp{Kept: true, Resolved: true}).is(Closed).do(applicant, Rate{Satisfied: true}).is(Settled)
		},
		"stars are counted from one to five": func(t *testing.T) {
			begin(t, nil).closed().refuses(applicant, Rate{Stars: 6}, "out_of_range").refuses(applicant, Rate{Stars: -1}, "out_of_range")
		},
		"reopening counts as a repeat and keeps the whole clock": func(t *testing.T) {
			s := begin(t, nil).closed()
			whole := s.c.WholeClock
			s.do(walker, RecordFollowUp{Kept: true, Resolved: true}).is(Settled)
			s.at = s.at.AddDate(0, 0, 20)
			s.do(applicant, Reopen{Reason: "again"}).is(Reported)
			if s.c.Repeats != 1 || !reflect.DeepEqual(s.c.WholeClock, whole) || s.c.StateClock.Since != s.at {
				t.Fatalf("repeats %d, whole clock %+v → %+v, state clock %+v", s.c.Repeats, whole, s.c.WholeClock, s.c.StateClock)
			}
			if s.c.Agreement != nil || len(s.c.Panel.Seats) > 0 || len(s.c.Offers) > 0 || !s.c.Closed.IsZero() {
				t.Fatal("something of the first turn is left")
			}
		},
		"a suspended case pauses the whole clock, and resumes where it was": func(t *testing.T) {
			s := begin(t, nil).talked()
			due := s.c.WholeClock.Due
			s.do(elder, Suspend{Reason: "court"}).is(Suspended)
			s.at = s.at.AddDate(0, 1, 0)
			if Tick(s.c, s.at, s.r) {
				t.Fatal("a suspended case has something to say")
			}
			s.at = s.at.AddDate(0, 1, 10)
			if !Tick(s.c, s.at, s.r) {
				t.Fatal("nobody asks after a case that has been suspended for more than two months")
			}
			s.tells("clock_reminder to township_staff")
			s.do(staff, Resume{}).is(Mediating)
			if !s.c.WholeClock.Due.After(due.AddDate(0, 1, 20)) || !s.c.WholeClock.Paused.IsZero() {
				t.Fatalf("due %s became %s", due, s.c.WholeClock.Due)
			}
		},
		"a case suspended while mediators were asked asks again when it resumes": func(t *testing.T) {
			s := begin(t, nil).offer(0, "elder").do(staff, Suspend{Reason: "court"})
			if s.c.hasOpenOffer() {
				t.Fatal("somebody is still asked")
			}
			s.tells("offer_withdrawn to u-elder").do(staff, Resume{}).is(Screened)
			s.wantsMatch(t, true)
		},
		"the first acceptance takes the seat and the others learn of it": func(t *testing.T) {
			s := begin(t, nil).offer(0, "elder", "other").do(elder, Take{}).is(Accepted).tells("offer_filled to u-other").tells("case_accepted to u-walker")
			s.refuses(other, Take{}, "forbidden")
		},
		"a seat is taken although the other seats' offers are exhausted": func(t *testing.T) {
			s := begin(t, func(r *Report) { r.Category = "medical" }).do(staff, Accept{})
			s.offer(0, "elder").offer(1, "other").do(other, Decline{Reason: "busy"}).is(Offered).do(elder, Take{}).is(Screened)
			s.wantsMatch(t, true)
		},
		"an offer cannot be taken after its deadline": func(t *testing.T) {
			s := begin(t, nil).offer(0, "elder")
			s.at = s.at.Add(2 * time.Hour)
			s.refuses(elder, Take{}, "need.open_offer")
		},
		"who leaves a case is not asked again by itself": func(t *testing.T) {
			s := begin(t, nil).talked().do(elder, StepBack{Reason: "ill"}).is(Screened)
			m := sunDe()
			m.ID, m.User = "elder", "u-elder"
			got := Match(s.c, 0, []Mediator{m}, Ground{Rules: s.r, Tier: s.r.Policy.Tiers[0], At: &matchSpot, Now: s.at})
			if !slices.Equal(codes(got[0].Excluded), []string{matchSteppedBack}) {
				t.Fatalf("excluded for %q", codes(got[0].Excluded))
			}
			s.wantsMatch(t, true)
		},
		"a party may want another mediator": func(t *testing.T) {
			s := begin(t, nil).talked().refuses(applicant, RefuseMediator{Mediator: "nobody"}, "unknown_value")
			s.do(applicant, RefuseMediator{Mediator: "elder", Reason: "partial"}).is(Screened).tells("offer_withdrawn to u-elder")
			if s.c.Panel.Seated("elder") || !has(s.c.Parties[0].RefusedMediators, "elder") {
				t.Fatal("the elder sits on")
			}
		},
		"nobody is asked to mediate what has been agreed": func(t *testing.T) {
			s := begin(t, func(r *Report) { r.Category = "medical" }).do(staff, Accept{}).offer(0, "elder").do(elder, Take{}).offer(1, "other").do(other, Take{})
			s.do(elder, RecordSession{}).do(other, StepBack{Reason: "ill"}).is(Mediating).offer(1, "third").do(elder, Agree{Terms: "repair"})
			if s.c.hasOpenOffer() {
				t.Fatal("the third is still asked")
			}
			s.wantsMatch(t, false)
			s.do(elder, Unagree{Reason: "changed"}).is(Mediating).wantsMatch(t, true)
		},
		"conflicts of interest are final, whoever assigns": func(t *testing.T) {
			s := begin(t, nil)
			o := s.order(staff, Assign{Mediator: "elder", Force: true})
			for code, allowed := range map[string]bool{matchKin: false, matchRefused: false, matchFull: true, matchFar: true} {
				o.Mediator.Excluded = []Reason{{Code: code}}
				c := copyCase(s.c)
				if err := Decide(&c, o, s.r); (err == nil) != allowed {
					t.Errorf("%s: %v", code, err)
				}
			}
		},
		"a return to the ladder's next rung asks there": func(t *testing.T) {
			s := begin(t, nil).offer(0, "elder").do(staff, Escalate{}).is(Screened).do(staff, Escalate{}).refuses(staff, Escalate{}, "need.higher_tier")
			if s.c.Tier != 2 || s.c.Wave != 0 || s.c.hasOpenOffer() {
				t.Fatalf("tier %d, wave %d", s.c.Tier, s.c.Wave)
			}
		},
		"a transfer names its reason and tells the unit": func(t *testing.T) {
			s := begin(t, nil).refuses(staff, Transfer{}, "required").refuses(staff, Transfer{Unit: "住建局"}, "required")
			s.seated().do(staff, Transfer{Unit: "住建局", Reason: "authority"}).is(Transferred).tells("case_transferred to 住建局")
			s.do(Actor{ID: "u", Role: UnitStaff, Unit: "住建局", Area: "33.01.11"}, TakeBack{}).is(Reported)
		},
		"a case is not joined to itself": func(t *testing.T) {
			begin(t, nil).refuses(staff, Join{Into: "c1"}, "unknown_value").do(staff, Join{Into: "c2"}).is(Joined).do(staff, Split{}).is(Screened)
		},
		"the report that the case is about stays, the others can be taken out": func(t *testing.T) {
			s := begin(t, nil).refuses(staff, Detach{Report: "r1"}, "need.several_reports")
			Adopt(s.c, &Report{ID: "r2", Reporter: "w2"}, nil, "shared_party", SystemActor, s.at, s.r)
			Adopt(s.c, &Report{ID: "r3", Reporter: walker.ID}, nil, "same_reporter", SystemActor, s.at, s.r)
			s.refuses(staff, Detach{Report: "r9"}, "unknown_value").refuses(staff, Detach{Report: "r1"}, "case.first_report")
			s.do(staff, Detach{Report: "r2"}).tells("case_progress to w2").do(staff, Detach{Report: "r3"})
			if !slices.Equal(s.c.Reports, []string{"r1"}) || !slices.Equal(s.c.Reporters, []string{walker.ID}) {
				t.Fatalf("reports %q by %q", s.c.Reports, s.c.Reporters)
			}
			// Whose report was taken out has nothing to do with the case any more.
			s.refuses(Actor{ID: "w2", Role: GridWorker, Area: walker.Area}, SupplementCase{Text: "x"}, "forbidden")
		},
		"a report joins, and its sender cannot withdraw everybody's case": func(t *testing.T) {
			second := Actor{ID: "w2", Role: GridWorker, Area: walker.Area}
			s := begin(t, nil)
			Adopt(s.c, &Report{ID: "r2", Reporter: "w2"}, nil, "shared_party", SystemActor, s.at, s.r)
			s.refuses(second, WithdrawCase{Reason: "mistake"}, "need.only_reporter").refuses(walker, WithdrawCase{Reason: "mistake"}, "need.only_reporter")
			s.do(staff, WithdrawCase{Reason: "mistake"}).is(Withdrawn).tells("case_progress to w2").tells("case_progress to " + walker.ID)
		},
		"reports are withdrawn one after another, and with the last the case": func(t *testing.T) {
			second := Actor{ID: "w2", Role: GridWorker, Area: walker.Area}
			s := begin(t, nil)
			Adopt(s.c, &Report{ID: "r2", Reporter: "w2"}, nil, "shared_party", SystemActor, s.at, s.r)
			recall := func(by Actor, report string) {
				t.Helper()
				s.at = s.at.Add(time.Minute)
				if err := Recall(s.c, report, s.order(by, WithdrawCase{Reason: "mistake"}), s.r); err != nil {
					t.Fatal(err)
				}
			}
			recall(walker, "r1")
			s.is(Screened).tells("case_progress to township_staff")
			n := len(s.c.Events)
			recall(walker, "r1") // sent again
			if len(s.c.Events) != n {
				t.Fatal("noted twice")
			}
			recall(second, "r2")
			s.is(Withdrawn)
		},
		"what is no matter for mediation is not mediated by another name": func(t *testing.T) {
			s := begin(t, nil).offer(0, "elder").do(staff, Reclassify{Category: "expropriation", Severity: 2}).is(Reported)
			s.tells("offer_withdrawn to u-elder").tells("case_opened to township_staff").wantsMatch(t, false)
			s.refuses(staff, Accept{}, "case.not_mediable")
			s = begin(t, nil).talked().do(staff, Reclassify{Category: "expropriation", Severity: 2}).is(Reported).tells("offer_withdrawn to u-elder")
			if s.c.Panel.Seated("elder") {
				t.Fatal("the panel goes on")
			}
		},
		"an agreement that is not kept": func(t *testing.T) {
			s := begin(t, nil).talked().do(elder, Agree{Oral: true, Terms: "repair", PerformBy: matchNow.AddDate(0, 6, 0)}).is(Effective)
			if due := s.c.StateClock.Due; !due.Equal(matchNow.AddDate(0, 6, 0)) {
				t.Fatalf("performance is due in six months, the clock ends %s", due)
			}
			s.do(elder, Default{Remark: "nothing repaired"}).is(Unsettled).tells("case_needs_hand to township_staff")
			if !has(s.c.Outcome.Routes, "court") || s.c.Agreement == nil {
				t.Fatalf("the parties are told of %q", s.c.Outcome.Routes)
			}
			s.do(staff, Reopen{Reason: "default"}).is(Reported)
			begin(t, nil).talked().do(elder, Agree{Oral: true, Terms: "apology"}).refuses(elder, Default{}, "need.not_performed").refuses(elder, Perform{}, "need.not_performed")
		},
		"somebody who joins after the agreement does not hold it up": func(t *testing.T) {
			s := begin(t, nil).talked().do(elder, Agree{Terms: "repair", PerformBy: matchNow.AddDate(0, 1, 0)})
			s.do(staff, AddParty{Party: PartyInput{Kind: Person, Side: Respondent}})
			s.do(elder, Sign{Role: SignsAsMediator}).do(applicant, Sign{}).do(opponent, Sign{}).do(staff, Sign{Role: SignsAsCommittee}).is(Effective)
			s.do(elder, Perform{}).do(elder, Close{}).is(Closed)
		},
		"consent taken back holds the agreement up": func(t *testing.T) {
			s := begin(t, nil).seated().do(applicant, ConsentOutsiders{Given: true}).do(opponent, ConsentOutsiders{Given: true})
			s.do(staff, Assign{Mediator: "other", Seat: 1}).do(elder, RecordSession{}).do(opponent, ConsentOutsiders{})
			s.tells("party_refused to u-elder").tells("party_refused to township_staff").refuses(elder, Agree{Terms: "x"}, "need.consent")
		},
		"a party without a phone says it to the mediator": func(t *testing.T) {
			s := begin(t, nil).seated().refuses(elder, ConsentOutsiders{Given: true}, "required")
			s.refuses(elder, ConsentOutsiders{Behalf: Behalf{Party: "p9"}, Given: true}, "unknown_value")
			s.do(elder, ConsentOutsiders{Behalf: Behalf{Party: "p1", Manner: "spoken"}, Given: true})
			if e := s.c.Events[len(s.c.Events)-1]; e.Data["party"] != "p1" || e.Data["manner"] != "spoken" || e.Actor != elder.ID || s.c.Party("p1").Outsiders == nil {
				t.Fatalf("%+v", e)
			}
			// A party speaks for themselves alone, whatever they write.
			s.do(opponent, RefuseMediation{Behalf: Behalf{Party: "p1"}}).is(Failed)
			if !s.c.Party("p1").RefusedMediation.IsZero() || s.c.Party("p2").RefusedMediation.IsZero() {
				t.Fatal("one party refused for another")
			}
			s.do(staff, Reopen{Behalf: Behalf{Party: "p2", Manner: "spoken"}, Reason: "changed_mind"}).is(Reported).do(staff, Accept{}).is(Screened)
		},
		"a mediator who took the first seat can still step back": func(t *testing.T) {
			s := begin(t, func(r *Report) { r.Category = "medical" }).do(staff, Accept{}).offer(0, "elder", "other").do(elder, Take{}).is(Screened)
			s.do(elder, StepBack{Reason: "ill"}).is(Screened).wantsMatch(t, true)
			s = begin(t, nil).seated().do(staff, Suspend{Reason: "court"}).do(elder, StepBack{Reason: "ill"}).is(Suspended)
			s.do(staff, Resume{}).is(Screened).wantsMatch(t, true)
		},
		"a seat whose offers were all declined is asked for again at once": func(t *testing.T) {
			s := begin(t, func(r *Report) { r.Category = "medical" }).do(staff, Accept{}).offer(0, "elder")
			w := Wave{Revision: s.c.Revision, Offers: []Offer{{ID: "of-x", Mediator: "other", User: "u-other", Seat: 1, State: OfferOpen, Deadline: s.at.Add(8 * time.Hour)}}}
			if err := Send(s.c, w, s.at, s.r); err != nil {
				t.Fatal(err)
			}
			s.do(elder, Decline{Reason: "busy"}).is(Offered).wantsMatch(t, true)
		},
		"a week in court does not give a month": func(t *testing.T) {
			s := begin(t, nil).talked()
			due := s.c.StateClock.Due
			s.at = s.at.AddDate(0, 0, 20)
			s.do(staff, Suspend{Reason: "court"})
			s.at = s.at.AddDate(0, 0, 7)
			s.do(staff, Resume{}).is(Mediating)
			if got := s.c.StateClock.Due; !got.Equal(due.AddDate(0, 0, 7)) {
				t.Fatalf("the month of mediation ended %s, ends %s now", due, got)
			}
		},
		"the unit that a case was passed to finishes it": func(t *testing.T) {
			unit := Actor{ID: "u", Role: UnitStaff, Unit: "住建局", Area: "33.01.11"}
			s := begin(t, nil).do(staff, Transfer{Unit: "住建局", Reason: "authority"}).do(unit, Finish{Remark: "done"}).is(Closed)
			s.tells("case_progress to township_staff").tells("case_progress to "+walker.ID).do(walker, RecordFollowUp{Kept: true, Resolved: true}).is(Settled)
		},
		"a transfer tells the unit of the area it goes to": func(t *testing.T) {
			s := begin(t, nil).do(staff, Transfer{Unit: "住建局", Area: "33.01.11.002", Reason: "authority"})
			for _, n := range s.c.Unsent {
				if n.To.Unit != "" && n.To.Area != "33.01.11.002" {
					t.Fatalf("told %+v", n.To)
				}
			}
			s.tells("case_transferred to 住建局")
		},
		"staff place a case in their own area only": func(t *testing.T) {
			begin(t, nil).refuses(staff, Place{Cell: "33.01.11.002.001.001.01"}, "unknown_value").
				offer(0, "elder").do(staff, Place{Cell: "33.01.11.001.003.001.01"}).tells("offer_withdrawn to u-elder").wantsMatch(t, true)
		},
		"what a party or worker adds is told to whoever works on the case": func(t *testing.T) {
			begin(t, nil).do(walker, SupplementCase{Text: "more"}).tells("case_progress to township_staff").
				seated().do(applicant, SupplementCase{Text: "more"}).tells("case_progress to u-elder")
		},
		"a party entered wrongly is corrected, or taken off": func(t *testing.T) {
			s := begin(t, nil).do(applicant, ConsentOutsiders{Given: true})
			s.do(staff, CorrectParty{Party: "p1", As: PartyInput{Kind: Organisation, Side: Respondent}})
			if p := s.c.Party("p1"); p.Kind != Organisation || p.Side != Respondent || p.Outsiders == nil {
				t.Fatalf("%+v", p)
			}
			s.refuses(staff, CorrectParty{Party: "p9"}, "unknown_value").refuses(staff, RemoveParty{Party: "p2"}, "required")
			s.do(staff, RemoveParty{Party: "p2", Reason: "mistake"}).refuses(elder, RemoveParty{Party: "p1", Reason: "mistake"}, "forbidden")
			if s.c.Party("p2") != nil {
				t.Fatal("still there")
			}
		},
		"an unknown category changes nothing": func(t *testing.T) {
			begin(t, nil).refuses(staff, Reclassify{Category: "none", Severity: 2}, "unknown_value").refuses(staff, Reclassify{Category: "labour", Severity: 9}, "out_of_range")
		},
		"a matter that turns grave gets the panel that fits": func(t *testing.T) {
			s := begin(t, nil).offer(0, "elder").do(staff, Reclassify{Category: "neighbour", Severity: 4}).is(Screened)
			if len(s.c.Panel.Seats) != 3 || len(s.c.Offers) > 0 {
				t.Fatalf("%d seats, %d offers", len(s.c.Panel.Seats), len(s.c.Offers))
			}
		},
		"somebody else's township does not act": func(t *testing.T) {
			begin(t, nil).refuses(Actor{ID: "x", Role: TownshipStaff, Area: "33.01.11.002"}, Note{Text: "x"}, "forbidden").
				refuses(Actor{ID: "x", Role: TownshipStaff, Area: grid.Code("33.01.11.00")}, Note{Text: "x"}, "forbidden")
		},
		"who acted on an older revision is told so": func(t *testing.T) {
			s := begin(t, nil)
			o := s.order(staff, Note{Text: "x"})
			s.do(staff, Note{Text: "y"})
			if err := Decide(s.c, o, s.r); err != ErrStale {
				t.Fatalf("%v", err)
			}
		},
		"a mediator who has no agreement to sign sees no such action": func(t *testing.T) {
			s := begin(t, nil).talked().do(elder, Agree{Terms: "repair"}).do(elder, Sign{Role: SignsAsMediator}).do(applicant, Sign{}).do(opponent, Sign{})
			if has(Actions(s.c, elder, s.r, s.at), CmdSign) || !has(Actions(s.c, staff, s.r, s.at), CmdSign) {
				t.Fatal("the committee's seal alone is missing, and the actions say otherwise")
			}
		},
	} {
		t.Run(name, tell)
	}
}

func (s *story) wantsMatch(t *testing.T, want bool) {
	t.Helper()
	if got := slices.ContainsFunc(s.c.Chores, func(c Chore) bool { return c.Kind == ChoreMatch }); got != want {
		t.Fatalf("mediators are sought: %v, want %v", got, want)
	}
}

func TestVisibleToNobodyWithoutAUnit(t *testing.T) {
	if v := VisibleTo(Actor{ID: "u", Role: UnitStaff, Area: "33.01.11"}); !v.None {
		t.Fatalf("unit staff of no unit see %+v", v)
	}
}

func TestEventsNeverCarryWords(t *testing.T) {
	s := begin(t, nil).do(staff, Note{Text: "secret"}).talked()
	for _, e := range s.c.Events {
		for k, v := range e.Data {
			if strings.Contains(v, "secret") {
				t.Errorf("event %d: %s = %s", e.Seq, k, v)
			}
		}
	}
}

// A clock that has run out gains nothing by a pause that begins after it, though no sweep had come by to say so.
func TestAClockThatHasRunOutIsNotExtendedByALaterPause(t *testing.T) {
	s := begin(t, nil).talked()
	due := s.c.StateClock.Due
	s.at = due.Add(2 * time.Hour)
	s.do(staff, Suspend{Reason: "court"})
	s.at = s.at.AddDate(0, 0, 20)
	s.do(staff, Resume{})
	if !s.c.StateClock.Due.Equal(due) || len(s.c.StateClock.Pauses) != 0 {
		t.Errorf("it was due %v and is due %v", due, s.c.StateClock.Due)
	}
}
