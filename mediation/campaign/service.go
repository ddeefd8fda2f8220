package campaign

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Campaigns Campaigns
	Cases     Cases
	Heads     Heads
	Policies  mediation.Policies
	Now       func() time.Time // case time
}

// Service undertakes campaigns and shows how they go.
type Service struct {
	Deps
	courses *lru.Cache[string, known]
}

// known is a course that was read, of the case at that revision.
type known struct {
	revision int64
	course   Course
}

// knownCourses is how many courses are remembered: of a few large campaigns, some hundred bytes each.
const knownCourses = 3 * MaxMembers

// NewService returns a ready service.
func NewService(d Deps) (*Service, error) {
	courses, err := lru.New[string, known](knownCourses)
	return &Service{d, courses}, err
}

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// Plan is a campaign as it is asked for: days as 2026-03-10, both included.
type Plan struct {
	ID, Name    string
	Area        grid.Code
	From, Until string
	Rule        Rule
	Percent     int
}

// Make undertakes a campaign. The same id again is the same campaign.
func (s *Service) Make(ctx context.Context, actor mediation.Actor, p Plan) (Campaign, bool, error) {
	id, err := uuid.Parse(p.ID)
	switch {
	case !mediation.MayArea(actor, mediation.CampaignWrite, p.Area):
		return Campaign{}, false, mediation.Refusal("campaign", mediation.Forbidden, "forbidden", "area")
	case err != nil:
		return Campaign{}, false, mediation.Refusal("campaign", mediation.Invalid, "not_a_uuid", "clientId")
	}
	c := Campaign{ID: id.String(), Name: p.Name, Area: p.Area, Rule: p.Rule, Percent: p.Percent, By: actor.ID, Made: s.now()}
	if err := s.dates(ctx, &c, p); err != nil {
		return Campaign{}, false, err
	}
	if err := c.check(s.now()); err != nil {
		if was, known := s.Campaigns.Load(ctx, c.ID); known == nil && same(&was, &c) {
			return was, true, nil // it was made in time
		}
		return Campaign{}, false, err
	}
	stored, as, err := s.Campaigns.Add(ctx, c)
	if err == nil && !stored && !same(&as, &c) {
		return Campaign{}, false, mediation.Refusal("campaign", mediation.Differs, "same_id_other_content", "clientId")
	}
	return as, !stored, err
}

func same(a, b *Campaign) bool {
	return a.Name == b.Name && a.Area == b.Area && a.From.Equal(b.From) && a.FirstEnd().Equal(b.FirstEnd()) && a.Percent == b.Percent && a.By == b.By &&
		a.Rule.Source == b.Rule.Source && a.Rule.Category == b.Rule.Category && a.Rule.MinDays == b.Rule.MinDays && a.Rule.MinTurns == b.Rule.MinTurns
}

// dates reads the days and the source by the policy in force.
func (s *Service) dates(ctx context.Context, c *Campaign, p Plan) error {
	pol, err := s.Policies.Current(ctx)
	if err != nil {
		return err
	}
	zone, err := pol.Clocks.Calendar.Location()
	if err != nil {
		return err
	}
	if c.From, err = time.ParseInLocation(time.DateOnly, p.From, zone); err != nil {
		return mediation.Refusal("campaign", mediation.Invalid, "campaign.not_a_day", "from")
	}
	last, err := time.ParseInLocation(time.DateOnly, p.Until, zone)
	if err != nil {
		return mediation.Refusal("campaign", mediation.Invalid, "campaign.not_a_day", "until")
	}
	c.From, c.Until = c.From.UTC(), last.AddDate(0, 0, 1).UTC()
	if p.Rule.Source == "" {
		return nil
	}
	source, ok := pol.Intake.Source(p.Rule.Source)
	if !ok {
		return &mediation.Error{Op: "campaign", Kind: mediation.Invalid, Code: "unknown_value", Field: "rule.source", Params: map[string]string{"value": p.Rule.Source}}
	}
	c.Rule.Channels = source.Channels
	return nil
}

// End ends a campaign early, with the end of a day: today's where none is said.
func (s *Service) End(ctx context.Context, actor mediation.Actor, id, day, reason string) (Campaign, error) {
	return s.change(ctx, actor, id, true, day, reason)
}

// Prolong puts the end of a campaign off to the end of a day.
func (s *Service) Prolong(ctx context.Context, actor mediation.Actor, id, day, reason string) (Campaign, error) {
	if day == "" {
		return Campaign{}, mediation.Refusal("campaign", mediation.Invalid, "required", "until")
	}
	return s.change(ctx, actor, id, false, day, reason)
}

func (s *Service) change(ctx context.Context, actor mediation.Actor, id string, early bool, day, reason string) (Campaign, error) {
	c, err := s.Load(ctx, actor, id) // with its list, which no change of the end may change
	if err != nil {
		return c, err
	}
	if !mediation.MayArea(actor, mediation.CampaignWrite, c.Area) {
		return c, mediation.Refusal("campaign", mediation.Forbidden, "forbidden", "")
	}
	pol, err := s.Policies.Current(ctx)
	if err != nil {
		return c, err
	}
	zone, err := pol.Clocks.Calendar.Location()
	if err != nil {
		return c, err
	}
	o := Order{Actor: actor, At: s.now()}
	if day == "" {
		day = o.At.In(zone).Format(time.DateOnly)
	}
	last, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return c, mediation.Refusal("campaign", mediation.Invalid, "campaign.not_a_day", "until")
	}
	until := last.AddDate(0, 0, 1).UTC()
	return s.Campaigns.Update(ctx, id, func(c *Campaign) ([]mediation.Notice, error) { return c.change(o, early, until, reason) })
}

