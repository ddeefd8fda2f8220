package policy

import "slices"

// Slips are the papers of supervision: a county's reminders, assignments, orders and warnings are kinds of one thing.
type Slips struct {
	Kinds    []SlipKind
	Triggers []SlipTrigger
}

// SlipKind is one kind of paper.
type SlipKind struct {
	Key  string
	Name Text
	// Basis is the rule it rests on, "" if the policy names none.
	Basis string
	// Issuers are the roles that may issue it and judge the reply. One that the system issued is judged by the first of them.
	Issuers []string
	// To are the forms of addressee that it may go to, from SlipAddressees.
	To []string
	// Reach is whom it may go to besides those who lie in the issuer's area and rank no higher.
	Reach SlipReach
	// Acknowledge and Reply are how long each may take; without a reply the acknowledgement closes it.
	Acknowledge, Reply Limit
	// Proof is how many photos a reply, and the rectification of a finding, must have at least.
	Proof int
	// Returns is how many replies are sent back for another before one that does not suffice leads to Next.Insufficient.
	Returns int
	Next    SlipNext
	// Needs is what accepting the reply needs besides, from SlipNeeds.
	Needs []string
	// Team are the capacities that the supervision team must have (lawyer …) before it makes a visit.
	Team []string
	// Measures are those of accountability (问责); Approvers the roles that judge a finding: tolerated or held to account.
	Measures  []SlipMeasure
	Approvers []string
	// Bodies are the only ones that it may go to, units by their names and posts by their roles; none: any. Of clues they are the discipline bodies.
	Bodies []string
	// Restricted is the one role that sees it besides issuer and addressee; "": whoever sees slips of the area.
	Restricted string
}

// SlipReach are roles that a paper may go to, as posts or persons: of those above the issuer, and of those beside, in another area.
type SlipReach struct{ Above, Beside []string }

// SlipNext is which kind follows by itself; "" for none.
type SlipNext struct{ Unacknowledged, Unanswered, Insufficient string }

// SlipMeasure is a way of holding somebody to account.
type SlipMeasure struct {
	Key  string
	Name Text
}

// SlipTrigger lets the system issue a slip on a case.
type SlipTrigger struct {
	Key  string
	Kind string
	// When is NoProgress or Breach.
	When string
	// Within and Progress, of NoProgress: so long without an event of these kinds.
	Within   Span
	Progress []string
	// PetitionSteps are the steps that count where Progress has petitions; none: those of mediation.ProgressSteps.
	PetitionSteps []string
	// Clock, of Breach: which one, "state" or "whole"; "" for either.
	Clock string
	// Channels and Categories bound it to some cases; none: all.
	Channels, Categories []string
	// Post is the role that is told where the case lies with no unit.
	Post string
	// Text is what the slip says.
	Text string
}

// What a trigger waits for.
const (
	NoProgress = "no_progress"
	Breach     = "breach"
)

// The words of the section.
var (
	SlipAddressees = []string{"unit", "person", "post"}
	SlipNeeds      = []string{"visit", "rectified", "judged"}
	slipWhens      = []string{NoProgress, Breach}
	slipClocks     = []string{"state", "whole"}
)

// Kind returns the kind of that key.
func (s *Slips) Kind(key string) (SlipKind, bool) {
	for _, k := range s.Kinds {
		if k.Key == key {
			return k, true
		}
	}
	return SlipKind{}, false
}

// Covers tells whether the trigger is for cases of that channel and category.
func (t *SlipTrigger) Covers(channel, category string) bool {
	return (len(t.Channels) == 0 || slices.Contains(t.Channels, channel)) && (len(t.Categories) == 0 || slices.Contains(t.Categories, category))
}

var slipKeys = []key[Slips]{
	objects("kinds", required, Text{"督办文书的种类", "the kinds of papers"}, slipKindKeys, SlipKind{}, func(s *Slips) *[]SlipKind { return &s.Kinds }),
	objects("triggers", optional, Text{"系统自动发出：何种情形发何种文书", "papers that the system issues by itself"}, slipTriggerKeys, SlipTrigger{Post: "township_staff"},
		func(s *Slips) *[]SlipTrigger { return &s.Triggers }),
}

