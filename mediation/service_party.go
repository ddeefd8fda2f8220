package mediation

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// check refuses a party that is not well-formed; at is the path of the party in the request, "" or "parties[0].".
func (in *PartyInput) check(at string) error {
	switch {
	case in.Kind != Person && in.Kind != Organisation:
		return refuse("party", Invalid, "unknown_value", at+"kind", "value", string(in.Kind))
	case in.Side != Applicant && in.Side != Respondent && in.Side != ThirdParty:
		return refuse("party", Invalid, "unknown_value", at+"side", "value", string(in.Side))
	case strings.TrimSpace(in.Name) == "":
		return refuse("party", Invalid, "required", at+"name")
	}
	for field, text := range map[string]string{"name": in.Name, "phone": in.Phone, "idNumber": in.IDNumber, "address": in.Address} {
		if utf8.RuneCountInString(text) > maxName {
			return refuse("party", Invalid, "too_long", at+field, "max", strconv.Itoa(maxName))
		}
	}
	return nil
}

// maxName bounds a party's names and numbers, in characters.
const maxName = 200

// sharing lists the open cases at the same place and category that a new party is in already: a person should look whether
// they are one.
func (s *Service) sharing(ctx context.Context, c *Case, p Party) ([]Suggestion, error) {
	if c.Cell == "" || len(p.Match) == 0 {
		return nil, nil
	}
	alike, err := s.Cases.Alike(ctx, AlikeQuery{Cell: c.Cell, Category: c.Category}, 50)
	if err != nil {
		return nil, err
	}
	var list []Suggestion
	for _, a := range alike {
		if a.ID != c.ID && shares(a.Match, p.Match) {
			list = append(list, Suggestion{Case: a.ID, Reasons: []string{"same_cell", "same_category", "shared_party"}})
		}
	}
	return list, nil
}

// party seals a party under a key of their own.
func (s *Service) party(ctx context.Context, at string, in PartyInput, now time.Time) (Party, error) {
	if err := in.check(at); err != nil {
		return Party{}, err
	}
	key, err := s.Sealer.NewKey(ctx)
	if err != nil {
		return Party{}, err
	}
	p := Party{ID: newID(), Kind: in.Kind, Side: in.Side, Key: key, Kin: in.Kin, Units: in.Units, Since: now}
	for _, f := range []struct {
		to   *Sealed
		text string
	}{{&p.Name, in.Name}, {&p.Phone, in.Phone}, {&p.IDNumber, in.IDNumber}, {&p.Address, in.Address}} {
		if *f.to, err = s.seal(ctx, key, f.text); err != nil {
			return Party{}, err
		}
	}
	if in.Phone != "" {
		p.Match = append(p.Match, PhoneMatch(s.Sealer, s.Phone(in.Phone)))
	}
	if in.IDNumber != "" {
		p.Match = append(p.Match, s.Sealer.Hash("id", s.IDNumber(in.IDNumber)))
	}
	return p, nil
}

// PhoneMatch is the keyed hash by which whoever has this phone is known again, as a party of another case or as a mediator. The
// number is in the one form that Deps.Phone gives.
func PhoneMatch(s Sealer, phone string) string { return s.Hash("phone", phone) }

// newLink makes the code of a party's link: 16 characters, 80 bits, without letters that look alike.
func newLink() string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:])
}

// linked is whose link the order made. Where the order was carried out at an earlier sending, that one's link is the one that
// stands, and nobody knows its code any more: there is none to give.
func (c *Case) linked(o Order, link string) (party, code string) {
	hash := o.LinkHash
	if o.Party != nil {
		hash = o.Party.LinkHash
	}
	for i := range c.Parties {
		if c.Parties[i].LinkHash == hash {
			return c.Parties[i].ID, link
		}
	}
	for i := range c.Events {
		if o.Key != "" && c.Events[i].Cmd == o.Key {
			return c.Events[i].Data["party"], ""
		}
	}
	return "", ""
}
