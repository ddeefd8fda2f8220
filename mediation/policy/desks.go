package policy

import "slices"

// Desks says what outside desks (12345, 110) may do with each other's matters. The zero value lets them do nothing.
type Desks struct {
	// Passes are the ways that a matter may take from desk to desk (一键转办).
	Passes []DeskPass
	// Danger is the desk that has a matter at once in which danger or crime is named; "": the unit of the emergency route alone is told.
	Danger string
}

// DeskPass is one way, by the desks' names in the list of desks. From "" is what lies with no desk: the county's own people brought it in.
type DeskPass struct{ From, To string }

// MayPass tells whether a matter may go from one desk to the other; with to "", to any other.
func (d Desks) MayPass(from, to string) bool {
	return slices.ContainsFunc(d.Passes, func(p DeskPass) bool { return p.From == from && (to == "" || p.To == to) })
}

// Knows tells whether a desk of that name stands at either end of a way.
func (d Desks) Knows(desk string) bool {
	return desk != "" && slices.ContainsFunc(d.Passes, func(p DeskPass) bool { return p.From == desk || p.To == desk })
}

var desksKeys = []key[Desks]{
	objects("passes", required, Text{"一键转办：哪个平台可转往哪个平台", "which desk may pass a matter on to which"}, []key[DeskPass]{
		word("from", optional, Text{"转出平台的名称；不填则为不在任何平台的事项（网格、大厅报来的），由县级工作人员转出", "the desk that it leaves; none: what lies with no desk (brought in by the grid or over a counter), which the county's staff pass on"}, func(p *DeskPass) *string { return &p.From }),
		word("to", required, Text{"转往平台的名称", "the desk that it goes to"}, func(p *DeskPass) *string { return &p.To }),
	}, DeskPass{}, func(d *Desks) *[]DeskPass { return &d.Passes }),
	word("danger", optional, Text{"遇险即转：险情同时转往哪个平台（须在passes中）", "the desk, one of those above, that a matter is passed on to at once when danger is named"}, func(d *Desks) *string { return &d.Danger }),
}

func (c *checker) checkDesks() {
	if c.Desks.Danger != "" && !c.Desks.Knows(c.Desks.Danger) {
		c.wrong("desks.danger", "没有这个平台：%q", "no desk of that name stands in passes: %q", c.Desks.Danger)
	}
	for i, p := range c.Desks.Passes {
		switch {
		case p.From == p.To && p.From != "":
			c.wrong(item("desks.passes", i)+".to", "不能转给自己", "a desk passes nothing on to itself")
		case slices.Index(c.Desks.Passes, p) < i && p.To != "":
			c.wrong(item("desks.passes", i), "与前面的一条相同", "this way stands above already")
		}
	}
}
