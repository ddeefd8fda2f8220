package mediation

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation/policy"
)

// The closed loop (闭环办理: 双签、双核、双见面、一现场): what the policy wants to have been done before a case is closed. Who signs and checks,
// and how often, is the policy's; that nobody does two people's work is the same everywhere.

// LoopMark notes that one step was done once.
type LoopMark struct {
	ID, Step string
	Kind     string // as the policy had it
	At       time.Time
	By       string // user
	Party    string // with whom one met, or who signed or refused to
	Refused  bool   // the party would not sign; the words name the witness
	Placed   bool   // the position was compared with the case's place, from which it was so many metres away
	Metres   float64
	Photos   []string
	Words    Sealed
}

// maxLoopMarks bounds what a case holds.
const maxLoopMarks = 60

// looped tells whether the policy asks for the loop in this case. A petition of which nobody knows yet whether it is the first counts as one.
func (c *Case) looped(r Rules) bool {
	switch r.Policy.Loop.Of {
	case policy.LoopOfAll:
		return true
	case policy.LoopOfPetitions:
		return c.Petition != nil
	case policy.LoopOfFirst:
		return c.Petition != nil && c.Petition.Kind != RepeatPetition
	}
	return false
}

// LoopDone is how often a step was done.
func (c *Case) LoopDone(step string) (n int) {
	for i := range c.Loop {
		if c.Loop[i].Step == step {
			n++
		}
	}
	return n
}

// LoopSteps are the steps that are asked of the case; none where the policy asks for nothing.
func (c *Case) LoopSteps(r Rules) []policy.LoopStep {
	if !c.looped(r) {
		return nil
	}
	return r.Policy.Loop.Steps
}

// loopOpen lists the steps that are not done yet.
func (c *Case) loopOpen(r Rules) (open []string) {
	for _, s := range c.LoopSteps(r) {
		if c.LoopDone(s.Key) < s.Times {
			open = append(open, s.Key)
		}
	}
	return open
}

// apart tells whether somebody may do a step after all that was done: who signs does so once, and who checks has done nothing else.
func (c *Case) apart(step policy.LoopStep, by string) bool {
	if step.Kind == policy.LoopCheck && c.charged(by) {
		return false
	}
	return !slices.ContainsFunc(c.Loop, func(m LoopMark) bool {
		if m.By != by {
			return false
		}
		return step.Kind == policy.LoopCheck || m.Kind == policy.LoopCheck || step.Kind == policy.LoopSignature && m.Step == step.Key
	})
}

// canMark tells whether a step is left that the actor may do.
func (c *Case) canMark(actor Actor, r Rules) bool {
	return len(c.Loop) < maxLoopMarks && slices.ContainsFunc(c.LoopSteps(r), func(s policy.LoopStep) bool {
		if has(falls, s.Kind) && !c.hasResult() {
			return false
		}
		met := func(p Party) bool {
			return (s.Kind != policy.LoopParty || !c.signedLoop(s.Key, p.ID)) && c.meetsWith(s, &p)
		}
		withParty := s.Kind != policy.LoopParty && s.Kind != policy.LoopMeeting || slices.ContainsFunc(c.Parties, met)
		return has(s.By, string(actor.Role)) && c.LoopDone(s.Key) < s.Times && c.apart(s, actor.ID) && withParty
	})
}

// hasResult tells whether there is a result that can be signed and checked: an agreement, an answer of this turn that nothing has overtaken, or
// what came of the petition.
func (c *Case) hasResult() bool {
	overtaken := func(e Event) bool { return has(overtaking, CommandName(e.Kind)) && e.At.After(c.Answer.At) }
	return c.Agreement != nil || c.Answer != nil && !slices.ContainsFunc(c.Events, overtaken) ||
		c.Petition != nil && !has(beforeOpinion, c.Petition.State)
}

// meetsWith tells whether a meeting with the party is what the step asks: of the side that the policy names, where the case has that side.
func (c *Case) meetsWith(step policy.LoopStep, p *Party) bool {
	return step.With == "" || string(p.Side) == step.With || !slices.ContainsFunc(c.Parties, func(other Party) bool { return string(other.Side) == step.With })
}

// metOn tells whether the step was done on that day already.
func (d *decision) metOn(step string, at time.Time) bool {
	return slices.ContainsFunc(d.Loop, func(m LoopMark) bool { return m.Step == step && d.rules.Calendar.SameDay(m.At, at) })
}

func (c *Case) signedLoop(step, party string) bool {
	return slices.ContainsFunc(c.Loop, func(m LoopMark) bool { return m.Step == step && m.Party == party })
}

// mayUnmark tells whether the actor may take a mark back.
func (m *LoopMark) mayUnmark(actor Actor) bool { return m.By == actor.ID || actor.Role == CountyStaff }

// canUnmark tells whether there is a mark that the actor may take back.
func (c *Case) canUnmark(actor Actor) bool {
	return slices.ContainsFunc(c.Loop, func(m LoopMark) bool { return m.mayUnmark(actor) })
}

