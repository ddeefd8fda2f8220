package mediation

import (
	"context"
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation/policy"
)

// Charge (包案): a leader of one of the four bodies (四套班子) answers for a named case until it is settled, by a plan of its own
// (一案一策) and on dates on which the leader looks after it. It stays through every turn of the case. That it stands on the case is
// for the sight: who is in charge reads what others who watch do not.
type Charge struct {
	Leader  string // user id
	Body    string // policy's word: the committee, the congress, the government, the consultative conference
	Since   time.Time
	By      string
	Plan    Sealed
	Planned time.Time
	Reviews []Review // by date
}

// Review (会办) is one date on which the leader looks after the case.
type Review struct {
	Clock Clock
	Done  time.Time
	By    string
	Notes Sealed
}

// maxReviews bounds the dates that a case holds, those done among them.
const maxReviews = 40

// charged tells whether the user is in charge of the case.
func (c *Case) charged(user string) bool {
	return c.Charge != nil && user != "" && c.Charge.Leader == user
}

// nextReview is the index of the review that comes next, -1 if none does.
func (c *Case) nextReview() int {
	if c.Charge == nil {
		return -1
	}
	return slices.IndexFunc(c.Charge.Reviews, func(r Review) bool { return r.Done.IsZero() })
}

// ReviewDue is when the leader in charge must look after the case next; zero: never.
func (c *Case) ReviewDue() time.Time {
	if i := c.nextReview(); i >= 0 && !c.State.Over() {
		return c.Charge.Reviews[i].Clock.Due
	}
	return time.Time{}
}

// charge makes the part of the case that is to be changed, apart from the one that was read.
func (d *decision) charge() *Charge {
	k := *d.Case.Charge
	k.Reviews = slices.Clone(k.Reviews)
	d.Case.Charge = &k
	return &k
}

// takeCharge 包案.
func (d *decision) takeCharge(cmd TakeCharge) error {
	leader := cmd.Leader
	if leader == "" {
		leader = d.Actor.ID
	}
	switch {
	case d.Body == "":
		return Refusal("take_charge", Invalid, "unknown_value", "leader", "value", leader)
	case d.Actor.Role == Leader && leader != d.Actor.ID:
		return Refusal("take_charge", Conflict, "charge.others", "leader") // a leader takes a case on, and gives none to another
	case d.Order.Words.Empty():
		return Refusal("take_charge", Invalid, "required", "plan")
	}
	reviews, err := d.reviews(cmd.Reviews, 0, d.rules.after(d.At, d.pol.Charge.Every))
	if err != nil {
		return err
	}
	d.Case.Charge = &Charge{Leader: leader, Body: d.Body, Since: d.At, By: d.Actor.ID, Plan: d.Order.Words, Planned: d.At, Reviews: reviews}
	d.say("leader", leader)
	d.say("body", d.Body)
	if leader != d.Actor.ID {
		d.tell(NoticeCharge, Recipient{User: leader}, reviews[0].Clock.Due)
	}
	d.tellWorking(NoticeProgress)
	return nil
}

// reviews makes the dates of a plan: as said, the first no later than the latest and each other no longer after the one before than the
// policy has a leader look after a case; or the first as the policy has it.
func (d *decision) reviews(dates []time.Time, kept int, latest time.Time) ([]Review, error) {
	if max(len(dates), 1)+kept > maxReviews {
		return nil, Refusal("take_charge", Invalid, "too_many", "reviews", "max", strconv.Itoa(maxReviews-kept))
	}
	if len(dates) == 0 {
		return []Review{d.nextByRule()}, nil
	}
	list := make([]Review, len(dates))
	for i, due := range dates {
		field := "reviews[" + strconv.Itoa(i) + "]"
		switch {
		case !due.After(d.At):
			return nil, Refusal("take_charge", Invalid, "in_past", field)
		case i > 0 && !due.After(dates[i-1]):
			return nil, Refusal("take_charge", Invalid, "out_of_order", field)
		case due.After(latest):
			return nil, Refusal("take_charge", Invalid, "too_late", field, "latest", written(latest))
		}
		list[i] = Review{Clock: Clock{Since: d.At, Due: due, By: d.Actor.ID}}
		latest = d.rules.after(due, d.pol.Charge.Every)
	}
	return list, nil
}

// nextByRule is the date that comes next where nobody names one.
func (d *decision) nextByRule() Review {
	return Review{Clock: Clock{Since: d.At, Due: d.rules.after(d.At, d.pol.Charge.Every)}}
}

