package mediation

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
)

// Whoever has a part in handling a case may turn out to be of the accused's side: it becomes an accusation, somebody is entered as accused,
// or an account moves to their unit. From then on they read nothing of it (kept.go), so that the part must not stay with them either: the
// sweep takes them off, and it is another's or waits with the county's staff. Their terms run on. Nobody of the accused's side is told.

// Parting is who gives up their parts in a case, and who is in charge of it then.
type Parting struct {
	Users, Units []string
	// Leader is the next in charge, of Body; "": there is nobody, and the county's staff name one.
	Leader, Body string
}

// partings are the users and the units that have a part in handling the case, each once.
func (c *Case) partings() (users, units []string) {
	if c.Charge != nil {
		users = append(users, c.Charge.Leader)
	}
	for _, t := range c.tasks() {
		if t.Open() {
			users = append(users, t.Owner)
		}
	}
	for i := range c.Parties {
		if p := &c.Parties[i]; p.Proxy.Holds() {
			users = append(users, p.Proxy.Helper)
		}
	}
	for _, s := range c.Sent {
		users, units = append(users, s.User), append(units, s.Unit)
	}
	for i := range c.Panel.Seats {
		users = append(users, c.Panel.Seats[i].User)
	}
	for i := range c.Offers {
		if c.Offers[i].State == OfferOpen {
			users = append(users, c.Offers[i].User)
		}
	}
	units = append(append(units, c.Unit), c.jointUnits()...)
	once := func(list []string) []string { slices.Sort(list); return without(slices.Compact(list), "") }
	return once(users), once(units)
}

// keepApart lets the sweep look, if anybody is accused. Every change does so: a part may be given while somebody is being
// entered as accused.
func (d *decision) keepApart() {
	if !d.Accusation || d.event.Kind == "kept_apart" || len(d.Case.KeptFrom()) == 0 {
		return
	}
	d.chore(ChoreKeepApart, "")
}

// keepApart finds who of the accused's side has a part in the case, and takes it off them.
func (s *Service) keepApart(ctx context.Context, c *Case, now time.Time, r Rules) error {
	keys := c.KeptFrom()
	if len(keys) == 0 {
		return nil
	}
	theirs := func(user, unit string) (bool, error) {
		if user == "" || s.ofAccused(c, unit) {
			return s.ofAccused(c, unit), nil
		}
		who, _, err := s.Users.ActorOf(ctx, user)
		who.ID = user // of an account that is not there, too
		return Withholds(keys, who.Keys()), err
	}
	var p Parting
	users, units := c.partings()
	for _, user := range append(users, r.Signer.Holder) {
		if gone, err := theirs(user, ""); err != nil {
			return err
		} else if gone {
			p.Users = append(p.Users, user)
		}
	}
	for _, unit := range units {
		if s.ofAccused(c, unit) {
			p.Units = append(p.Units, unit)
		}
	}
	err := s.takeOff(ctx, c, p, now, r)
	if err == nil && s.ApartBeside != nil {
		err = s.ApartBeside(ctx, c, theirs)
	}
	return err
}

// TakeOff takes somebody off every part that they have in handling a case, which must go to nobody whom they might name.
func (s *Service) TakeOff(ctx context.Context, id, user string) error {
	c, err := s.Cases.Load(ctx, id)
	if err != nil {
		return err
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return err
	}
	return s.takeOff(ctx, &c, Parting{Users: []string{user}}, s.now(), r)
}

func (s *Service) takeOff(ctx context.Context, c *Case, p Parting, now time.Time, r Rules) (err error) {
	if len(p.Users)+len(p.Units) == 0 {
		return nil
	}
	if c.Charge != nil && has(p.Users, c.Charge.Leader) {
		if p.Leader, p.Body, err = s.nextInCharge(ctx, c, p, r); err != nil {
			return err
		}
	}
	_, err = s.Cases.Update(ctx, c.ID, func(c *Case) error { return KeepApart(c, p, now, r) })
	return err
}

// nextInCharge is the leader who takes a charge over: of the same body, else of another, and among them who has the fewest.
func (s *Service) nextInCharge(ctx context.Context, c *Case, p Parting, r Rules) (leader, body string, err error) {
	list, err := s.Users.Leaders(ctx, c.Area)
	if err != nil {
		return "", "", err
	}
	type next struct {
		id, body string
		other    int // 1: of another body
		has      int
	}
	var fit []next
	open, all := true, grid.Code("")
	for _, who := range list {
		of := r.Policy.Charge.BodyOf(who.Unit)
		if of == "" || has(p.Users, who.ID) || c.keepsFrom(who) {
			continue
		}
		n := next{id: who.ID, body: of}
		if of != c.Charge.Body {
			n.other = 1
		}
		if n.has, err = s.Cases.Count(ctx, Filter{Visible: Visible{Area: &all}, Owner: who.ID, Open: &open}, 1000); err != nil {
			return "", "", err
		}
		fit = append(fit, n)
	}
	if len(fit) == 0 {
		return "", "", nil
	}
	first := slices.MinFunc(fit, func(a, b next) int {
		return cmp.Or(cmp.Compare(a.other, b.other), cmp.Compare(a.has, b.has), cmp.Compare(a.id, b.id))
	})
	return first.id, first.body, nil
}

