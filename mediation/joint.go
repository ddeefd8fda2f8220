package mediation

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
)

// Joint handling (联合办理): a consultation names a lead unit and those that assist it, the policy's signatory signs, and a handling order
// (办理意见书) goes out in the joint conference's name. The lead answers for the whole: the case lies with it, its clocks are the
// lead's, and it gives the others sub-tasks, takes their results or sends them back.
//
// It stands on the case and not beside it, since the core's decisions need it: whether a case may be closed must never race a sub-task
// that is just being given, and who sees a case must never lag behind who handles it. Its size is bounded.

// Joint is how several units handle the case together.
type Joint struct {
	Consultations []Consultation // the newest last
	Lead          string         // "" until a consultation has been signed
	Assisting     []string
	Order         *HandlingOrder
	Tasks         []Task
}

// Consultation (会商) is one meeting, as a rule online, of those who may have to handle the case.
type Consultation struct {
	ID        string
	At        time.Time
	By        string
	Took      []Taking
	Lead      string
	Assisting []string
	Opinion   Sealed
	SignOff   *SignOff
	Told      string // who has taken the post that signs since, and was told that it waits
}

// Taking is who took part for a unit.
type Taking struct {
	Unit string
	User string // "" where it is not said who
}

// SignOff (签批) is the signatory's word.
type SignOff struct {
	At       time.Time
	By       string
	Approved bool
	Remark   Sealed
}

// HandlingOrder (办理意见书) is the internal order to the units: what the consultation came to, in the joint conference's name.
type HandlingOrder struct {
	Number       string // the case's, and which order of it
	At           time.Time
	By           string // who signed
	Consultation string
}

// Task (子任务) is one unit's part of the work.
type Task struct {
	ID      string
	Unit    string
	Owner   string // user id; "" until somebody of the unit has acknowledged it
	What    Sealed
	Given   time.Time
	By      string
	Clock   Clock     // Due is when the result is due
	Acked   time.Time // 签收
	Done    time.Time // zero: no result, or sent back
	Result  Sealed
	Returns int // sent back so often
	Dropped time.Time
}

// The bounds of what a case holds.
const (
	maxConsultations = 10
	maxAssisting     = 10
	maxTasks         = 30
)

// Open tells whether the result is still awaited.
func (t *Task) Open() bool { return t.Done.IsZero() && t.Dropped.IsZero() }

// openTasks counts the sub-tasks whose result is awaited.
func (c *Case) openTasks() int {
	n := 0
	for i := range c.tasks() {
		if c.Joint.Tasks[i].Open() {
			n++
		}
	}
	return n
}

func (c *Case) tasks() []Task {
	if c.Joint == nil {
		return nil
	}
	return c.Joint.Tasks
}

// helped tells whether the unit assists the one that the case lies with.
func (c *Case) helped(unit string) bool {
	return unit != "" && c.Joint != nil && has(c.Joint.Assisting, unit)
}

// jointUnits are the units that handle the case jointly, and those that will once the newest consultation is signed.
func (c *Case) jointUnits() []string {
	if c.Joint == nil {
		return nil
	}
	units := append([]string{c.Joint.Lead}, c.Joint.Assisting...)
	if next := c.toSign(); next != nil {
		units = append(append(units, next.Lead), next.Assisting...)
	}
	return units
}

// toSign is the newest consultation while it waits for the signatory; nil if none does.
func (c *Case) toSign() *Consultation {
	if c.Joint == nil || len(c.Joint.Consultations) == 0 {
		return nil
	}
	last := &c.Joint.Consultations[len(c.Joint.Consultations)-1]
	if last.SignOff != nil {
		return nil
	}
	return last
}

// signatory tells whether the actor is whom the policy has sign.
func signatory(actor Actor, r Rules) bool {
	s := r.Policy.Joint.Signatory
	fits := s.Role == string(actor.Role) && (s.Unit == "" || s.Unit == actor.Unit)
	if s.Post != "" { // by name: who holds the post, or stands in for them while they do
		fits = fits && r.Signer.Holder != "" && (actor.ID == r.Signer.Holder || actor.ID == r.Signer.StandIn)
	}
	return actor.Role == System || fits
}

// toSignatory tells who is to sign that something waits for it: the holder of the post and who stands in, and while it is vacant the county's
// staff, who fill it.
func (d *decision) toSignatory() {
	s, area := d.pol.Joint.Signatory, grid.Code(d.pol.County)
	switch {
	case s.Post == "" && s.Unit != "":
		d.tell(NoticeSign, Recipient{Unit: s.Unit, Area: d.Area}, d.StateClock.Due)
	case s.Post == "":
		d.tell(NoticeSign, Recipient{Role: Role(s.Role), Area: d.Area}, d.StateClock.Due)
	case d.rules.Signer.Holder == "":
		d.tell(NoticeSign, Recipient{Role: CountyStaff, Area: area}, d.StateClock.Due)
	default:
		d.tell(NoticeSign, Recipient{User: d.rules.Signer.Holder}, d.StateClock.Due)
		if d.rules.Signer.StandIn != "" {
			d.tell(NoticeSign, Recipient{User: d.rules.Signer.StandIn}, d.StateClock.Due)
		}
	}
}

// joint makes the part of the case that is to be changed, apart from the one that was read.
func (d *decision) joint() *Joint {
	j := Joint{}
	if d.Case.Joint != nil {
		j = *d.Case.Joint
		j.Consultations, j.Tasks = slices.Clone(j.Consultations), slices.Clone(j.Tasks)
	}
	d.Case.Joint = &j
	return &j
}

