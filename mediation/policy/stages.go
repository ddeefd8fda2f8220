package policy

import (
	"slices"
)

// Stages are the clocks of how fast a matter is taken in hand (签收、到达、处置、办结). They run beside the state's clock and the whole
// case's, and begin anew with each new turn of the case alone.
type Stages struct {
	// Channels are those whose cases have the clocks; empty: all.
	Channels []string
	Clocks   []Stage
}

// Stage is one of them.
type Stage struct {
	Key  string
	Name Text
	// Start is FromReceipt, or the key of an earlier stage, whose end starts this one.
	Start string
	Limit Limit
	// Ends are the commands that end it, Reaches the states.
	Ends, Reaches []string
	// Pauses are the reasons of a suspension in which it stands still; in any other it runs on.
	Pauses []string
	// Metres: who ends it must be so near to the case's place; 0: anywhere. AccuracyMetres: a position that is less accurate is refused.
	Metres, AccuracyMetres float64
}

// FromReceipt starts a stage when the matter comes in, or is taken up again.
const FromReceipt = "receipt"

// Stage returns the stage of that key.
func (p *Policy) Stage(key string) (Stage, bool) {
	if i := slices.IndexFunc(p.Stages.Clocks, func(s Stage) bool { return s.Key == key }); i >= 0 {
		return p.Stages.Clocks[i], true
	}
	return Stage{}, false
}

// StagesOf are the stages of a case that came by a channel.
func (p *Policy) StagesOf(channel string) []Stage {
	if len(p.Stages.Channels) > 0 && !slices.Contains(p.Stages.Channels, channel) {
		return nil
	}
	return p.Stages.Clocks
}

var stagesKeys = []key[Stages]{
	list("channels", optional, kindWords, Text{"适用的来源渠道；不填为全部", "for cases that came by these channels; without it for all"}, parseWord,
		func(s *Stages) *[]string { return &s.Channels }),
	objects("clocks", required, Text{"各环节，按先后", "the stages, in order"}, stageKeys, Stage{}, func(s *Stages) *[]Stage { return &s.Clocks }),
}

var stageKeys = []key[Stage]{
	word("key", required, Text{"环节标识", "the stage's word"}, func(s *Stage) *string { return &s.Key }),
	named(Text{"环节名称", "its name"}, func(s *Stage) *Text { return &s.Name }),
	word("start", required, Text{"起算：receipt为收到时，或写前面某环节的标识，自其完成时起算", "when it starts: receipt, when the matter comes in, or an earlier stage's word, when that ends"},
		func(s *Stage) *string { return &s.Start }),
	span("within", required, Text{"时限", "how long it may take"}, func(s *Stage) *Span { return &s.Limit.Within }),
	list("remind", optional, Text{"时限列表", "list of spans"}, Text{"到期前多久提醒，由长到短", "how long before the end to remind, longest first"}, parseSpan,
		func(s *Stage) *[]Span { return &s.Limit.Remind }),
	text("basis", optional, Text{"所依据的规定", "the norm it rests on"}, func(s *Stage) *string { return &s.Limit.Basis }),
	list("ends", optional, kindWords, Text{"完成此环节的命令，如sign_for签收、arrive到达、handle处置、take接单", "commands that end it, such as sign_for, arrive, handle, take"}, parseWord,
		func(s *Stage) *[]string { return &s.Ends }),
	list("reaches", optional, kindWords, Text{"案件进入即完成此环节的状态", "states that end it when the case comes to them"}, parseWord, func(s *Stage) *[]string { return &s.Reaches }),
	list("pauses", optional, kindWords, Text{"案件因这些原因中止时停计；其它原因的中止照常计时", "reasons of a suspension for which it stands still; in any other it runs on"}, parseWord,
		func(s *Stage) *[]string { return &s.Pauses }),
	number("metres", optional, 10000, Text{"到达时须在案发地多少米以内；不填为不核对", "who arrives must be so near to the case's place, metres; without it that is not checked"}, func(s *Stage) *float64 { return &s.Metres }),
	number("accuracy_metres", optional, 5000, Text{"到达时定位精度差于此值即拒绝，米", "an arrival with a position less accurate than this is refused, metres"}, func(s *Stage) *float64 { return &s.AccuracyMetres }),
}

// arrive is the command that carries a position.
const arrive = "arrive"

func (c *checker) checkStages() {
	channels := make([]string, len(c.Intake.Channels))
	for i, ch := range c.Intake.Channels {
		channels[i] = ch.Key
	}
	for i, ch := range c.Stages.Channels {
		c.known(item("stages.channels", i), ch, channels)
	}
	unique(c, "stages.clocks", c.Stages.Clocks, func(s *Stage) string { return s.Key })
	starts := []string{FromReceipt}
	for i := range c.Stages.Clocks {
		s := &c.Stages.Clocks[i]
		path := item("stages.clocks", i)
		c.checkStage(path, s, starts)
		starts = append(starts, s.Key)
	}
}

func (c *checker) checkStage(path string, s *Stage, starts []string) {
	if s.Key == FromReceipt {
		c.wrong(path+".key", "%q表示收到之时，不能作环节标识", "%q stands for the moment of receipt and is no stage's word", s.Key)
	}
	c.known(path+".start", s.Start, starts)
	for i, name := range s.Ends {
		c.known(item(path+".ends", i), name, c.Commands)
	}
	for i, name := range s.Reaches {
		c.known(item(path+".reaches", i), name, c.States)
	}
	if len(s.Ends)+len(s.Reaches) == 0 {
		c.wrong(path, "须写明由什么完成（ends或reaches）", "it must say what ends it (ends or reaches)")
	}
	c.checkLimit(path, s.Limit)
	placed := len(s.Ends) == 1 && s.Ends[0] == arrive && len(s.Reaches) == 0
	switch {
	case s.Metres > 0 && !placed:
		c.wrong(path+".metres", "只有到达（ends: [arrive]）才核对位置", "only an arrival (ends: [arrive]) has a place to check")
	case s.Metres > 0 && s.AccuracyMetres == 0:
		c.wrong(path+".accuracy_metres", "核对位置须写明可接受的定位精度", "a place can only be checked by positions of a known accuracy")
	case s.AccuracyMetres > 0 && s.Metres == 0:
		c.wrong(path+".accuracy_metres", "没有metres时定位精度没有意义", "an accuracy means nothing without metres")
	}
}
