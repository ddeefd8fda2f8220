package policy

import "slices"

// Charge says which leaders take charge of named cases (包案). The zero value: none do.
type Charge struct {
	// Bodies are the four bodies (四套班子) whose leaders may.
	Bodies []Body
	// Every: the leader looks after the case so often where no dates are named, and at least so often where they are.
	Every  Span
	Remind []Span
	// Basis is the norm that has leaders look after their cases so often, "" if the policy names none.
	Basis string
}

// Limit is the rule as a limit of the one kind that every clock runs by.
func (c *Charge) Limit() Limit { return Limit{Within: c.Every, Remind: c.Remind, Basis: c.Basis} }

// Body is one body of leaders.
type Body struct {
	Key  string
	Name Text
	Unit string // of its leaders' accounts
}

// BodyOf is the body whose leaders' accounts have the unit, "" if there is none.
func (c *Charge) BodyOf(unit string) string {
	if i := slices.IndexFunc(c.Bodies, func(b Body) bool { return b.Unit == unit }); i >= 0 && unit != "" {
		return c.Bodies[i].Key
	}
	return ""
}

// Body is the body of that key.
func (c *Charge) Body(key string) (Body, bool) {
	if i := slices.IndexFunc(c.Bodies, func(b Body) bool { return b.Key == key }); i >= 0 {
		return c.Bodies[i], true
	}
	return Body{}, false
}

var chargeKeys = []key[Charge]{
	objects("bodies", required, Text{"哪些班子的领导可以包案（四套班子）", "the bodies whose leaders may take charge (四套班子)"}, []key[Body]{
		word("key", required, Text{"班子标识", "the body's word"}, func(b *Body) *string { return &b.Key }),
		named(Text{"班子名称", "its name"}, func(b *Body) *Text { return &b.Name }),
		text("unit", required, Text{"其领导账号的单位", "the unit of its leaders' accounts"}, func(b *Body) *string { return &b.Unit }),
	}, Body{}, func(c *Charge) *[]Body { return &c.Bodies }),
	span("every", required, Text{"多久会办一次：未写明日期时按此，写明的日期相隔也不能更长", "how often the leader looks after the case: where no dates are named, and at least so often where they are"}, func(c *Charge) *Span { return &c.Every }),
	list("remind", optional, Text{"时限列表", "list of spans"}, Text{"会办前多久提醒，由长到短", "how long before a date to remind, longest first"}, parseSpan,
		func(c *Charge) *[]Span { return &c.Remind }),
	basis(func(c *Charge) *string { return &c.Basis }),
}

func (c *checker) checkCharge() {
	if _, read := c.at["charge"]; !read {
		return
	}
	unique(c, "charge.bodies", c.Charge.Bodies, func(b *Body) string { return b.Key })
	c.checkLimit("charge", c.Charge.Limit())
}