// consult 会商.
func (d *decision) consult(cmd Consult) error {
	switch {
	case cmd.Lead == "":
		return Refusal("consult", Invalid, "required", "lead")
	case d.Order.Words.Empty():
		return Refusal("consult", Invalid, "required", "opinion")
	case len(cmd.Took) == 0:
		return Refusal("consult", Invalid, "required", "took")
	case len(cmd.Assisting) > maxAssisting:
		return Refusal("consult", Invalid, "too_many", "assisting", "max", strconv.Itoa(maxAssisting))
	case len(cmd.Took) > 2*maxAssisting:
		return Refusal("consult", Invalid, "too_many", "took", "max", strconv.Itoa(2*maxAssisting))
	case has(cmd.Assisting, cmd.Lead):
		return Refusal("consult", Conflict, "joint.lead_assists", "assisting")
	case !slices.ContainsFunc(cmd.Took, func(t Taking) bool { return t.Unit == cmd.Lead }):
		return Refusal("consult", Conflict, "joint.lead_absent", "took", "unit", cmd.Lead)
	}
	if i := again(cmd.Assisting); i >= 0 {
		return Refusal("consult", Invalid, "twice", "assisting["+strconv.Itoa(i)+"]")
	}
	if i := again(cmd.Took); i >= 0 {
		return Refusal("consult", Invalid, "twice", "took["+strconv.Itoa(i)+"]")
	}
	at := cmd.At
	if at.IsZero() {
		at = d.At
	}
	if at.After(d.At.Add(time.Minute)) {
		return Refusal("consult", Invalid, "in_future", "at")
	}
	j := d.joint()
	if len(j.Consultations) == maxConsultations {
		j.Consultations = j.Consultations[1:]
	}
	j.Consultations = append(j.Consultations, Consultation{ID: d.NewID, At: at, By: d.Actor.ID, Took: cmd.Took, Lead: cmd.Lead, Assisting: cmd.Assisting,
		Opinion: d.Order.Words, Told: d.rules.Signer.Holder})
	d.say("consultation", d.NewID)
	d.say("lead", cmd.Lead)
	for i, unit := range cmd.Assisting {
		d.say("assisting"+strconv.Itoa(i+1), unit)
	}
	d.toSignatory()
	return nil
}

// again is the first that stands in the list a second time, -1 if none does.
func again[T comparable](list []T) int {
	for i, x := range list {
		if has(list[:i], x) {
			return i
		}
	}
	return -1
}

// signOff 签批: signed, the handling order goes out, and what nobody mediates now lies with the lead.
func (d *decision) signOff(cmd SignOffCase) error {
	j := d.joint()
	c := d.toSign()
	c.SignOff = &SignOff{At: d.At, By: d.Actor.ID, Approved: cmd.Approved, Remark: d.Order.Words}
	d.say("consultation", c.ID)
	d.say("approved", strconv.FormatBool(cmd.Approved))
	if !cmd.Approved {
		d.tell(NoticeJoint, Recipient{User: c.By}, d.StateClock.Due)
		return nil
	}
	left := slices.DeleteFunc(slices.Clone(append([]string{j.Lead}, j.Assisting...)), func(u string) bool { return u == c.Lead || has(c.Assisting, u) })
	orders := 1
	if j.Order != nil {
		orders += j.Order.nth()
	}
	j.Lead, j.Assisting = c.Lead, c.Assisting
	j.Order = &HandlingOrder{Number: d.Number.String() + "/" + strconv.Itoa(orders), At: d.At, By: d.Actor.ID, Consultation: c.ID}
	d.say("order", j.Order.Number)
	d.say("lead", j.Lead)
	for i := range j.Tasks {
		if t := &j.Tasks[i]; t.Open() && has(left, t.Unit) {
			t.Dropped = d.At // whoever has no part in it any more has nothing to do for it
		}
	}
	if has(unhandled, d.State) {
		d.disband()
		d.Outcome = &Outcome{At: d.At, Unit: j.Lead, Reason: "joint"}
		d.enterFor(Transferred, j.Lead)
		d.tellReporters(NoticeProgress)
	}
	d.passPetition(j.Lead)
	d.Unit = j.Lead
	for _, unit := range append([]string{j.Lead}, j.Assisting...) {
		d.tell(NoticeJoint, Recipient{Unit: unit, Area: d.Area}, d.StateClock.Due)
	}
	return nil
}

// unhandled are the states in which nobody mediates yet, or any more: a handling order gives the case to its lead.
var unhandled = []State{Reported, Screened, Offered, Unsettled, Failed}

// nth is which order of its case it is.
func (o *HandlingOrder) nth() int {
	for i := len(o.Number) - 1; i >= 0; i-- {
		if o.Number[i] == '/' {
			n, _ := strconv.Atoi(o.Number[i+1:])
			return n
		}
	}
	return 0
}

// dissolve ends the joint handling: the case goes another way, and nobody owes it a result any more. The timeline keeps what was.
func (d *decision) dissolve() {
	if d.Case.Joint == nil {
		return
	}
	for _, unit := range append([]string{d.Case.Joint.Lead}, d.Case.Joint.Assisting...) {
		if unit != "" {
			d.tell(NoticeJoint, Recipient{Unit: unit, Area: d.Area}, time.Time{})
		}
	}
	d.endJoint()
}

// endJoint ends the joint handling and tells nobody of it.
func (d *decision) endJoint() {
	if d.Case.Joint != nil {
		d.say("joint_ended", "true")
		d.Case.Joint = nil
	}
}