var slipKindKeys = []key[SlipKind]{
	word("key", required, Text{"种类标识", "the kind's word"}, func(k *SlipKind) *string { return &k.Key }),
	named(Text{"文书名称，如提醒单", "its name"}, func(k *SlipKind) *Text { return &k.Name }),
	text("basis", optional, Text{"所依据的规定", "the norm it rests on"}, func(k *SlipKind) *string { return &k.Basis }),
	list("issuers", required, kindWords, Text{"可发出并审核答复的角色；系统发出的由第一个角色审核", "roles that may issue it and judge the reply; what the system issues the first of them judges"}, parseWord,
		func(k *SlipKind) *[]string { return &k.Issuers }),
	list("to", required, kindWords, Text{"可发给：unit单位、person个人、post某辖区的某类岗位", "whom it may go to: a unit, a person, or the post of a role in an area"}, parseWord,
		func(k *SlipKind) *[]string { return &k.To }),
	object("reach", optional, Text{"还可发给辖区之外、上级的哪些角色；不填只发给发出人辖区内、级别不高于发出人的", "roles that it may go to besides; without it only whoever lies in the issuer's area and ranks no higher"}, []key[SlipReach]{
		list("above", optional, kindWords, Text{"上级的这些角色", "of those above the issuer, these roles"}, parseWord, func(r *SlipReach) *[]string { return &r.Above }),
		list("beside", optional, kindWords, Text{"其他辖区的这些角色", "of those of another area, these roles"}, parseWord, func(r *SlipReach) *[]string { return &r.Beside }),
	}, func(k *SlipKind) *SlipReach { return &k.Reach }),
	object("acknowledge", optional, Text{"签收时限；不填则无须签收", "time to acknowledge; without it nothing need be"}, limitKeys, func(k *SlipKind) *Limit { return &k.Acknowledge }),
	object("reply", optional, Text{"答复时限，自发出起算；不填则签收即销号", "time to reply, from the issue on; without it the acknowledgement closes it"}, limitKeys, func(k *SlipKind) *Limit { return &k.Reply }),
	count("proof", optional, 0, 9, Text{"答复和整改至少须附几张照片", "photos that a reply, or the mending of a finding, needs at least"}, func(k *SlipKind) *int { return &k.Proof }),
	count("returns", optional, 0, 9, Text{"答复不合要求时，先退回重报几次", "how many replies that do not suffice are sent back before the next kind follows"}, func(k *SlipKind) *int { return &k.Returns }),
	object("next", optional, Text{"自动升级：接着发出哪一种", "which kind follows by itself"}, []key[SlipNext]{
		word("unacknowledged", optional, Text{"逾期未签收", "when it is not acknowledged in time"}, func(n *SlipNext) *string { return &n.Unacknowledged }),
		word("unanswered", optional, Text{"逾期未答复", "when it is not answered in time"}, func(n *SlipNext) *string { return &n.Unanswered }),
		word("insufficient", optional, Text{"答复不合要求", "when the reply does not suffice"}, func(n *SlipNext) *string { return &n.Insufficient }),
	}, func(k *SlipKind) *SlipNext { return &k.Next }),
	list("needs", optional, kindWords, Text{"销号前须：visit已走访、rectified问题已整改、judged问题已定性", "what closing needs: a visit, every finding mended, every finding judged"}, parseWord,
		func(k *SlipKind) *[]string { return &k.Needs }),
	list("team", optional, kindWords, Text{"督查组须有的身份（如lawyer律师），走访前配齐", "capacities that the supervision team must have, such as lawyer, before a visit"}, parseWord,
		func(k *SlipKind) *[]string { return &k.Team }),
	objects("measures", optional, Text{"问责方式", "measures of accountability"}, []key[SlipMeasure]{
		word("key", required, Text{"方式标识", "the measure's word"}, func(m *SlipMeasure) *string { return &m.Key }),
		named(Text{"方式名称", "its name"}, func(m *SlipMeasure) *Text { return &m.Name }),
	}, SlipMeasure{}, func(k *SlipKind) *[]SlipMeasure { return &k.Measures }),
	list("approvers", optional, kindWords, Text{"可对问题作出容错或问责认定的角色", "roles that judge a finding: tolerated, or held to account"}, parseWord,
		func(k *SlipKind) *[]string { return &k.Approvers }),
	list("bodies", optional, kindWords, Text{"只能发给这些单位（名称）或岗位（角色），如纪检监察机关；不填则不限", "the only units, by name, and posts, by role, that it may go to, such as the discipline body; without it any"}, parseText,
		func(k *SlipKind) *[]string { return &k.Bodies }),
	word("restricted", optional, Text{"限定知悉：除发出人和收件人外，只有该角色看得到；也不记入案件经过", "only this role sees it besides issuer and addressee, and no case tells of it"},
		func(k *SlipKind) *string { return &k.Restricted }),
}