// markLoop notes that a step was done.
func (d *decision) markLoop(cmd MarkLoop) error {
	step, ok := d.pol.Loop.Step(cmd.Step)
	switch {
	case cmd.Step == "":
		return Refusal("loop", Invalid, "required", "step")
	case !ok:
		return Refusal("loop", Invalid, "unknown_value", "step", "value", cmd.Step)
	case !has(step.By, string(d.Actor.Role)):
		return Refusal("loop", Forbidden, "loop.not_yours", "step")
	case d.LoopDone(step.Key) >= step.Times:
		return Refusal("loop", Conflict, "loop.done", "step")
	case len(d.Loop) >= maxLoopMarks:
		return Refusal("loop", Conflict, "too_many", "step", "max", strconv.Itoa(maxLoopMarks))
	case step.Kind != policy.LoopVisit && (cmd.Point != nil || len(cmd.Photos) > 0):
		return Refusal("loop", Invalid, "loop.no_visit", "point")
	case step.Kind != policy.LoopParty && cmd.Refused:
		return Refusal("loop", Invalid, "loop.no_party", "refused")
	case has(falls, step.Kind) && !d.hasResult():
		return Refusal("loop", Conflict, "loop.no_result", "step")
	case !d.apart(step, d.Actor.ID):
		return Refusal("loop", Conflict, "loop.same_person", "step")
	}
	m := LoopMark{ID: d.NewID, Step: step.Key, Kind: step.Kind, At: d.At, By: d.Actor.ID, Party: cmd.Party, Refused: cmd.Refused, Photos: cmd.Photos, Words: d.Order.Words}
	if err := d.checkMark(step, cmd, &m); err != nil {
		return err
	}
	d.Loop = append(slices.Clip(d.Loop), m)
	d.say("mark", m.ID)
	d.say("step", step.Key)
	d.say("party", m.Party)
	if m.Refused {
		d.say("refused", "true")
	}
	for i, p := range m.Photos {
		d.say("photo"+strconv.Itoa(i+1), p)
	}
	return nil
}

// checkMark asks what the step's kind asks.
func (d *decision) checkMark(step policy.LoopStep, cmd MarkLoop, m *LoopMark) error {
	switch step.Kind {
	case policy.LoopParty, policy.LoopMeeting:
		return d.checkLoopParty(step, m)
	case policy.LoopVisit:
		return d.checkVisit(step, cmd, m)
	}
	return nil
}

// checkLoopParty: the party is one of the case, signs once, and a refusal has a witness; one meets whom and when the policy has it.
func (d *decision) checkLoopParty(step policy.LoopStep, m *LoopMark) error {
	switch {
	case m.Party == "":
		return Refusal("loop", Invalid, "required", "party")
	case d.Party(m.Party) == nil:
		return Refusal("loop", Invalid, "unknown_value", "party", "value", m.Party)
	case m.Words.Empty() && (m.Refused || step.Kind == policy.LoopMeeting):
		return Refusal("loop", Invalid, "required", "text") // who witnessed the refusal; what was said
	case step.Kind == policy.LoopParty && d.signedLoop(m.Step, m.Party):
		return Refusal("loop", Conflict, "loop.same_person", "party")
	case !d.meetsWith(step, d.Party(m.Party)):
		return Refusal("loop", Conflict, "loop.other_side", "party", "side", step.With)
	case step.OtherDays && d.metOn(step.Key, d.At):
		return Refusal("loop", Conflict, "loop.same_day", "step")
	}
	return nil
}

// checkVisit compares the position with the case's place, as an arrival does: the benefit of the doubt is the visitor's.
func (d *decision) checkVisit(step policy.LoopStep, cmd MarkLoop, m *LoopMark) error {
	if step.Photo && len(cmd.Photos) == 0 {
		return Refusal("loop", Invalid, "required", "photos")
	}
	metres, placed, err := d.near("loop", place{cmd.Point, cmd.AccuracyM}, step.Metres, step.AccuracyMetres)
	m.Metres, m.Placed = metres, placed
	return err
}

// unmarkLoop 撤销环节: whoever noted it by mistake, or the county, takes it back.
func (d *decision) unmarkLoop(cmd UnmarkLoop) error {
	i := slices.IndexFunc(d.Loop, func(m LoopMark) bool { return m.ID == cmd.Mark })
	switch {
	case cmd.Mark == "":
		return Refusal("loop", Invalid, "required", "mark")
	case i < 0:
		return Refusal("loop", Invalid, "unknown_value", "mark", "value", cmd.Mark)
	case !d.Loop[i].mayUnmark(d.Actor):
		return Refusal("loop", Forbidden, "loop.not_yours", "mark")
	case cmd.Reason == "":
		return Refusal("loop", Invalid, "required", "reason")
	}
	d.say("mark", cmd.Mark)
	d.say("step", d.Loop[i].Step)
	d.say("reason", cmd.Reason)
	d.Loop = slices.Delete(slices.Clone(d.Loop), i, i+1)
	return nil
}

// falls are the kinds of marks that are of one result, and fall with it.
var falls = []string{policy.LoopSignature, policy.LoopParty, policy.LoopCheck}

// overtaking are the commands after which there is another result, or none.
var overtaking = []CommandName{CmdAgree, CmdUnagree, CmdTransfer, CmdDanger, CmdTakeBack, CmdTerminate, CmdRefuseMediation}

// loopAfter takes back what a command has overtaken: of another result nothing is signed and checked yet, and a new turn begins the loop anew.
func (d *decision) loopAfter(name CommandName) {
	step, _ := d.Command.(HandlePetition)
	switch {
	case name == CmdReopen:
		d.Loop = nil
	case has(overtaking, name), step.Step == StepOpinion:
		d.Loop = slices.DeleteFunc(slices.Clone(d.Loop), func(m LoopMark) bool { return has(falls, m.Kind) })
	}
}
