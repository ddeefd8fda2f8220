package policy

// Vocabulary is what a policy may speak of that the policy itself does not define.
type Vocabulary struct {
	States        []string // states that may have a clock
	MustHaveClock []string // states that must have one
	ReturnVisit   string   // the state whose clock is the return visit's (closing.followUpAfter)
	Kinds         []string // kinds of mediators
}

// Load reads a policy.
func Load(file string, src []byte, v Vocabulary) (*Policy, error) {
	return nil, Findings{}
}
