package mediation

import "testing"

func TestWhoStandsInForSomebodyDoesTheDailyWorkAlone(t *testing.T) {
	for _, a := range standing {
		if len(Permits[a]) == 0 {
			t.Errorf("%s is permitted to nobody", a)
		}
	}
	guide := Actor{ID: "s", Role: TownshipStaff, Area: "33.01.11.001.001.001", For: "h"}
	here := &Case{Area: "33.01.11.001.001.001.01"}
	for _, a := range []Action{Action(CmdAccept), Action(CmdNote), CaseRead} {
		if !May(guide, a) || !MayCase(guide, a, here) {
			t.Errorf("%s is not theirs", a)
		}
	}
	// What names people, opens doors, looks people up, or binds in person.
	for _, a := range []Action{TeamLead, TeamPart, HandOverPropose, HandOverAnswer, DeviceWrite, CaseSearch, MediatorRead, StudyLead, OpinionLead, SuggestionDecide,
		Action(CmdRenewLink), Action(CmdRemoveParty), Action(CmdEntrust), Action(CmdSign), Action(CmdSignOff), Action(CmdLoop), Action(CmdPetition)} {
		self := guide
		self.For = ""
		if !May(self, a) {
			t.Errorf("%s is not the holder's either", a)
		}
		if May(guide, a) || MayCase(guide, a, here) {
			t.Errorf("%s may be done for somebody", a)
		}
	}
}
