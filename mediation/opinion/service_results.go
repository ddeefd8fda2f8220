package opinion

import (
	"context"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// page is how many records are read at once.
const page = 500

// MaxStatement bounds the publisher's words, in characters.
const MaxStatement = 2000

// Publish publishes the results of a campaign that has closed, once per key; with a reason it publishes an edition that corrects them.
func (s *Service) Publish(ctx context.Context, actor mediation.Actor, id string, revision int64, key, text string, correct bool, reason string) (Campaign, error) {
	c, err := s.Campaigns.Load(ctx, id)
	if err != nil {
		return c, err
	}
	o := s.order(actor, revision, key)
	probe := c
	if _, err := probe.Publish(o, "", correct); err != nil {
		return c, err // before anything is written
	}
	if probe.Revision == c.Revision {
		return c, nil // it was published by this very command
	}
	if err := short("text", text, MaxStatement); err != nil {
		return c, err
	}
	if correct {
		if err := public("reason", reason, MaxPublic, nil); err != nil {
			return c, err
		}
	}
	if Personal(text, nil) {
		return c, mediation.Refusal("opinion", mediation.Invalid, "opinion.personal", "text")
	}
	standings, err := s.standings(ctx, id)
	if err != nil {
		return c, err
	}
	p := Sum(standings)
	if p.Names, err = s.topicNames(ctx, standings); err != nil {
		return c, err
	}
	p.ID, p.Campaign, p.At, p.By, p.Text, p.Reason = idOf("publication", id, o.Cmd), id, o.At, actor.ID, text, reason
	// The edition first: what nobody points to is not published.
	if err := s.Publications.Add(ctx, p); err != nil {
		return c, err
	}
	return s.Campaigns.Update(ctx, id, func(c *Campaign) ([]mediation.Notice, error) { return c.Publish(o, p.ID, correct) })
}

// topicNames are the names of the topics under which suggestions were made, each by the policy of its own time.
func (s *Service) topicNames(ctx context.Context, all []Standing) (map[string]policy.Text, error) {
	names := map[string]policy.Text{}
	for _, x := range all {
		if _, known := names[x.Topic]; known {
			continue
		}
		r, err := s.Core.Rules(ctx, x.Policy)
		if err != nil {
			return nil, err
		}
		if topic, ok := r.Policy.Opinions.Topic(x.Topic); ok {
			names[x.Topic] = topic.Name
		}
	}
	return names, nil
}

// standings are all suggestions of a campaign, and whether their units have answered.
func (s *Service) standings(ctx context.Context, campaign string) ([]Standing, error) {
	var all []Standing
	for cursor := ""; ; {
		list, next, err := s.Suggestions.Of(ctx, campaign, cursor, page)
		if err != nil {
			return nil, err
		}
		for i := range list {
			x := Standing{Suggestion: &list[i], Answered: list[i].Answered}
			if x.State == Routed {
				paper, err := s.Papers.Standing(ctx, x.Paper)
				if err != nil {
					return nil, err
				}
				x.Answered = paper.Answered
			}
			all = append(all, x)
		}
		if cursor = next; next == "" {
			return all, nil
		}
	}
}

// Edition is one edition of a campaign's results, from 1; 0 is the newest. mediation.ErrNotFound where nothing was published.
func (s *Service) Edition(ctx context.Context, c *Campaign, n int) (Publication, error) {
	if n == 0 {
		n = len(c.Editions)
	}
	if n < 1 || n > len(c.Editions) {
		return Publication{}, mediation.ErrNotFound
	}
	return s.Publications.Load(ctx, c.Editions[n-1])
}

// Figures counts what there is inside an area that lies in the actor's; with a campaign its suggestions alone.
func (s *Service) Figures(ctx context.Context, actor mediation.Actor, area grid.Code, campaign string) (Figures, error) {
	if area == "" {
		area = actor.Area
	}
	if !mediation.MayArea(actor, mediation.OpinionFigures, area) {
		return Figures{}, mediation.Refusal("opinion", mediation.Invalid, "unknown_value", "area", "value", string(area))
	}
	f := newFigures()
	err := each(func(cursor string) (string, error) {
		list, next, err := s.Sites.List(ctx, SiteFilter{Area: area}, cursor, page)
		for i := range list {
			f.site(&list[i])
		}
		return next, err
	})
	if err != nil {
		return f, err
	}
	err = each(func(cursor string) (string, error) {
		list, next, err := s.Campaigns.List(ctx, CampaignFilter{Meets: area}, cursor, page)
		for i := range list {
			if area.Contains(list[i].Area) {
				f.Campaigns[list[i].Stage]++
			}
		}
		return next, err
	})
	if err != nil {
		return f, err
	}
	return f, each(func(cursor string) (string, error) {
		list, next, err := s.Suggestions.List(ctx, Filter{Visible: Visible{Area: &area}, Campaign: campaign}, cursor, page)
		for i := range list {
			f.suggestion(&list[i])
		}
		return next, err
	})
}

// each reads page after page.
func each(read func(cursor string) (next string, err error)) error {
	for cursor := ""; ; {
		next, err := read(cursor)
		if err != nil || next == "" {
			return err
		}
		cursor = next
	}
}
