package store

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// caseRow is a case's stored form with everything that it is found by.
func caseRow(c *mediation.Case) (Row, error) {
	body, err := encode(c)
	if err != nil {
		return Row{}, err
	}
	sum := c.Summarise()
	head, err := encode(sum)
	if err != nil {
		return Row{}, err
	}
	return Row{ID: c.ID, Sort: c.Opened.UnixMilli(), Tags: append(caseTags(c), countedTags(sum.Counted)...), Head: head, Body: body, Keys: map[string]any{
		"state": string(c.State), "category": c.Category, "severity": int64(c.Severity), "area": areaKey(c.Area), "cell": string(c.Cell),
		"channel": c.Channel, "unit": c.Unit, "series": c.Number.Series, "due": millis(c.NextDue), "overdue": millis(c.OverdueFrom()), "hand": flag(c.NeedsHand),
		"moved": moved(c)}}, nil
}

// areaKey ends with a dot, so that "inside an area" is one range of bytes: from "33.01." up to "33.01/", "/" being the byte
// after ".".
func areaKey(a grid.Code) string { return string(a) + "." }

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// moved is the time of the case's newest event, which is never spilled.
func moved(c *mediation.Case) int64 {
	if len(c.Events) == 0 {
		return 0
	}
	return millis(c.Events[len(c.Events)-1].At)
}

// caseTags are what lists of cases are read by: open and ended cases apart ("o:", "d:"), each under the root, its
// leading areas and its cell, with the facets that lists there are narrowed by; the reporter, the mediators, the unit, the
// officials who acted on it, the parties and their links; cell with category for what a report may join.
func caseTags(c *mediation.Case) []string {
	stream := streamTag(c.State.Over())
	tags := make([]string, 0, 16)
	tags = append(tags, stream)
	for _, a := range c.Area.Ancestors() {
		if a == leadingArea(a) {
			tags = append(tags, stream+string(a))
		}
	}
	add := func(tag string) {
		for _, t := range tags {
			if t == tag {
				return
			}
		}
		tags = append(tags, tag)
	}
	if c.Cell != "" {
		add(cellTag(stream, c.Cell)) // apart from the areas: a case that was transferred has its cell elsewhere
	}
	places := len(tags)
	for _, facet := range caseFacets(c) {
		for _, place := range tags[:places] {
			add(facet + place)
		}
	}
	for _, r := range slices.Concat(c.Helpers(), c.Heirs(), c.Reporters) {
		add(reporterTag(r)) // all find it among their own
	}
	for _, s := range c.Panel.Seats {
		if s.Mediator != "" {
			add("m:" + s.Mediator)
		}
	}
	if c.Unit != "" {
		add("u:" + c.Unit)
		add(hadTag(c.Unit)) // an earlier release kept no list of them
	}
	for _, unit := range c.Had {
		add(hadTag(unit))
	}
	for _, from := range c.Lain {
		for _, a := range from.Ancestors() {
			if d := a.Depth(); d >= widestTag && d <= narrowestTag && !a.Contains(c.Area) {
				add(lainTag(a)) // what lies inside it is found by its streams
			}
		}
	}
	for i := range c.Sent {
		switch s := &c.Sent[i]; {
		case s.User != "":
			add(sentTag(s.User))
		case s.Unit != "":
			add("u:" + s.Unit)
		}
	}
	for _, id := range c.Course.Officials {
		add(officialTag(id))
	}
	if c.Charge != nil {
		add(ownerTag(c.Charge.Leader))
	}
	if j := c.Joint; j != nil {
		for _, unit := range j.Assisting {
			add("u:" + unit)
		}
		for i := range j.Tasks {
			if t := &j.Tasks[i]; t.Owner != "" && t.Open() && !c.State.Over() {
				add(ownerTag(t.Owner))
			}
		}
	}
	for i := range c.Parties {
		if h := c.Parties[i].LinkHash; h != "" {
			add("l:" + h)
		}
		for _, h := range c.Parties[i].Match {
			add(partyTag(h))
		}
	}
	for i := range c.Removed {
		for _, h := range c.Removed[i].Match {
			add(partyTag(h))
		}
	}
	for _, key := range c.KeptFrom() {
		add(keptTag(key))
	}
	if len(c.Unsent) > 0 {
		add(unsentTag)
	}
	if c.Remedies() {
		add(remediesTag)
	}
	if c.ToSign() {
		add(toSignTag)
	}
	if c.State.Over() {
		return tags
	}
	for i := range c.Offers {
		if c.Offers[i].State == mediation.OfferOpen {
			add("m:" + c.Offers[i].Mediator)
		}
	}
	if c.Cell != "" && c.State != mediation.Closed {
		add(alikeTag(c.Cell, c.Category))
	}
	return tags
}

