package policy

import "slices"

// Confirmation is judicial confirmation (司法确认) of agreements that mediation reached. The zero value: the county's rules say nothing of it, and no
// clock runs.
type Confirmation struct {
	// Apply is for how long the parties may jointly apply to the court, from when the agreement took effect.
	Apply Limit
	// Except are the categories whose agreements courts do not confirm: status, adoption, marriage.
	Except []string
}

// The law's limit, which no rules change either way, and the norm.
var confirmWithin = Span{Days: 30}

const confirmBasis = "人民调解法33、民事诉讼法205"

var confirmationKeys = []key[Confirmation]{
	object("apply", required, Text{"双方共同申请的期限，自协议生效起30日（人民调解法33、民事诉讼法205）", "for the parties to apply jointly, 30 days from when the agreement took effect (People's Mediation Law 33, Civil Procedure Law 205)"},
		limitKeys, func(c *Confirmation) *Limit { return &c.Apply }),
	list("except", optional, kindWords, Text{"法院不予确认的类别（身份、收养、婚姻关系）", "categories that courts do not confirm (status, adoption, marriage)"}, parseWord,
		func(c *Confirmation) *[]string { return &c.Except }),
}

func (c *checker) checkConfirmation() {
	if _, read := c.at["confirmation"]; !read {
		return
	}
	c.checkLimit("confirmation.apply", c.Confirmation.Apply)
	if within := c.Confirmation.Apply.Within; !within.Zero() && within != confirmWithin {
		c.wrong("confirmation.apply.within", "法定为%s，不得更改（%s）", "the law says %s, no more and no less (%s)", confirmWithin, confirmBasis)
	}
	known := make([]string, len(c.Intake.Categories))
	for i, cat := range c.Intake.Categories {
		known[i] = cat.Key
	}
	for i, cat := range c.Confirmation.Except {
		c.known(item("confirmation.except", i), cat, known)
	}
}

// fillConfirmation names the norm where the county's file does not.
func (c *Confirmation) fillConfirmation() {
	if !c.Apply.Within.Zero() && c.Apply.Basis == "" {
		c.Apply.Basis = confirmBasis
	}
}

// Confirms tells whether an agreement of a category may be confirmed.
func (c *Confirmation) Confirms(category string) bool {
	return !c.Apply.Within.Zero() && !slices.Contains(c.Except, category)
}