// replan 调整方案: another plan and, where any are named, other dates. What was done stays, and so does what was missed: it waits to be done, and
// is overdue until then.
func (d *decision) replan(cmd PlanCharge) error {
	if d.Order.Words.Empty() {
		return Refusal("plan_charge", Invalid, "required", "plan")
	}
	reviews := d.Case.Charge.Reviews
	isAhead := func(r Review) bool { return r.Done.IsZero() && r.Clock.Due.After(d.At) }
	if len(cmd.Reviews) > 0 || !slices.ContainsFunc(reviews, isAhead) {
		kept := slices.DeleteFunc(slices.Clone(reviews), isAhead)
		next, err := d.reviews(cmd.Reviews, len(kept), d.latestReview())
		if err != nil {
			return err
		}
		reviews = append(kept, next...)
	}
	k := d.charge()
	k.Plan, k.Planned, k.Reviews = d.Order.Words, d.At, reviews
	return nil
}

// latestReview is until when the next review may be put off: as long after the last one, or after the leader took charge, as the policy has it,
// or where it stands already. After a missed one, which stays, it counts from now.
func (d *decision) latestReview() time.Time {
	i := d.nextReview()
	if i < 0 || !d.Case.Charge.Reviews[i].Clock.Due.After(d.At) {
		return d.rules.after(d.At, d.pol.Charge.Every)
	}
	last := d.Case.Charge.Since
	if i > 0 {
		last = d.Case.Charge.Reviews[i-1].Done
	}
	latest := d.rules.after(last, d.pol.Charge.Every)
	if stands := d.Case.Charge.Reviews[i].Clock.Due; stands.After(latest) {
		latest = stands
	}
	return latest
}

// review 会办: the date that comes next is done. Where it was the last, another follows as the policy has it.
func (d *decision) review() error {
	if d.Order.Words.Empty() {
		return Refusal("review", Invalid, "required", "notes")
	}
	i := d.nextReview()
	if i < 0 {
		return Refusal("review", Conflict, "charge.no_review", "")
	}
	k := d.charge()
	r := &k.Reviews[i]
	r.Done, r.By, r.Notes = d.At, d.Actor.ID, d.Order.Words
	d.say("due", r.Clock.Due.UTC().Format(time.RFC3339))
	if d.nextReview() < 0 && len(k.Reviews) < maxReviews {
		k.Reviews = append(k.Reviews, d.nextByRule())
	}
	return nil
}

// release 解除包案.
func (d *decision) release(cmd ReleaseCharge) error {
	if cmd.Reason == "" {
		return Refusal("release_charge", Invalid, "required", "reason")
	}
	d.say("reason", cmd.Reason)
	d.say("leader", d.Case.Charge.Leader)
	d.tell(NoticeCharge, Recipient{User: d.Case.Charge.Leader}, time.Time{})
	d.Case.Charge = nil
	return nil
}

// reviewLimit is how often the policy has a leader look after a case, and when it reminds of a date. Where the plan names the dates, they stand in
// the reviews.
func reviewLimit(r Rules) policy.Limit { return r.Policy.Charge.Limit() }

// runReviews lets the clock of the review that comes next come to now.
func (d *decision) runReviews() bool {
	i := d.nextReview()
	if i < 0 {
		return false
	}
	k := d.Case.Charge.Reviews[i].Clock
	reminded, breached := k.run(d.rules, reviewLimit(d.rules), d.At)
	if !reminded && !breached {
		return false
	}
	d.charge().Reviews[i].Clock = k
	kind := "review_reminded"
	if breached {
		kind = "review_overdue"
	}
	d.begin(kind)
	d.say("leader", d.Case.Charge.Leader)
	d.say("due", k.Due.UTC().Format(time.RFC3339))
	d.tell(NoticeCharge, Recipient{User: d.Case.Charge.Leader}, k.Due)
	if breached {
		d.tell(NoticeBreach, Recipient{Role: Supervisor, Area: d.Area}, k.Due)
	}
	d.end()
	return true
}

// bodyOf is the body of the four that a leader belongs to, "" for who is no leader for the area.
func (s *Service) bodyOf(ctx context.Context, c *Case, user string) (string, error) {
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return "", err
	}
	who, open, err := s.Users.ActorOf(ctx, user)
	if err != nil || !open || who.Role != Leader || !who.Area.Contains(c.Area) {
		return "", err
	}
	return r.Policy.Charge.BodyOf(who.Unit), nil
}

// prepareCharge finds which body of the four the leader belongs to.
func (s *Service) prepareCharge(ctx context.Context, c *Case, o *Order, cmd TakeCharge) error {
	for _, at := range cmd.Reviews {
		if err := kept("reviews", at); err != nil {
			return err
		}
	}
	leader := cmd.Leader
	if leader == "" {
		leader = o.Actor.ID
	}
	var err error
	if o.Body, err = s.bodyOf(ctx, c, leader); err == nil {
		err = s.checkSide(ctx, c, leader, "take_charge", "leader")
	}
	return err
}
