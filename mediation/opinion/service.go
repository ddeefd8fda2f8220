package opinion

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Sites        Sites
	Campaigns    Campaigns
	Suggestions  Suggestions
	Publications Publications
	Papers       Papers
	Core         Core
	Users        mediation.Users
	Sealer       mediation.Sealer
	Phone        func(string) string // the one form of a phone number
	Atlas        *grid.Atlas
	Now          func() time.Time // case time
	Log          *slog.Logger
}

// Service collects opinions.
type Service struct{ Deps }

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{d} }

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// order is a command now, at the revision that the caller saw (0: they need not have seen any), once per key.
func (s *Service) order(actor mediation.Actor, revision int64, key string) Order {
	o := Order{Actor: actor, At: s.now(), Revision: revision}
	if key != "" {
		o.Cmd = s.Sealer.Hash("opinion command", actor.ID+"\x00"+key)
	}
	return o
}

// rules are those in force, of a county that collects opinions.
func (s *Service) rules(ctx context.Context, version string) (mediation.Rules, error) {
	r, err := s.Core.Rules(ctx, version)
	if err == nil && !r.Policy.Opinions.On() {
		err = mediation.Refusal("opinion", mediation.Conflict, "opinion.off", "")
	}
	return r, err
}

// clientID reads a UUID that a client has made.
func clientID(id string) (string, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return "", mediation.Refusal("opinion", mediation.Invalid, "not_a_uuid", "clientId")
	}
	return parsed.String(), nil
}

var errDiffers = mediation.Refusal("opinion", mediation.Differs, "same_id_other_content", "clientId")

// OpenSite opens a station or a point in the actor's area. The same again is the same one.
func (s *Service) OpenSite(ctx context.Context, actor mediation.Actor, in SiteInput) (site Site, again bool, err error) {
	if !mediation.May(actor, mediation.OpinionLead) {
		return site, false, mediation.Refusal("opinion", mediation.Forbidden, "forbidden", "")
	}
	id, err := clientID(in.ID)
	if err != nil {
		return site, false, err
	}
	if _, err := s.rules(ctx, ""); err != nil {
		return site, false, err
	}
	site = Site{ID: id, By: actor.ID, Made: s.now()}
	if err := s.describe(ctx, actor, &site, in); err != nil {
		return Site{}, false, err
	}
	site.Print = site.print()
	stored, as, err := s.Sites.Add(ctx, site)
	if err == nil && !stored && as.Print != site.Print {
		err = errDiffers
	}
	return as, !stored, err
}

// describe writes what is said onto a site, and checks what only the plan and the accounts know.
func (s *Service) describe(ctx context.Context, actor mediation.Actor, site *Site, in SiteInput) error {
	if err := site.apply(in, s.Atlas.Load()); err != nil {
		return err
	}
	if !mediation.MayArea(actor, mediation.OpinionLead, site.Cell) {
		return mediation.Refusal("opinion", mediation.Invalid, "opinion.elsewhere", "point")
	}
	if in.Keeper == "" {
		return nil
	}
	names, err := s.Users.Named(ctx, []string{in.Keeper})
	if err == nil && len(names) == 0 {
		err = mediation.Refusal("opinion", mediation.Invalid, "unknown_value", "keeper", "value", in.Keeper)
	}
	return err
}

// ChangeSite corrects what is said of a site that takes suggestions.
func (s *Service) ChangeSite(ctx context.Context, actor mediation.Actor, id string, revision int64, in SiteInput) (Site, error) {
	probe, err := s.Sites.Load(ctx, id)
	if err == nil {
		err = s.describe(ctx, actor, &probe, in)
	}
	if err != nil {
		return Site{}, err
	}
	plan := s.Atlas.Load()
	return s.Sites.Update(ctx, id, func(x *Site) error {
		switch {
		case x.Version != revision:
			return mediation.ErrStale
		case !x.Closed.IsZero():
			return mediation.Refusal("opinion", mediation.Conflict, "opinion.site_closed", "", "site", x.Name)
		}
		return x.apply(in, plan)
	})
}

// CloseSite closes a site for good, once per key.
func (s *Service) CloseSite(ctx context.Context, actor mediation.Actor, id string, revision int64, key, reason string) (Site, error) {
	if err := public("reason", reason, MaxReason, nil); err != nil {
		return Site{}, err
	}
	o := s.order(actor, revision, key)
	return s.Sites.Update(ctx, id, func(x *Site) error {
		if o.Cmd != "" && slices.Contains(x.Commands, o.Cmd) {
			return nil
		}
		if x.Version != revision {
			return mediation.ErrStale
		}
		x.Commands = append(slices.Clip(x.Commands), o.Cmd)
		return x.shut(reason, o.At)
	})
}

