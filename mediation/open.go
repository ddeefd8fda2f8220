package mediation

import (
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation/policy"
)

// Opening is what OpenCase needs beside the report.
type Opening struct {
	ID      string
	At      time.Time // from when it counts: when the report came in
	Now     time.Time // when it is opened, At if zero
	Alike   []Summary // open cases that may be about the same
	Actor   Actor
	Parties []Party
	Units   map[string]string // of the desk for danger, where it is connected
}

// OpenCase makes the case that a report leads to. Danger goes to the police desk at once and no mediator is offered (PML 25);
// what policy accepts by itself goes straight to matching; the rest waits for a person.
func OpenCase(rep *Report, o Opening, r Rules) (Case, error) {
	area := rep.Place()
	c := Case{ID: o.ID, Home: area, Area: area, Cell: rep.Cell, PlanVersion: rep.PlanVersion, Category: rep.Category,
		Severity: rep.Severity, Emergency: rep.Emergency, Channel: rep.Channel, Key: rep.Key, Words: rep.Text, Point: rep.Point,
		Reporter: rep.Reporter, Parties: o.Parties, Policy: r.Policy.ID, Opened: o.At, Heard: Heard{Known: true}}
	c.file(rep.ID, rep.filer(), rep.Channel)
	c.fileOutside(rep.order())
	c.Number.Series = Series(area, r.Policy.Intake.NumberLevel, o.At)
	if l := r.Policy.Clocks.Whole; !l.Within.Zero() {
		c.WholeClock = Clock{Since: o.At, Due: r.after(o.At, l.Within)}
	} else {
		c.WholeClock = Clock{Since: o.At}
	}
	for _, a := range o.Alike {
		c.Suggested = append(c.Suggested, Suggestion{Case: a.ID, Reasons: []string{"same_cell", "same_category"}})
	}
	d := &decision{Case: &c, Order: Order{Actor: o.Actor, At: o.At, Units: o.Units}, rules: r, pol: r.Policy}
	if category, known := r.Policy.Category(rep.Category); known {
		d.classify(category)
	}
	d.begin("opened")
	if !o.Now.IsZero() {
		d.event.At = o.Now // what happens bears the time at which it does, or checkpoints would miss it
	}
	d.say("report", rep.ID)
	d.say("category", rep.Category)
	d.say("severity", strconv.Itoa(rep.Severity))
	d.beginStages(o.At)
	d.takePetition(rep)
	if err := d.firstState(); err != nil {
		return Case{}, err
	}
	d.dispatch(policy.OnOpened)
	d.chore(ChoreIndexWords, "")
	d.finish()
	return c, nil
}

func (d *decision) firstState() error {
	category, known := d.pol.Category(d.Category)
	switch {
	case d.Emergency:
		route, _ := d.pol.Route(d.pol.Intake.EmergencyRoute)
		d.say("route", route.Key)
		d.hand(route.Key, route.Desk, ReasonEmergency)
		d.passDanger()
		d.wake()
	case known && category.Mediable && d.Severity <= category.AutoAccept && len(d.Suggested) == 0 && d.meets(NeedNotRefused, d.Order, d.rules) == nil:
		d.say("accepted", "by_policy")
		return d.admit()
	default:
		d.enter(Reported)
		d.tell(NoticeNewCase, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	}
	return nil
}

// Series names the run of numbers of a unit and year, e.g. "33.01.11.001/2026". level is the unit's depth; the year is that
// of China Standard Time, in which the whole county writes its files.
func Series(area grid.Code, level int, at time.Time) string {
	return string(area.Prefix(level).Unit()) + "/" + strconv.Itoa(at.In(chinaTime).Year())
}

// chinaTime is UTC+8 without daylight rules, as in force since 1991.
var chinaTime = time.FixedZone("CST", 8*60*60)

// Adopt takes a report into the case: by itself for the same reporter or a shared party, or by a person's join.
func Adopt(c *Case, rep *Report, parties []Party, why string, actor Actor, now time.Time, r Rules) {
	if has(c.Reports, rep.ID) {
		return
	}
	d := &decision{Case: c, Order: Order{Actor: actor, At: now}, rules: r, pol: r.Policy}
	d.begin("report_joined")
	d.say("report", rep.ID)
	d.say("why", why)
	d.file(rep.ID, rep.filer(), rep.Channel)
	taken, its, none := d.takePass(rep), d.foreran(rep), d.Petition == nil
	d.fileOutside(rep.order())
	if its {
		d.learn(rep)
	} else if !taken { // what goes from desk to desk is not brought in again
		d.broughtAgain(rep, parties)
		d.takePetition(rep)
	}
	for _, p := range parties {
		p.Via = rep.ID
		d.welcome(p)
	}
	if none && d.Petition != nil {
		d.begunBy(parties)
	}
	d.tellPanel(NoticeProgress, "")
	d.finish()
}

func shares(a, b []string) bool {
	for _, x := range a {
		if has(b, x) {
			return true
		}
	}
	return false
}

func without(list []string, x string) []string {
	kept := make([]string, 0, len(list))
	for _, y := range list {
		if y != x {
			kept = append(kept, y)
		}
	}
	return kept
}
