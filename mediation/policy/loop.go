package policy

import "slices"

// Loop is what must have been done before a case may be closed (闭环：双签、双核、双见面、一现场). The zero value asks for nothing.
type Loop struct {
	// Of says which cases: LoopOfAll, LoopOfPetitions, LoopOfFirst.
	Of    string
	Steps []LoopStep
}

// Which cases a closed loop is asked of.
const (
	LoopOfAll       = "all"
	LoopOfPetitions = "petitions"
	LoopOfFirst     = "first_petitions" // 初信初访; one of which that is not known yet counts as one
)

// LoopStep is one thing that must have been done, so many times.
type LoopStep struct {
	Key   string
	Name  Text
	Kind  string // LoopSignature, …
	By    []string
	Times int
	// With is the side that a meeting is with, where the case has a party of it; "" for any party.
	With string
	// OtherDays: each meeting is on another day than those before it.
	OtherDays bool
	// Metres: a visit must be so near to the case's place, by a position of AccuracyMetres at worst; 0: that is not checked.
	Metres, AccuracyMetres float64
	Photo                  bool // a visit needs a picture
}

// The kinds of steps.
const (
	LoopSignature = "signature" // 签字: by other people each time; of a result, with which it falls
	LoopParty     = "party"     // 当事人签字: a party's signature, or their refusal before a witness; it falls, too
	LoopCheck     = "check"     // 审核: by other people each time, who have done no other step of the case; it falls, too
	LoopMeeting   = "meeting"   // 见面: with a party
	LoopVisit     = "visit"     // 到现场
)

// loopSides are the sides that a meeting may be with.
var loopSides = []string{"applicant", "respondent", "third_party"}

var loopKinds = []string{LoopSignature, LoopParty, LoopCheck, LoopMeeting, LoopVisit}

// Step returns the step of that key.
func (l *Loop) Step(key string) (LoopStep, bool) {
	if i := slices.IndexFunc(l.Steps, func(s LoopStep) bool { return s.Key == key }); i >= 0 {
		return l.Steps[i], true
	}
	return LoopStep{}, false
}

var loopKeys = []key[Loop]{
	word("of", required, Text{"哪些案件：all全部、petitions信访件、first_petitions初信初访", "of which cases: all, petitions, first_petitions"}, func(l *Loop) *string { return &l.Of }),
	objects("steps", required, Text{"办结前须完成的环节", "what must have been done before a closing"}, loopStepKeys, LoopStep{}, func(l *Loop) *[]LoopStep { return &l.Steps }),
}

var loopStepKeys = []key[LoopStep]{
	word("key", required, Text{"环节标识", "the step's word"}, func(s *LoopStep) *string { return &s.Key }),
	named(Text{"环节名称", "its name"}, func(s *LoopStep) *Text { return &s.Name }),
	word("kind", required, Text{"signature签字、party当事人签字（拒签须有见证人）、check审核（未办理过本案的人）、meeting见面、visit到现场",
		"signature, party (a party's signature, or their refusal before a witness), check (by who has done nothing else in the case), meeting, visit"}, func(s *LoopStep) *string { return &s.Kind }),
	list("by", required, kindWords, Text{"由哪些角色", "by which roles"}, parseWord, func(s *LoopStep) *[]string { return &s.By }),
	count("times", required, 1, 9, Text{"次数；签字、审核每次须是不同的人", "how often; signatures and checks by another person each time"}, func(s *LoopStep) *int { return &s.Times }),
	word("with", optional, Text{"见面须与哪一方：applicant、respondent、third_party；案件没有该方或不填为任一方", "the side that a meeting is with: applicant, respondent, third_party; any party where the case has none of it, or without this"}, func(s *LoopStep) *string { return &s.With }),
	yesNo("other_days", optional, Text{"每次见面须在不同的日子", "whether each meeting is on another day"}, func(s *LoopStep) *bool { return &s.OtherDays }),
	number("metres", optional, 10000, Text{"到现场须在案发地多少米以内；不填为不核对", "a visit must be so near to the case's place, metres; without it that is not checked"}, func(s *LoopStep) *float64 { return &s.Metres }),
	number("accuracy_metres", optional, 5000, Text{"定位精度差于此值即拒绝，米", "a position less accurate than this is refused, metres"}, func(s *LoopStep) *float64 { return &s.AccuracyMetres }),
	yesNo("photo", optional, Text{"到现场须有照片", "whether a visit needs a picture"}, func(s *LoopStep) *bool { return &s.Photo }),
}

func (c *checker) checkLoop() {
	if c.Loop.Of == "" {
		return
	}
	c.known("loop.of", c.Loop.Of, []string{LoopOfAll, LoopOfPetitions, LoopOfFirst})
	if c.Loop.Of != LoopOfAll && len(c.Petition.Channels) == 0 {
		c.wrong("loop.of", "没有petition一节，就没有信访件", "without petition there are no petitions")
	}
	unique(c, "loop.steps", c.Loop.Steps, func(s *LoopStep) string { return s.Key })
	for i := range c.Loop.Steps {
		s, path := &c.Loop.Steps[i], item("loop.steps", i)
		c.known(path+".kind", s.Kind, loopKinds)
		for j, role := range s.By {
			c.known(item(path+".by", j), role, c.LoopRoles)
		}
		if s.With != "" {
			c.known(path+".with", s.With, loopSides)
		}
		switch {
		case s.Kind != LoopMeeting && (s.With != "" || s.OtherDays):
			c.wrong(path, "只有见面（meeting）才有对方和日子", "only a meeting is with a side and on other days")
		case s.Kind != LoopVisit && (s.Metres > 0 || s.AccuracyMetres > 0 || s.Photo):
			c.wrong(path, "只有到现场（visit）才核对位置和照片", "only a visit has a place and pictures to check")
		case (s.Metres > 0) != (s.AccuracyMetres > 0):
			c.wrong(path+".metres", "metres和accuracy_metres须一并填写", "metres and accuracy_metres go together")
		}
	}
}
