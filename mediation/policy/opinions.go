package policy

import "slices"

// Opinions says how residents' suggestions are collected and who answers them (民意征集).
type Opinions struct {
	// Paper is the kind of paper, of slips.kinds, by which a suggestion is given to its unit: its limits are those of the reply.
	Paper string
	// Channel is the channel, of intake.channels, of the report that a suggestion becomes where it is in truth a dispute.
	Channel string
	// Topics are what suggestions are about, each with the unit that answers.
	Topics []OpinionTopic
}

// OpinionTopic is what suggestions are about, and who answers them.
type OpinionTopic struct {
	Key  string
	Name Text
	Unit string
}

// On tells whether the county collects opinions.
func (o *Opinions) On() bool { return o.Paper != "" }

// Topic returns the topic of that key.
func (o *Opinions) Topic(key string) (OpinionTopic, bool) {
	for _, t := range o.Topics {
		if t.Key == key {
			return t, true
		}
	}
	return OpinionTopic{}, false
}

var opinionKeys = []key[Opinions]{
	word("paper", required, Text{"用哪种文书交部门答复（slips.kinds，须有答复时限，并可发给单位）", "the kind of paper, of slips.kinds, that asks the unit for its reply; it must have a limit for that and may go to units"},
		func(o *Opinions) *string { return &o.Paper }),
	word("channel", required, Text{"实为纠纷的建议转为上报时记何渠道（intake.channels）", "the channel, of intake.channels, of the report that a suggestion becomes where it is a dispute"},
		func(o *Opinions) *string { return &o.Channel }),
	objects("topics", required, Text{"建议的主题和答复单位", "what suggestions are about, and who answers"}, []key[OpinionTopic]{
		word("key", required, Text{"主题标识", "the topic's word"}, func(t *OpinionTopic) *string { return &t.Key }),
		named(Text{"主题名称", "its name"}, func(t *OpinionTopic) *Text { return &t.Name }),
		text("unit", required, Text{"答复的单位", "the unit that answers"}, func(t *OpinionTopic) *string { return &t.Unit }),
	}, OpinionTopic{}, func(o *Opinions) *[]OpinionTopic { return &o.Topics }),
}

// checkOpinions finds papers, channels and topics that there are not, or twice.
func (c *checker) checkOpinions() {
	if !c.Opinions.On() {
		return
	}
	kinds := make([]string, len(c.Slips.Kinds))
	for i, k := range c.Slips.Kinds {
		kinds[i] = k.Key
		if k.Key != c.Opinions.Paper {
			continue
		}
		if k.Reply.Within.Zero() || !slices.Contains(k.To, "unit") {
			c.wrong("opinions.paper", "文书%q须有答复时限，并可发给单位", "the paper %q must have a limit for the reply and may go to units", k.Key)
		}
	}
	c.known("opinions.paper", c.Opinions.Paper, kinds)
	channels := make([]string, len(c.Intake.Channels))
	for i, k := range c.Intake.Channels {
		channels[i] = k.Key
	}
	c.known("opinions.channel", c.Opinions.Channel, channels)
	unique(c, "opinions.topics", c.Opinions.Topics, func(t *OpinionTopic) string { return t.Key })
}
