package policy

import (
	"slices"
	"strconv"
)

// Petition is the course that the petition regulation (信访工作条例) sets for a matter that comes in by letter, visit or net. The zero
// value: the county's rules know no petitions.
type Petition struct {
	// Channels are those of intake.channels by which a matter comes in as a petition.
	Channels []string
	// What organs owe: to register and pass on; to tell whether it is accepted; to handle; to review and re-review.
	Transfer, Tell, Handle, Review, Rereview Limit
	// How long somebody may act: a unit object to what was passed on to it, the petitioner ask for review and re-review.
	Object, AskReview, AskRereview Limit
	// Explain is how long the home township has to explain a conclusion by law to whoever brings the matter again on the same facts; the
	// regulation sets no limit, and without one in the policy there is none.
	Explain Limit
	// Behalf is what must show that the petitioner said what somebody else records for them, one of the list: remark, photo; none: nothing must.
	Behalf []string
	// Reviewers and Rereviewers are the organs that review and re-review here, the latter one level above the former; none: whatever unit has staff.
	Reviewers, Rereviewers []string
	// ExtendDays is by how many days at most handling may be extended, once.
	ExtendDays int
	// Hearing is for how many days at most one re-review is heard, which its limit leaves out; 0: as many as the regulation gives a re-review, see
	// HeardDays.
	Hearing int
}

// lawful is what the regulation says of one of the limits.
type lawful struct {
	key   string
	of    func(*Petition) *Limit
	span  Span
	least bool // it is somebody's right and may be longer, not shorter; otherwise a duty, which may be shorter, not longer
	basis string
	means Text
}

// regulation is the table of the regulation's limits, which no county's rules may bend against the person.
var regulation = []lawful{
	{"transfer", func(p *Petition) *Limit { return &p.Transfer }, Span{Days: 15}, false, "信访工作条例22", Text{"登记、转送（15日内）", "to register it and pass it on (within 15 days)"}},
	{"object", func(p *Petition) *Limit { return &p.Object }, Span{WorkingDays: 5, Whole: true}, true, "信访工作条例23", Text{"承办单位对转送提出异议（5个工作日）", "for the unit to object to the transfer (5 working days)"}},
	{"tell", func(p *Petition) *Limit { return &p.Tell }, Span{Days: 15}, false, "信访工作条例23", Text{"书面告知是否受理（15日内）", "to tell in writing whether it is accepted (within 15 days)"}},
	{"handle", func(p *Petition) *Limit { return &p.Handle }, Span{Days: 60}, false, "信访工作条例34", Text{"自受理起办结（60日内）", "to handle it, from acceptance (within 60 days)"}},
	{"ask_review", func(p *Petition) *Limit { return &p.AskReview }, Span{Days: 30}, true, "信访工作条例35", Text{"申请复查（30日）", "to ask for review (30 days)"}},
	{"review", func(p *Petition) *Limit { return &p.Review }, Span{Days: 30}, false, "信访工作条例35", Text{"复查（30日内）", "to review (within 30 days)"}},
	{"ask_rereview", func(p *Petition) *Limit { return &p.AskRereview }, Span{Days: 30}, true, "信访工作条例36", Text{"申请复核（30日）", "to ask for re-review (30 days)"}},
	{"rereview", func(p *Petition) *Limit { return &p.Rereview }, Span{Days: 30}, false, "信访工作条例36", Text{"复核（30日内，听证时间不计）", "to re-review (within 30 days, the time of a hearing left out)"}},
}

// mostHeard is for how many days at most hearings leave a re-review's limit standing. The regulation says how long they take is left out (36) and not how
// long they may take: what is left out of a limit is never longer than the limit itself.
const mostHeard = 30

// HeardDays is for how many days at most one re-review is heard.
func (p *Petition) HeardDays() int {
	if p.Hearing > 0 {
		return p.Hearing
	}
	return mostHeard
}

// mostExtended is by how many days the regulation lets handling be extended (34).
const mostExtended = 30

