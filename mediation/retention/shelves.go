package retention

import (
	"fengqiao/mediation/council"
	"fengqiao/mediation/docket"
	"fengqiao/mediation/hall"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/policy"
	"fengqiao/mediation/slip"
)

// Shelves lists the rooms that keep something of people outside the cases. Check-ins are not among them: nothing is counted of them, so that
// their own room removes them.
func Shelves(meetings *council.Eraser, slips *slip.Eraser, visits *hall.Eraser, suggestions opinion.Keeping, handovers *handover.Eraser,
	reviews *docket.Eraser) []Shelf {
	return []Shelf{
		{"meeting", "网格议事", "meetings", func(r policy.Retention) int { return r.MeetingDays }, meetings},
		{"slip", "不属于案件的督办文书", "papers of supervision about no case", func(r policy.Retention) int { return r.SlipDays }, slips},
		{"visit", "大厅来访", "visits to a hall", func(r policy.Retention) int { return r.VisitDays }, visits},
		{"campaign", "民意征集（其中的建议）", "collections of opinions, with their suggestions", func(r policy.Retention) int { return r.SuggestionDays }, suggestions},
		{"handover", "工作移交", "hand-overs", func(r policy.Retention) int { return r.HandoverDays }, handovers},
		{"review", "会办纪要", "minutes of review lists", func(r policy.Retention) int { return r.ReviewDays }, reviews},
	}
}

// HoldableOf lists the kinds of records that can be held: those on shelves, and single suggestions of a campaign.
func HoldableOf(shelves []Shelf, suggestions *opinion.Eraser) []Holdable {
	list := make([]Holdable, 0, len(shelves)+1)
	for i := range shelves {
		list = append(list, Holdable{shelves[i].Kind, shelves[i].Records})
	}
	return append(list, Holdable{suggestions.Kind(), suggestions})
}