// CampaignInput is a campaign as somebody describes it: days as 2026-03-10, both included.
type CampaignInput struct {
	ID, TopicZh, TopicEn string
	Area                 grid.Code
	Unit                 string
	Opens, Closes        string
}

// checkUnit refuses a unit that leads a campaign and has nobody there.
func (s *Service) checkUnit(ctx context.Context, c *Campaign) error {
	if c.Unit == "" {
		return nil
	}
	staffed, err := s.Users.Staffed(ctx, c.Unit, c.Area)
	if err == nil && !staffed {
		err = mediation.Refusal("opinion", mediation.Invalid, "unknown_value", "unit", "value", c.Unit)
	}
	return err
}

// Announce undertakes a campaign in the actor's area. The same again is the same campaign.
func (s *Service) Announce(ctx context.Context, actor mediation.Actor, in CampaignInput) (c Campaign, again bool, err error) {
	if !mediation.MayArea(actor, mediation.OpinionLead, in.Area) {
		return c, false, mediation.Refusal("opinion", mediation.Forbidden, "forbidden", "area")
	}
	id, err := clientID(in.ID)
	if err != nil {
		return c, false, err
	}
	r, err := s.rules(ctx, "")
	if err != nil {
		return c, false, err
	}
	c = Campaign{ID: id, TopicZh: in.TopicZh, TopicEn: in.TopicEn, Area: in.Area, Unit: in.Unit, By: actor.ID, Made: s.now(), Stage: Announced, Revision: 1}
	if c.Opens, err = day(r, "opens", in.Opens); err == nil {
		c.Closes, err = lastDay(r, "closes", in.Closes)
	}
	if err != nil {
		return Campaign{}, false, err
	}
	c.schedule()
	if err := c.check(s.now()); err != nil {
		if was, failed := s.Campaigns.Load(ctx, c.ID); failed == nil && was.same(&c) {
			return was, true, nil // it was made in time
		}
		return Campaign{}, false, err
	}
	if err := s.checkUnit(ctx, &c); err != nil {
		return Campaign{}, false, err
	}
	stored, as, err := s.Campaigns.Add(ctx, c)
	switch {
	case err != nil:
		return as, false, err
	case !stored && !as.same(&c):
		return Campaign{}, false, errDiffers
	case as.NextDue.IsZero() || as.NextDue.After(s.now()):
		return as, !stored, nil
	}
	as, err = s.tick(ctx, id) // one that begins today need not wait for the sweep
	return as, !stored, err
}

// day is the county's midnight at which a day begins.
func day(r mediation.Rules, field, text string) (time.Time, error) {
	zone, err := r.Policy.Clocks.Calendar.Location()
	if err != nil {
		return time.Time{}, err
	}
	at, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return at, mediation.Refusal("opinion", mediation.Invalid, "opinion.not_a_day", field)
	}
	return at.UTC(), nil
}

// lastDay is the county's midnight at which a day ends.
func lastDay(r mediation.Rules, field, text string) (time.Time, error) {
	at, err := day(r, field, text)
	if err != nil {
		return at, err
	}
	zone, err := r.Policy.Clocks.Calendar.Location()
	return at.In(zone).AddDate(0, 0, 1).UTC(), err
}

func (s *Service) tick(ctx context.Context, id string) (Campaign, error) {
	now := s.now()
	return s.Campaigns.Update(ctx, id, func(c *Campaign) ([]mediation.Notice, error) {
		c.Stumble = 0
		return c.Tick(now), nil
	})
}

// EndCampaign closes a campaign before its time.
func (s *Service) EndCampaign(ctx context.Context, actor mediation.Actor, id string, revision int64, key, reason string) (Campaign, error) {
	o := s.order(actor, revision, key)
	return s.Campaigns.Update(ctx, id, func(c *Campaign) ([]mediation.Notice, error) { return c.End(o, reason) })
}

// ProlongCampaign puts the end of a campaign off, to the end of a day.
func (s *Service) ProlongCampaign(ctx context.Context, actor mediation.Actor, id string, revision int64, key, closes, reason string) (Campaign, error) {
	r, err := s.rules(ctx, "")
	if err != nil {
		return Campaign{}, err
	}
	until, err := lastDay(r, "closes", closes)
	if err != nil {
		return Campaign{}, err
	}
	o := s.order(actor, revision, key)
	return s.Campaigns.Update(ctx, id, func(c *Campaign) ([]mediation.Notice, error) { return c.Prolong(o, until, reason) })
}