var slipTriggerKeys = []key[SlipTrigger]{
	word("key", required, Text{"触发条件标识", "the trigger's word"}, func(t *SlipTrigger) *string { return &t.Key }),
	word("kind", required, Text{"发出哪一种", "which kind is issued"}, func(t *SlipTrigger) *string { return &t.Kind }),
	word("when", required, Text{"no_progress无实质进展，或breach超期", "no_progress, or breach of a clock"}, func(t *SlipTrigger) *string { return &t.When }),
	span("within", optional, Text{"no_progress：多久没有实质进展", "of no_progress: for how long"}, func(t *SlipTrigger) *Span { return &t.Within }),
	list("progress", optional, kindWords, Text{"no_progress：哪些环节算实质进展（命令名），其它修改不算；备注、补充、中止、恢复等不能列入，中止期间不计",
		"of no_progress: which events are progress, by the names of commands; no other change is. Notes, supplements, suspension and resumption cannot be; the time of a suspension is left out"}, parseWord,
		func(t *SlipTrigger) *[]string { return &t.Progress }),
	list("petition_steps", optional, kindWords, Text{"progress含petition时：哪些信访环节算；延期、异议等不能列入；不填为受理告知、处理意见、复查意见、听证结束、复核意见、属地解释",
		"where progress has petition: which of its steps count; an extension or an objection cannot; without it accept, opinion, review, heard, rereview and explain do"}, parseWord,
		func(t *SlipTrigger) *[]string { return &t.PetitionSteps }),
	word("clock", optional, Text{"breach：state环节时限或whole全案时限；不填为任一", "of breach: which clock, state or whole; without it either"}, func(t *SlipTrigger) *string { return &t.Clock }),
	list("channels", optional, kindWords, Text{"适用渠道；不填为全部", "for these channels; without it for all"}, parseWord, func(t *SlipTrigger) *[]string { return &t.Channels }),
	list("categories", optional, kindWords, Text{"适用类别；不填为全部", "for these categories; without it for all"}, parseWord, func(t *SlipTrigger) *[]string { return &t.Categories }),
	word("post", optional, Text{"案件不在某单位时发给所在辖区的哪类岗位，默认township_staff", "who in the case's area gets it where the case lies with no unit; township_staff if not said"},
		func(t *SlipTrigger) *string { return &t.Post }),
	text("text", required, Text{"文书正文", "what it says"}, func(t *SlipTrigger) *string { return &t.Text }),
}

func (c *checker) checkSlips() {
	const path = "slips.kinds"
	unique(c, path, c.Slips.Kinds, func(k *SlipKind) string { return k.Key })
	for i := range c.Slips.Kinds {
		c.checkSlipKind(item(path, i), &c.Slips.Kinds[i])
	}
	c.checkSlipLoops()
	unique(c, "slips.triggers", c.Slips.Triggers, func(t *SlipTrigger) string { return t.Key })
	for i := range c.Slips.Triggers {
		c.checkSlipTrigger(item("slips.triggers", i), &c.Slips.Triggers[i])
	}
}

func (c *checker) knownAll(path string, values, list []string) {
	for i, v := range values {
		c.known(item(path, i), v, list)
	}
}

func (c *checker) slipKinds() []string {
	keys := make([]string, len(c.Slips.Kinds))
	for i := range c.Slips.Kinds {
		keys[i] = c.Slips.Kinds[i].Key
	}
	return keys
}

func (c *checker) checkSlipKind(path string, k *SlipKind) {
	for _, list := range []struct {
		key    string
		values []string
	}{{"issuers", k.Issuers}, {"to", k.To}} {
		if _, read := c.at[path+"."+list.key]; read && len(list.values) == 0 {
			c.wrong(path+"."+list.key, "至少须有一项", "there must be at least one")
		}
	}
	c.knownAll(path+".issuers", k.Issuers, c.IssueRoles)
	c.knownAll(path+".approvers", k.Approvers, c.JudgeRoles)
	c.known(path+".restricted", k.Restricted, c.Roles)
	c.knownAll(path+".to", k.To, SlipAddressees)
	c.knownAll(path+".reach.above", k.Reach.Above, c.AnswerRoles)
	c.knownAll(path+".reach.beside", k.Reach.Beside, c.AnswerRoles)
	c.knownAll(path+".needs", k.Needs, SlipNeeds)
	c.checkLimit(path+".acknowledge", k.Acknowledge)
	c.checkLimit(path+".reply", k.Reply)
	if k.Acknowledge.Within.Zero() && k.Reply.Within.Zero() {
		c.wrong(path, "签收和答复时限至少须有一项", "it needs a time to acknowledge or to reply")
	}
	if len(k.Measures) > 0 || slices.Contains(k.Needs, "judged") {
		if len(k.Approvers) == 0 {
			c.wrong(path+".approvers", "须写明由谁认定", "it must say who judges a finding")
		}
	}
	if _, read := c.at[path+".measures"]; read {
		unique(c, path+".measures", k.Measures, func(m *SlipMeasure) string { return m.Key })
	}
	for _, n := range k.Next.all() {
		c.checkSlipNext(path+".next."+n.key, k, n)
	}
}

