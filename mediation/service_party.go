package mediation

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// check refuses a party that is not well-formed; at is the path of the party in the request, "" or "parties[0].".
func (in *PartyInput) check(at string) error {
	switch {
	case in.Kind != Person && in.Kind != Organisation:
		return Refusal("party", Invalid, "unknown_value", at+"kind", "value", string(in.Kind))
	case in.Side != Applicant && in.Side != Respondent && in.Side != ThirdParty:
		return Refusal("party", Invalid, "unknown_value", at+"side", "value", string(in.Side))
	case strings.TrimSpace(in.Name) == "":
		return Refusal("party", Invalid, "required", at+"name")
	}
	return in.bounds(at)
}

// bounds refuses what is too long or too much.
func (in *PartyInput) bounds(at string) error {
	for field, list := range map[string][]string{"kin": in.Kin, "units": in.Units} {
		if len(list) > maxConflicts {
			return Refusal("party", Invalid, "too_many", at+field, "max", strconv.Itoa(maxConflicts))
		}
		for i, x := range list {
			if utf8.RuneCountInString(x) > maxName {
				return Refusal("party", Invalid, "too_long", at+field+"["+strconv.Itoa(i)+"]", "max", strconv.Itoa(maxName))
			}
		}
	}
	for field, text := range map[string]string{"name": in.Name, "phone": in.Phone, "idNumber": in.IDNumber, "address": in.Address} {
		if utf8.RuneCountInString(text) > maxName {
			return Refusal("party", Invalid, "too_long", at+field, "max", strconv.Itoa(maxName))
		}
	}
	return nil
}

// maxName bounds a party's names and numbers, in characters; maxConflicts how many kin and units may be named.
const (
	maxName      = 200
	maxConflicts = 20
)

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
	return s.described(ctx, at, Party{ID: newID(), Key: key, Since: now}, in)
}

// described is the party as described: sealed under their key, found by what identifies them. Kin must be mediators there are:
// anything else would be somebody's name in the open.
func (s *Service) described(ctx context.Context, at string, p Party, in PartyInput) (Party, error) {
	p.Kind, p.Side, p.Kin, p.Account, p.Units, p.Match = in.Kind, in.Side, in.Kin, in.Account, nil, nil
	for i, id := range in.Kin {
		if _, err := s.Mediators.Load(ctx, id); errors.Is(err, ErrNotFound) {
			return Party{}, Refusal("party", Invalid, "unknown_value", at+"kin["+strconv.Itoa(i)+"]", "value", id)
		} else if err != nil {
			return Party{}, err
		}
	}
	if in.Account != "" {
		if names, err := s.Users.Named(ctx, []string{in.Account}); err != nil {
			return Party{}, err
		} else if _, known := names[in.Account]; !known {
			return Party{}, Refusal("party", Invalid, "unknown_value", at+"account", "value", in.Account)
		}
	}
	for _, u := range in.Units {
		p.Units = append(p.Units, UnitHash(s.Sealer, u))
	}
	var err error
	for _, f := range []struct {
		to   *Sealed
		text string
	}{{&p.Name, in.Name}, {&p.Phone, in.Phone}, {&p.IDNumber, in.IDNumber}, {&p.Address, in.Address},
		{&p.UnitNames, strings.Join(in.Units, "\n")}} {
		if *f.to, err = s.seal(ctx, p.Key, f.text); err != nil {
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

// corrected is a party with what was entered wrongly replaced; what is not said stays.
func (s *Service) corrected(ctx context.Context, p Party, as PartyInput) (Party, error) {
	was := PartyInput{Kind: p.Kind, Side: p.Side, Kin: p.Kin, Account: p.Account}
	units := ""
	for _, f := range []struct {
		to   *string
		from Sealed
	}{{&was.Name, p.Name}, {&was.Phone, p.Phone}, {&was.IDNumber, p.IDNumber}, {&was.Address, p.Address}, {&units, p.UnitNames}} {
		var err error
		if *f.to, err = s.Open(ctx, f.from); err != nil {
			return Party{}, err
		}
	}
	if units != "" {
		was.Units = strings.Split(units, "\n")
	}
	as = PartyInput{Kind: cmp.Or(as.Kind, was.Kind), Side: cmp.Or(as.Side, was.Side), Name: cmp.Or(as.Name, was.Name), Phone: cmp.Or(as.Phone, was.Phone),
		IDNumber: cmp.Or(as.IDNumber, was.IDNumber), Address: cmp.Or(as.Address, was.Address), Kin: given(as.Kin, was.Kin), Units: given(as.Units, was.Units),
		Account: cmp.Or(as.Account, was.Account)}
	if err := as.check(""); err != nil {
		return Party{}, err
	}
	return s.described(ctx, "", p, as)
}

// given is a list if one was given, be it empty; else the other.
func given(list, otherwise []string) []string {
	if list == nil {
		return otherwise
	}
	return list
}

// UnitHash is the keyed hash by which a party and a mediator of one unit are known as such.
func UnitHash(s Sealer, name string) string { return s.Hash("unit", strings.TrimSpace(name)) }

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