// Sees tells whether the caller sees a campaign, and may do the action to it: it concerns whose area meets its own.
func Sees(actor mediation.Actor, c *Campaign) bool {
	return mediation.MayArea(actor, mediation.CampaignRead, c.Area) || mediation.May(actor, mediation.CampaignRead) && c.Area.Contains(actor.Area)
}

// Load reads a campaign that the caller sees; from its start on with its list.
func (s *Service) Load(ctx context.Context, actor mediation.Actor, id string) (Campaign, error) {
	c, err := s.Campaigns.Load(ctx, id)
	if err == nil && !Sees(actor, &c) {
		err = mediation.ErrNotFound
	}
	if err != nil || !c.Frozen.IsZero() || s.now().Before(c.From) {
		return c, err
	}
	return s.freeze(ctx, &c)
}

// List pages the campaigns that the caller sees, the newest first. A page may hold fewer than limit where others' lie between.
func (s *Service) List(ctx context.Context, actor mediation.Actor, cursor string, limit int) ([]Campaign, string, error) {
	all, next, err := s.Campaigns.List(ctx, cursor, limit)
	return slices.DeleteFunc(all, func(c Campaign) bool { return !Sees(actor, &c) }), next, err
}

// freeze takes up the list: those that were open at the start and that the rule selects by the area and the category that they had then.
// Whoever asks first, and whenever, gets the same list.
func (s *Service) freeze(ctx context.Context, c *Campaign) (Campaign, error) {
	found := map[string]Member{}
	now := mediation.Filter{Area: c.Area, Category: c.Rule.Category, Channels: c.Rule.Channels}
	err := Past{s.Cases, s.Heads}.Each(ctx, now, c.From, func(h *mediation.Summary, events []mediation.Event) error {
		stood, filed := Standing{classOf(h.State), h.Repeats}, mediation.Filed{Area: h.Area, Category: h.Category}
		if events != nil {
			stood, filed = CourseOf(events).At(c.From), mediation.FiledAt(h, events, c.From)
		}
		delete(found, h.ID)
		if c.takes(h, stood, filed) {
			found[h.ID] = Member{h.ID, h.Opened}
		}
		return nil
	})
	if err != nil {
		return *c, err
	}
	members := make([]Member, 0, len(found))
	for _, m := range found {
		members = append(members, m)
	}
	slices.SortFunc(members, func(a, b Member) int { return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.ID, b.ID)) })
	members = members[:min(len(members), MaxMembers)]
	return s.Campaigns.Update(ctx, c.ID, func(c *Campaign) ([]mediation.Notice, error) {
		if c.Frozen.IsZero() {
			c.Frozen, c.Members = s.now(), members
		}
		return nil, nil
	})
}

// course reads a case's course, from memory where the case has not changed since.
func (s *Service) course(ctx context.Context, h *mediation.Summary) (Course, error) {
	if k, ok := s.courses.Get(h.ID); ok && k.revision == h.Revision {
		return k.course, nil
	}
	events, err := s.Cases.Timeline(ctx, h.ID, 0, everything)
	if err != nil {
		return nil, err
	}
	k := known{h.Revision, CourseOf(events)}
	s.courses.Add(h.ID, k)
	return k.course, nil
}

// seen is a member that the caller sees now, with its course.
type seen struct {
	mediation.Summary
	course Course
}

// members reads the members whose cases the caller's figures count, in the list's order.
func (s *Service) members(ctx context.Context, actor mediation.Actor, c *Campaign) ([]seen, error) {
	sight := mediation.VisibleBy(actor, mediation.StatsRead)
	var all []seen
	for some := range slices.Chunk(c.Members, page) {
		ids := make([]string, len(some))
		for i, m := range some {
			ids[i] = m.ID
		}
		heads, err := s.Heads.Summaries(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			h, ok := heads[id]
			if !ok || !figures.Shows(sight, &h) {
				continue
			}
			course, err := s.course(ctx, &h)
			if err != nil {
				return nil, err
			}
			all = append(all, seen{h, course})
		}
	}
	return all, nil
}

// BurnDown is how a campaign went, of the cases that the caller sees: at the start, at each day's end, and now.
func (s *Service) BurnDown(ctx context.Context, actor mediation.Actor, c *Campaign) ([]Point, error) {
	pol, err := s.Policies.Current(ctx)
	if err != nil {
		return nil, err
	}
	zone, err := pol.Clocks.Calendar.Location()
	if err != nil {
		return nil, err
	}
	all, err := s.members(ctx, actor, c)
	if err != nil {
		return nil, err
	}
	courses := make([]Course, len(all))
	for i := range all {
		courses[i] = all[i].course
	}
	return c.BurnDown(courses, c.Days(s.now().Add(time.Millisecond), zone)), nil // what happens at this very moment counts
}

// Behind lists the cases that stood in a class at a moment ("" class: all), the oldest first, from an offset on, and the next offset, 0 at the end.
func (s *Service) Behind(ctx context.Context, actor mediation.Actor, c *Campaign, class Class, at time.Time, offset, limit int) ([]mediation.Summary, int, error) {
	all, err := s.members(ctx, actor, c)
	if err != nil {
		return nil, 0, err
	}
	var found []mediation.Summary
	for i := range all {
		if class == "" || c.In(all[i].course, class, at) {
			found = append(found, all[i].Summary)
		}
	}
	found = found[min(offset, len(found)):]
	if len(found) > limit {
		return found[:limit], offset + limit, nil
	}
	return found, 0, nil
}