// caseFacets are what narrows a list of an area so much that walking all its cases would take long: the few that need a hand,
// the grave ones, and, of the ended ones, which grow for ever, each category and each state. What is open is bounded by what people can
// work on, and is written oftener: there a list walks past the others.
func caseFacets(c *mediation.Case) []string {
	var facets []string
	if c.NeedsHand {
		facets = append(facets, handFacet)
	}
	if c.State.Over() {
		facets = append(facets, categoryFacet(c.Category), stateFacet(c.State))
	}
	if c.Severity >= graveFrom {
		facets = append(facets, severityFacet(c.Severity))
	}
	return facets
}

// A facet stands before the tag of a place: "hd:33.01.11".
const handFacet = "h"

func categoryFacet(category string) string { return "g=" + category + "|" }

// graveFrom is the severity from which cases are few.
const graveFrom, graveTo = 3, 4

func severityFacet(severity int) string { return "v=" + strconv.Itoa(severity) + "|" }

func stateFacet(s mediation.State) string { return "s=" + string(s) + "|" }

// remediesTag is of an ended case whose petition's course goes on.
const remediesTag = "e:"

// toSignTag is of a case with a consultation that waits for the signatory.
const toSignTag = "z:"

// ownerTag is of somebody who has an open sub-task of the case, or is in charge of it.
func ownerTag(user string) string { return "w:" + user }

// sentTag is of somebody on duty to whom a dispatch rule has sent it.
func sentTag(user string) string { return "n:" + user }

func reporterTag(user string) string { return "r:" + user }

// countedTags are of the sets that figures count it in.
func countedTags(m mediation.Membership) []string {
	var tags []string
	for i, set := range mediation.CountedSets {
		if m.Has(i) {
			tags = append(tags, countedTag(set.Key))
		}
	}
	return tags
}

func countedTag(set mediation.Counted) string { return "q:" + string(set) }

// officialTag is of an account that has acted on it in public office.
func officialTag(user string) string { return "b:" + user }

// lainTag is of an area that it has lain with and does not lie in any more.
func lainTag(a grid.Code) string { return "y:" + string(a) }

// hadTag is of a unit that it lies with or has lain with.
func hadTag(unit string) string { return "n:" + unit }

// partyTag is of a party's phone or ID number, hashed.
func partyTag(hash string) string { return "p:" + hash }

func alikeTag(cell grid.Code, category string) string { return "k:" + string(cell) + "|" + category }

// Areas of these depths lead lists by tags of their own; in China they are county, township and village. Each tag is a row
// to write with every case, so wider and narrower areas are read through the nearest tag above, row by row: a grid within
// its village, a province through the root.
const widestTag, narrowestTag = 3, 5

// leadingArea is the area whose tag leads the list of an area.
func leadingArea(a grid.Code) grid.Code {
	if a.Depth() < widestTag {
		return ""
	}
	return a.Prefix(narrowestTag)
}

func cellTag(stream string, cell grid.Code) string { return "c" + stream + string(cell) }

func streamTag(over bool) string {
	if over {
		return "d:"
	}
	return "o:"
}
