package figures

import (
	"fengqiao/mediation/slip"
)

// SlipTally is how many slips are in each set that is counted, by their places in slip.CountedSets.
type SlipTally [16]int

// Add counts a slip.
func (t *SlipTally) Add(x *slip.Summary) {
	for i := range slip.CountedSets {
		if x.Counted.Has(i) {
			t[i]++
		}
	}
}

// slipCount is the name in formulas of every set of slips.
var slipCount = map[slip.Counted]string{slip.CountedIssued: "slips", slip.CountedAckDue: "slipsAckDue", slip.CountedAckInTime: "slipsAckInTime", slip.CountedDue: "slipsReplyDue",
	slip.CountedInTime: "slipsInTime", slip.CountedEscalated: "slipsEscalated", slip.CountedFound: "slipsFound", slip.CountedMended: "slipsMended", slip.CountedJudged: "slipsJudged"}

// SlipTerms are the names that formulas have for papers of supervision (督办文书): the counts of each set, and the shares that are made of them.
var SlipTerms = slipTerms()

func slipTerms() []Term {
	var all []Term
	place := map[slip.Counted]int{}
	for i, set := range slip.CountedSets {
		place[set.Key] = i
		all = append(all, Term{Key: slipCount[set.Key], Unit: Count, Zh: set.Zh, En: set.En, DefZh: set.DefZh, DefEn: set.DefEn, Slips: true, List: slipsAmong(set.Key),
			Value: func(t *Tally) (float64, bool) { return float64(t.Slips[i]), true }})
	}
	for _, r := range []struct {
		key, zh, en  string
		above, below slip.Counted
	}{
		{"slipAckRate", "督办签收率", "acknowledged in time", slip.CountedAckInTime, slip.CountedAckDue},
		{"slipReplyRate", "督办答复率", "answered in time", slip.CountedInTime, slip.CountedDue},
		{"slipEscalationRate", "督办升级率", "escalation rate", slip.CountedEscalated, slip.CountedIssued},
		{"slipMendRate", "整改到位率", "put right", slip.CountedMended, slip.CountedFound},
		{"slipJudgeRate", "问题认定率", "judged", slip.CountedJudged, slip.CountedFound},
	} {
		above, below := slip.CountedSets[place[r.above]], slip.CountedSets[place[r.below]]
		all = append(all, Term{Key: r.key, Unit: Share, Zh: r.zh, En: r.en, DefZh: above.Zh + "÷" + below.Zh, DefEn: above.En + " ÷ " + below.En, Slips: true,
			List: slipsAmong(r.above), Below: slipsAmong(r.below), Value: func(t *Tally) (float64, bool) {
				if n := t.Slips[place[r.below]]; n > 0 {
					return Rounded(float64(t.Slips[place[r.above]]) / float64(n)), true
				}
				return 0, false
			}})
	}
	return all
}

func slipsAmong(set slip.Counted) map[string][]string {
	return map[string][]string{"counted": {string(set)}}
}
