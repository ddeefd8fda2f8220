package policy

// Deliberation says how villagers deliberate in their grid (网格议事).
type Deliberation struct {
	// Ahead is how long before a meeting those invited are told; zero: there are no meetings.
	Ahead Span
	// QuorumPercent is the share of those invited of whom more must come for anything to be decided: 50 is 过半数.
	QuorumPercent int
	// FollowUp is the kind of paper that says what is to be done afterwards.
	FollowUp string
}

// On tells whether the county has deliberation.
func (d *Deliberation) On() bool { return !d.Ahead.Zero() }

var deliberationKeys = []key[Deliberation]{
	span("ahead", required, Text{"至少提前多久通知", "how long before a meeting those invited are told"}, func(d *Deliberation) *Span { return &d.Ahead }),
	count("quorum_percent", required, 1, 99, Text{"到会者超过受邀者百分之几方可作决定，50即过半数", "of how many percent of those invited more must come for anything to be decided; 50 is a majority"},
		func(d *Deliberation) *int { return &d.QuorumPercent }),
	word("follow_up", required, Text{"会后事项用哪种文书（slips.kinds）", "the kind of paper, of slips.kinds, for what is to be done afterwards"}, func(d *Deliberation) *string { return &d.FollowUp }),
}

// checkDeliberation finds a paper that there is not.
func (c *checker) checkDeliberation() {
	keys := make([]string, len(c.Slips.Kinds))
	for i, k := range c.Slips.Kinds {
		keys[i] = k.Key
	}
	c.known("deliberation.follow_up", c.Deliberation.FollowUp, keys)
}
