package mediation

// tellReporters tells everybody who reported the matter that something came of it.
func (d *decision) tellReporters(kind NoticeKind) {
	for _, user := range d.Reporters {
		d.tell(kind, Recipient{User: user}, d.StateClock.Due)
	}
	for _, user := range d.Helpers() {
		if !has(d.Reporters, user) {
			d.tell(kind, Recipient{User: user}, d.StateClock.Due)
		}
	}
}

// tellWorking tells whoever works on the case: the panel, the unit it lies with, else the township's staff.
func (d *decision) tellWorking(kind NoticeKind) {
	n := len(d.notices)
	d.tellPanel(kind, d.Actor.ID)
	if d.Unit != "" {
		d.tell(kind, Recipient{Unit: d.Unit, Area: d.Area}, d.StateClock.Due)
	}
	if len(d.notices) == n {
		d.tell(kind, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	}
}

// tellPanel tells every seated mediator.
func (d *decision) tellPanel(kind NoticeKind, except string) {
	for _, s := range d.Panel.Seats {
		if s.User != "" && s.User != except {
			d.tell(kind, Recipient{User: s.User}, d.StateClock.Due)
		}
	}
}