var petitionKeys = func() []key[Petition] {
	keys := []key[Petition]{
		list("channels", required, kindWords, Text{"作为信访登记的来源渠道（来信、来访、网上）", "channels by which a matter comes in as a petition: letter, visit, net"}, parseWord,
			func(p *Petition) *[]string { return &p.Channels }),
		list("behalf", optional, kindWords, Text{"代录信访人的撤回、评价、申请，须有其中一项：remark 写明怎么说的，photo 照片或录音；不填为不要求", "what must show what is recorded for the petitioner, one of: remark, photo (or recording); without it nothing must"}, parseWord,
			func(p *Petition) *[]string { return &p.Behalf }),
		count("extend_days", optional, 0, mostExtended, Text{"办理最多可延长几日，经批准一次（信访工作条例34；0为不得延长）", "by how many days handling may be extended, once and with approval (regulation 34; 0: not at all)"},
			func(p *Petition) *int { return &p.ExtendDays }),
		list("reviewers", optional, Text{"文字列表", "list of text"}, Text{"有权复查的机关（原办理机关的上一级，信访工作条例35）；不填为本系统内有工作人员的单位", "organs that review, one level above those that handle (regulation 35); without it units with staff here"}, parseText,
			func(p *Petition) *[]string { return &p.Reviewers }),
		list("rereviewers", optional, Text{"文字列表", "list of text"}, Text{"有权复核的机关（复查机关的上一级，信访工作条例36）；不得与reviewers重复", "organs that re-review, one level above those that review (regulation 36); none stands in reviewers, too"}, parseText,
			func(p *Petition) *[]string { return &p.Rereviewers }),
		count("hearing_days", optional, 1, mostHeard, Text{"一次复核的听证合计最多几日，听证时间不计入复核时限（信访工作条例36）；不填为30", "for how many days at most one re-review is heard, all hearings together, which its limit leaves out (regulation 36); without it 30"},
			func(p *Petition) *int { return &p.Hearing }),
	}
	keys = append(keys, object("explain", optional, Text{"依法终结后以同一事实再来的，属地解释的时限；不填为没有", "for the home township to explain a conclusion by law to whoever brings it again on the same facts; without it there is no limit"},
		limitKeys, func(p *Petition) *Limit { return &p.Explain }))
	for _, l := range regulation {
		keys = append(keys, object(l.key, required, Text{l.means.Zh + "，" + l.basis, l.means.En + ": " + l.basis}, limitKeys, l.of))
	}
	return keys
}()

// checkPetition holds the limits to the regulation.
func (c *checker) checkPetition() {
	if _, read := c.at["petition"]; !read {
		return
	}
	channels := make([]string, len(c.Intake.Channels))
	for i, ch := range c.Intake.Channels {
		channels[i] = ch.Key
	}
	if len(c.Petition.Channels) == 0 {
		c.wrong("petition.channels", "至少须有一项", "there must be at least one")
	}
	for i, ch := range c.Petition.Channels {
		c.known(item("petition.channels", i), ch, channels)
	}
	c.knownAll("petition.behalf", c.Petition.Behalf, []string{"remark", "photo"})
	for i, organ := range c.Petition.Rereviewers {
		if slices.Contains(c.Petition.Reviewers, organ) {
			c.wrong(item("petition.rereviewers", i), "复核机关须是复查机关的上一级，不得与reviewers重复", "who re-reviews stands one level above who reviews, and is none of reviewers")
		}
	}
	c.checkLimit("petition.explain", c.Petition.Explain)
	for _, l := range regulation {
		path, limit := "petition."+l.key, *l.of(&c.Petition)
		c.checkLimit(path, limit)
		within := limit.Within
		switch {
		case within.Zero(): // found already
		case within.Clock != 0 || (within.Days > 0) != (l.span.Days > 0):
			c.wrong(path+".within", "须与法规同一单位：%s", "it must be in the regulation's unit: %s", l.span)
		case !l.least && within.rough() > l.span.rough():
			c.wrong(path+".within", "不得长于法规的%s（%s）", "it must not be longer than the %s of the regulation (%s)", l.span, l.basis)
		case l.least && within.rough() < l.span.rough():
			c.wrong(path+".within", "不得短于法规的%s（%s）", "it must not be shorter than the %s of the regulation (%s)", l.span, l.basis)
		}
	}
}

// fillPetition names the norm of each limit where the county's file does not, and has the working days of each counted as the norm does.
func (p *Petition) fillPetition() {
	for _, l := range regulation {
		limit := l.of(p)
		limit.Within.Whole = limit.Within.WorkingDays > 0
		if !limit.Within.Zero() && limit.Basis == "" {
			limit.Basis = l.basis
		}
	}
}

// Takes tells whether a matter that comes in by a channel is a petition.
func (p *Petition) Takes(channel string) bool { return slices.Contains(p.Channels, channel) }

// Extended is the limit for handling with so many days more.
func (p *Petition) Extended(days int) Limit {
	l := p.Handle
	if days > 0 {
		l.Within.Days += days
		l.Basis += "（延长" + strconv.Itoa(days) + "日）"
	}
	return l
}
