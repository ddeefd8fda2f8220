package mediation

import (
	"fmt"
	"slices"
	"strings"

	"fengqiao/grid"
)

// Part is a part of a case that not everybody who sees the case sees.
type Part string

// The parts.
const (
	PartWords     Part = "words"     // what people said and wrote: reports, notes, reasons, remarks, addresses of reports
	PartParties   Part = "parties"   // who the parties are: names, addresses, employers, kin; phone and ID number masked
	PartContact   Part = "contact"   // phone and ID number in full, when asked for
	PartSpot      Part = "spot"      // the exact point
	PartTerms     Part = "terms"     // what was agreed
	PartPhotos    Part = "photos"    // pictures and their thumbnails, voice recordings
	PartReporters Part = "reporters" // who reported it
	PartMeetings  Part = "meetings"  // that there were sessions and visits, when, and by whom; who signed
	PartOffers    Part = "offers"    // who was asked, with score and reasons, and what they answered
)

// PartInfo is one row of the table of parts.
type PartInfo struct {
	Part   Part
	Zh, En string
	Grants []Grant
}

var (
	handling = join(panelStaff, each(OwnUnit, UnitStaff)) // the police cannot drive to the middle of a cell
	helping  = join(handling, assisting, dispatched)      // what it takes to do a part of the work
	incharge = each(InCharge, Leader)                     // who answers for a case reads it
	watching = each(InArea, Supervisor, Leader)
)

// Parts is the one table of who sees what inside a case that they may see at all (Permits, CaseRead); docs/states.md is
// generated from it. What is no part everybody sees who sees the case: number, state, category, cell, clocks, the panel by
// name. Everybody sees what is their own besides: reporters their words, spot and photos, mediators what they were asked,
// parties what they said themselves and what they agreed to.
var Parts = []PartInfo{
	{PartWords, "文字：上报、备注、理由、地址", "words: reports, notes, reasons, addresses", join(helping, incharge)},
	{PartParties, "当事人：姓名、地址、单位、亲属，号码打码", "parties: names, addresses, employers, kin; numbers masked", join(helping, incharge)},
	{PartContact, "完整电话和证件号（须逐次点开，留痕）", "phone and ID number in full, asked for each time and noted", handling},
	{PartSpot, "确切位置", "the exact point", join(helping, incharge)},
	{PartTerms, "协议事实与内容", "facts and terms of the agreement", join(handling, incharge)},
	{PartPhotos, "照片、录音", "photos and recordings", join(helping, incharge)},
	{PartReporters, "上报人", "who reported it", join(helping, watching)},
	{PartMeetings, "调解、回访、签署的时间和经办人", "sessions, visits and signatures: when and by whom", join(helping, watching)},
	{PartOffers, "派单：对象、得分、理由、答复", "offers: to whom, score, reasons, answers", join(panelStaff, watching)},
}

// PartsFor are the parts of a case that an actor sees.
type PartsFor map[Part]bool

// Sees tells what the actor sees of a case.
func Sees(actor Actor, c *Case) PartsFor {
	seen := PartsFor{}
	kept := c.keepsFrom(actor)
	for _, row := range Parts {
		seen[row.Part] = !kept && slices.ContainsFunc(row.Grants, func(g Grant) bool { return g.Role == actor.Role && g.Scope.holds(actor, c) })
	}
	return seen
}

// SeesOfReport tells whether the actor sees a part of a report, by where it lies: its reporter sees what is theirs.
func SeesOfReport(actor Actor, part Part, rep *Report) bool {
	if rep.Reporter == actor.ID {
		return true
	}
	lies := func(g Grant) bool {
		return !rep.keepsFrom(actor) && g.Role == actor.Role && g.Scope == InArea && actor.Area.Contains(rep.Place())
	}
	for _, row := range Parts {
		if row.Part == part {
			return slices.ContainsFunc(row.Grants, lies)
		}
	}
	return false
}

// Place is where the report lies for those who see by area: its cell or, while it has none, its reporter's area; an accusation
// lies with the unit that it was raised to.
func (r *Report) Place() grid.Code {
	switch {
	case r.Raised != "":
		return r.Raised
	case r.Cell != "":
		return r.Cell
	}
	return r.Home
}

// partsTable is the table for people, in markdown.
func partsTable(b *strings.Builder) {
	b.WriteString("\n## 案内可见范围 · Who sees what inside a case\n\n" +
		"看得见案件的人（`case.read`）都看得见案号、状态、类别、微网格、时限和调解员姓名；下列各项只给所列的人。各人另看得见自己的：上报人看自己的文字、位置和照片，\n" +
		"调解员看派给自己的单，当事人看自己说的话和自己的协议。Whoever sees the case sees its number, state, category, cell, clocks and panel; the parts\n" +
		"below are for those named, and everybody sees what is their own.\n\n| 部分 · part | 谁 · who |\n|---|---|\n")
	for _, row := range Parts {
		fmt.Fprintf(b, "| %s `%s` %s | %s |\n", row.Zh, row.Part, row.En, grantList(row.Grants))
	}
}
