package mediation

import (
	"testing"

	"fengqiao/mediation/policy"
)

func TestWhoMayRegisterByWhichChannel(t *testing.T) {
	restricted := &policy.Policy{Intake: policy.Intake{Channels: []policy.Channel{
		{Key: "app"}, {Key: "petition", By: []string{"county_staff"}}, {Key: "110", By: []string{"county_staff", "desk"}},
	}}}
	free := &policy.Policy{Intake: policy.Intake{Channels: []policy.Channel{{Key: "app"}, {Key: "petition"}}}}
	for name, x := range map[string]struct {
		pol  *policy.Policy
		role Role
		in   ReportInput
		want bool
	}{
		"the office that it came through":                {restricted, CountyStaff, ReportInput{Channel: "petition"}, true},
		"a grid worker":                                  {restricted, GridWorker, ReportInput{Channel: "petition"}, false},
		"the township, which is judged by it":            {restricted, TownshipStaff, ReportInput{Channel: "petition"}, false},
		"by one that is everybody's":                     {restricted, GridWorker, ReportInput{Channel: "app"}, true},
		"by one that the policy does not have":           {restricted, GridWorker, ReportInput{Channel: "elsewhere"}, false},
		"in danger, whoever it is":                       {restricted, GridWorker, ReportInput{Channel: "petition", Emergency: true}, true},
		"a suggestion that is a dispute":                 {restricted, TownshipStaff, ReportInput{Channel: "petition", Suggestion: "s"}, true},
		"a desk by a channel that is its":                {restricted, Desk, ReportInput{Channel: "110"}, true},
		"a desk by the office's":                         {restricted, Desk, ReportInput{Channel: "petition"}, false},
		"a desk that the policy does not know":           {restricted, Desk, ReportInput{Channel: "12345"}, true},
		"anybody where the policy says nothing of it":    {free, GridWorker, ReportInput{Channel: "petition"}, true},
		"by any word where the policy says nothing, too": {free, GridWorker, ReportInput{Channel: "elsewhere"}, true},
	} {
		if got := x.in.mayRegister(x.role, x.pol); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