// KeepApart carries a parting out. It does nothing where they have no part in the case any more.
func KeepApart(c *Case, p Parting, now time.Time, r Rules) error {
	for _, id := range c.involved() {
		if has(p.Users, c.userOf(id)) {
			if err := Recuse(c, id, matchSameUnit, now, r); err != nil {
				return err
			}
		}
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.begin("kept_apart")
	parted := d.passCharge(p)
	parted = d.passTasks(p) || parted
	parted = d.endProxies(p) || parted
	parted = d.leaveUnits(p) || parted
	if parted = d.signElse(p) || parted; parted {
		d.finish()
	}
	return nil
}

// signElse tells the county's staff, once, that what waits to be signed cannot be by who holds the post: they have somebody stand in.
func (d *decision) signElse(p Parting) bool {
	next := d.toSign()
	if next == nil || !has(p.Users, d.rules.Signer.Holder) || slices.ContainsFunc(d.Events, func(e Event) bool { return e.Kind == "kept_apart" && e.Data["unsigned"] == next.ID }) {
		return false
	}
	d.say("unsigned", next.ID)
	d.tell(NoticeSign, Recipient{Role: CountyStaff, Area: d.Area}, d.StateClock.Due)
	return true
}

// userOf is the account of a mediator who sits on the panel or has been asked.
func (c *Case) userOf(mediator string) string {
	for _, seat := range c.Panel.Seats {
		if seat.Mediator == mediator {
			return seat.User
		}
	}
	for i := range c.Offers {
		if o := &c.Offers[i]; o.Mediator == mediator && o.State == OfferOpen {
			return o.User
		}
	}
	return ""
}

// passCharge gives the charge to the next leader; its plan and the dates on which they look after it stay.
func (d *decision) passCharge(p Parting) bool {
	if d.Case.Charge == nil || !has(p.Users, d.Case.Charge.Leader) {
		return false
	}
	d.say("leader", p.Leader)
	due := d.ReviewDue()
	if p.Leader == "" {
		d.say("unled", "true")
		d.Case.Charge = nil
	} else {
		k := d.charge()
		k.Leader, k.Body, k.Since = p.Leader, p.Body, d.At
		d.tell(NoticeCharge, Recipient{User: p.Leader}, due)
	}
	d.tell(NoticeCharge, Recipient{Role: CountyStaff, Area: d.Area}, due)
	return true
}

// passTasks gives sub-tasks that somebody owned back to their unit.
func (d *decision) passTasks(p Parting) (passed bool) {
	for i := range d.tasks() {
		if t := &d.tasks()[i]; !t.Open() || !has(p.Users, t.Owner) {
			continue
		}
		t := &d.joint().Tasks[i]
		d.say("task"+strconv.Itoa(i+1), t.ID)
		t.Owner, t.Acked, passed = "", time.Time{}, true
		d.tellTask(NoticeTask, t)
	}
	return passed
}

// endProxies ends what somebody does for a party, who has a link of their own again once the office renews it: the helper has known its code.
func (d *decision) endProxies(p Parting) (ended bool) {
	for i := range d.Case.Parties {
		x := &d.Case.Parties[i]
		if !x.Proxy.Holds() || !has(p.Users, x.Proxy.Helper) {
			continue
		}
		proxy := *x.Proxy
		proxy.Revoked = d.At
		x.Proxy, x.LinkHash, x.LinkFrom, ended = &proxy, "", d.At, true
		d.say("party", x.ID)
	}
	if ended {
		d.tell(NoticeProxy, Recipient{Role: CountyStaff, Area: d.Area}, time.Time{})
	}
	return ended
}

// leaveUnits takes the case away from units, and from whom it was sent to.
func (d *decision) leaveUnits(p Parting) (left bool) {
	n := len(d.Sent)
	d.Sent = slices.DeleteFunc(slices.Clone(d.Sent), func(s Sent) bool { return has(p.Users, s.User) || has(p.Units, s.Unit) })
	left = len(d.Sent) < n
	if j := d.Case.Joint; j != nil && has(p.Units, j.Lead) {
		d.endJoint()
		left = true
	} else if j != nil && slices.ContainsFunc(d.jointUnits(), func(u string) bool { return has(p.Units, u) }) {
		d.leaveJoint(p.Units)
		left = true
	}
	if d.Unit != "" && has(p.Units, d.Unit) {
		d.Unit, left = "", true
	}
	if left {
		d.tell(NoticeJoint, Recipient{Role: CountyStaff, Area: d.Area}, d.StateClock.Due)
	}
	return left
}

// leaveJoint takes units off that assist, and what was consulted to give them a part, which waits for the signatory.
func (d *decision) leaveJoint(units []string) {
	j := d.joint()
	j.Assisting = slices.DeleteFunc(slices.Clone(j.Assisting), func(u string) bool { return has(units, u) })
	for i := range j.Tasks {
		if t := &j.Tasks[i]; t.Open() && has(units, t.Unit) {
			t.Dropped = d.At
			d.say("task"+strconv.Itoa(i+1), t.ID)
		}
	}
	if c := d.toSign(); c != nil && (has(units, c.Lead) || slices.ContainsFunc(c.Assisting, func(u string) bool { return has(units, u) })) {
		d.say("consultation", c.ID)
		j.Consultations = j.Consultations[:len(j.Consultations)-1]
	}
}