type slipNext struct {
	key, kind string
	limit     func(*SlipKind) Limit
}

func (n SlipNext) all() []slipNext {
	reply := func(k *SlipKind) Limit { return k.Reply }
	return []slipNext{{"unacknowledged", n.Unacknowledged, func(k *SlipKind) Limit { return k.Acknowledge }},
		{"unanswered", n.Unanswered, reply}, {"insufficient", n.Insufficient, reply}}
}

// checkSlipNext finds a follower that is not there, never due, or may not go to whom the one before went.
func (c *checker) checkSlipNext(path string, k *SlipKind, n slipNext) {
	if n.kind == "" {
		return
	}
	c.known(path, n.kind, c.slipKinds())
	if n.limit(k).Within.Zero() {
		c.wrong(path, "没有相应的时限，永远不会发生", "there is no such time limit, so that it never happens")
	}
	follower, ok := c.Slips.Kind(n.kind)
	if !ok {
		return
	}
	for _, form := range k.To {
		if slices.Contains(SlipAddressees, form) && !slices.Contains(follower.To, form) {
			c.wrong(path, "%q不能发给%s，而本种可以", "%q cannot go to a %s, as this kind can", n.kind, form)
		}
	}
	if k.Restricted != follower.Restricted {
		c.wrong(path, "%q的知悉范围不同", "%q is for other eyes", n.kind)
	}
}

// checkSlipLoops finds kinds that would follow themselves for ever.
func (c *checker) checkSlipLoops() {
	for i := range c.Slips.Kinds {
		start := c.Slips.Kinds[i].Key
		seen, ahead := map[string]bool{}, []string{start}
		for len(ahead) > 0 {
			k, ok := c.Slips.Kind(ahead[0])
			ahead = ahead[1:]
			if !ok {
				continue
			}
			for _, n := range k.Next.all() {
				if n.kind == start {
					c.wrong(item("slips.kinds", i)+".next", "升级不能循环回到自己", "it would follow itself")
					return
				}
				if n.kind != "" && !seen[n.kind] {
					seen[n.kind] = true
					ahead = append(ahead, n.kind)
				}
			}
		}
	}
}

// checkProgress finds what brings no case further, whatever a county calls it.
func (c *checker) checkProgress(path string, t *SlipTrigger) {
	for i, word := range t.Progress {
		if at := item(path+".progress", i); slices.Contains(c.Commands, word) && !slices.Contains(c.Progress, word) {
			c.wrong(at, "%q不算实质进展", "%q is no progress", word)
		} else {
			c.known(at, word, c.Progress)
		}
	}
	c.knownAll(path+".petition_steps", t.PetitionSteps, c.ProgressSteps)
	if len(t.PetitionSteps) > 0 && !slices.Contains(t.Progress, "petition") {
		c.wrong(path+".petition_steps", "progress中没有petition", "progress does not have petition")
	}
}

func (c *checker) checkSlipTrigger(path string, t *SlipTrigger) {
	c.known(path+".kind", t.Kind, c.slipKinds())
	c.known(path+".when", t.When, slipWhens)
	c.known(path+".clock", t.Clock, slipClocks)
	c.known(path+".post", t.Post, c.Roles)
	c.checkProgress(path, t)
	channels, categories := make([]string, len(c.Intake.Channels)), make([]string, len(c.Intake.Categories))
	for i, x := range c.Intake.Channels {
		channels[i] = x.Key
	}
	for i, x := range c.Intake.Categories {
		categories[i] = x.Key
	}
	c.knownAll(path+".channels", t.Channels, channels)
	c.knownAll(path+".categories", t.Categories, categories)
	if t.When == NoProgress && (t.Within.Zero() || len(t.Progress) == 0) {
		c.wrong(path, "no_progress须写明多久（within）和什么算进展（progress）", "no_progress needs how long (within) and what progress is (progress)")
	}
	k, ok := c.Slips.Kind(t.Kind)
	for _, form := range []string{"unit", "post"} {
		if ok && !slices.Contains(k.To, form) {
			c.wrong(path+".kind", "系统发出的须可发给unit和post", "what the system issues must be able to go to a unit and to a post")
			return
		}
	}
}
