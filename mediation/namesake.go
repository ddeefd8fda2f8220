package mediation

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Whoever writes again names the other side again, and mostly without a number: a person of whom no number is told, or an organisation, of the
// side, kind and name of one whom the case has is that one. Names are sealed, so that they are opened and compared, and no mark of a name is kept.

// namesakes are the parties of a report as the case that takes it in knows them: by the same petitioner, whom it has already by name bears the id
// that they have there.
func (s *Service) namesakes(ctx context.Context, c *Case, rep *Report) ([]Party, error) {
	parties := slices.Clone(rep.Parties)
	if !shares(petitioners(c.Parties), petitioners(parties)) {
		return parties, nil
	}
	for i := range parties {
		p := &parties[i]
		if p.Kind == Person && len(p.Match) > 0 || c.same(p) != nil {
			continue
		}
		own, err := s.namesake(ctx, c, p)
		if err != nil {
			return nil, err
		}
		if own != "" {
			p.ID = own
		}
	}
	return parties, nil
}

// namesake is the id of the case's party of the same side, kind and name, "" if there is none.
func (s *Service) namesake(ctx context.Context, c *Case, p *Party) (string, error) {
	name, err := s.nameOf(ctx, p)
	if err != nil || name == "" {
		return "", err
	}
	for i := range c.Parties {
		own := &c.Parties[i]
		if own.Side != p.Side || own.Kind != p.Kind || p.Account != "" && p.Account != own.Account {
			continue
		}
		if is, err := s.nameOf(ctx, own); err != nil || is == name {
			return own.ID, err
		}
	}
	return "", nil
}

// nameOf is a party's name as names are compared: whatever its width, and without spaces.
func (s *Service) nameOf(ctx context.Context, p *Party) (string, error) {
	name, err := s.Open(ctx, p.Name)
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(name)), err
}
