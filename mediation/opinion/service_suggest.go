package opinion

import (
	"context"
	"errors"
	"strings"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// Input is a suggestion as it is sent.
type Input struct {
	ClientID string // the phone's UUID, never expires
	Campaign string
	Site     string    // where it was given; "" for nowhere in particular
	Cell     grid.Code // the micro-grid that it is about, where it was given at no site; "" for none in particular
	Topic    string
	Text     string
	// Name and Phone of the resident; "" where they would rather not say.
	Name, Phone string
	Print       string // fingerprint of the request as it came
}

// MaxResident bounds a resident's name, in characters.
const MaxResident = 50

func (in *Input) check(s *Service) (err error) {
	if in.ClientID, err = clientID(in.ClientID); err != nil {
		return err
	}
	if err := said("text", in.Text, MaxWords); err != nil {
		return err
	}
	if err := short("name", in.Name, MaxResident); err != nil {
		return err
	}
	if n := len(s.Phone(in.Phone)); in.Phone != "" && (n < 7 || n > 15) {
		return mediation.Refusal("opinion", mediation.Invalid, "invalid_value", "phone")
	}
	return nil
}

// Suggest takes a suggestion down, once, and gives it to its unit.
func (s *Service) Suggest(ctx context.Context, actor mediation.Actor, in Input) (x Suggestion, again bool, err error) {
	if !mediation.May(actor, mediation.OpinionGive) {
		return x, false, mediation.Refusal("opinion", mediation.Forbidden, "forbidden", "")
	}
	if err := in.check(s); err != nil {
		return x, false, err
	}
	id, print := idOf("suggestion", actor.ID, in.ClientID), s.Sealer.Hash("print", in.Print)
	known, err := s.Suggestions.Load(ctx, id)
	if err == nil {
		return s.same(ctx, known, print) // whatever has become of the campaign since
	}
	if !errors.Is(err, mediation.ErrNotFound) {
		return x, false, err
	}
	r, err := s.rules(ctx, "")
	if err != nil {
		return x, false, err
	}
	x = Suggestion{ID: id, ClientID: in.ClientID, Print: print, Campaign: in.Campaign, Site: in.Site, Topic: in.Topic, Way: wayOf(actor, in), By: actor.ID, Policy: r.Policy.ID}
	if err := s.place(ctx, actor, &x, in, r); err != nil {
		return Suggestion{}, false, err
	}
	if err := s.close(ctx, &x, in); err != nil {
		return Suggestion{}, false, err
	}
	x.State = Received
	x.log(Order{Actor: actor, At: x.At}, "received")
	stored, as, err := s.Suggestions.Add(ctx, x)
	if err != nil {
		return as, false, err
	}
	if !stored {
		return s.same(ctx, as, print)
	}
	return s.settled(ctx, as), false, nil
}

// same answers a suggestion that was sent before.
func (s *Service) same(ctx context.Context, known Suggestion, print string) (Suggestion, bool, error) {
	if known.Print != print {
		return Suggestion{}, false, errDiffers
	}
	return s.settled(ctx, known), true, nil
}

// wayOf says how a suggestion comes.
func wayOf(actor mediation.Actor, in Input) Way {
	switch {
	case in.Site != "":
		return AtSite
	case actor.Role == mediation.Desk:
		return ByHotline
	case actor.Role == mediation.TownshipStaff || actor.Role == mediation.CountyStaff:
		return AtOffice
	}
	return ByWorker
}

// place finds the campaign, the topic's unit and the area of a suggestion.
func (s *Service) place(ctx context.Context, actor mediation.Actor, x *Suggestion, in Input, r mediation.Rules) error {
	c, err := s.Campaigns.Load(ctx, in.Campaign)
	if err != nil {
		return err
	}
	x.At = s.now()
	if err := c.Takes(x.At); err != nil {
		return err
	}
	topic, ok := r.Policy.Opinions.Topic(in.Topic)
	if !ok {
		return mediation.Refusal("opinion", mediation.Invalid, "unknown_value", "topic", "value", in.Topic)
	}
	x.Unit = topic.Unit
	field := "cell"
	switch {
	case in.Site != "":
		field = "site"
		site, err := s.Sites.Load(ctx, in.Site)
		switch {
		case errors.Is(err, mediation.ErrNotFound):
			return mediation.Refusal("opinion", mediation.Invalid, "unknown_value", "site", "value", in.Site)
		case err != nil:
			return err
		case !site.Closed.IsZero():
			return mediation.Refusal("opinion", mediation.Conflict, "opinion.site_closed", "site", "site", site.Name)
		}
		x.Area = site.Cell
	case in.Cell != "":
		if _, there := s.Atlas.Load().IndexOf(in.Cell); !there {
			return mediation.Refusal("opinion", mediation.Invalid, "unknown_value", "cell", "value", string(in.Cell))
		}
		x.Area = in.Cell
	case c.Area.Contains(actor.Area):
		x.Area = actor.Area
	case actor.Area.Contains(c.Area):
		x.Area = c.Area
	}
	if x.Area == "" || !c.Area.Contains(x.Area) {
		return mediation.Refusal("opinion", mediation.Invalid, "opinion.not_asked", field)
	}
	return nil
}

// close seals what is the resident's under a key of its own.
func (s *Service) close(ctx context.Context, x *Suggestion, in Input) (err error) {
	if x.Key, err = s.Sealer.NewKey(ctx); err != nil {
		return err
	}
	for _, f := range []struct {
		to   *mediation.Sealed
		text string
	}{{&x.Words, in.Text}, {&x.Name, in.Name}, {&x.Phone, in.Phone}} {
		if f.text == "" {
			continue
		}
		if *f.to, err = s.Sealer.Seal(ctx, x.Key, []byte(f.text)); err != nil {
			return err
		}
	}
	if in.Phone != "" {
		x.Match = []string{mediation.PhoneMatch(s.Sealer, s.Phone(in.Phone))}
	}
	return nil
}

// settled sees at once to what a suggestion makes necessary elsewhere. What fails here the sweep does: the suggestion itself is stored,
// which is what was asked.
func (s *Service) settled(ctx context.Context, x Suggestion) Suggestion {
	done, err := s.settle(ctx, x)
	if err != nil {
		s.Log.WarnContext(ctx, "opinion: left to the sweep", "suggestion", x.ID, "cause", err)
		return x
	}
	return done
}

// settle gives a suggestion that has just come to its unit, and makes the report of one that is in truth a dispute. Either may be
// repeated: papers and reports have ids that are the same on every run.
func (s *Service) settle(ctx context.Context, x Suggestion) (Suggestion, error) {
	switch x.State {
	case Received:
		return s.assign(ctx, x)
	case Turning:
		return s.report(ctx, x)
	}
	return x, nil
}

func (s *Service) assign(ctx context.Context, x Suggestion) (Suggestion, error) {
	r, err := s.rules(ctx, x.Policy)
	if err != nil {
		return x, err
	}
	text, err := s.Words(ctx, x.Words)
	if err != nil {
		return x, err
	}
	topic, _ := r.Policy.Opinions.Topic(x.Topic)
	paper, err := s.Papers.Assign(ctx, Assignment{ID: paperOf(x.ID), Suggestion: x.ID, Kind: r.Policy.Opinions.Paper, Unit: x.Unit, Area: x.Area, Text: "〔" + topic.Name.Zh + "〕" + text})
	if err != nil {
		return x, err
	}
	o := Order{Actor: mediation.SystemActor, At: s.now()}
	return s.Suggestions.Update(ctx, x.ID, func(x *Suggestion) error { x.route(o, paper); return nil })
}

// paperOf is the id of a suggestion's paper, the same on every run.
func paperOf(suggestion string) string { return idOf("paper", suggestion) }

func (s *Service) report(ctx context.Context, x Suggestion) (Suggestion, error) {
	r, err := s.rules(ctx, x.Policy)
	if err != nil {
		return x, err
	}
	client := uuid.NewSHA1(namespace, []byte("report\x00"+x.ID)).String()
	in := mediation.ReportInput{ClientID: client, Channel: r.Policy.Opinions.Channel, Category: x.Turn.Category, Severity: x.Turn.Severity, Print: client, Suggestion: x.ID}
	if in.Text, err = s.Words(ctx, x.Words); err != nil {
		return x, err
	}
	if _, cell := s.Atlas.Load().IndexOf(x.Area); cell {
		in.Cell = x.Area
	}
	name, err := s.Words(ctx, x.Name)
	if err != nil {
		return x, err
	}
	if name != "" {
		p := mediation.PartyInput{Kind: mediation.Person, Side: mediation.Applicant, Name: name}
		if p.Phone, err = s.Words(ctx, x.Phone); err != nil {
			return x, err
		}
		in.Parties = []mediation.PartyInput{p}
	}
	got, err := s.Core.Receive(ctx, x.Turn.By, in)
	if err != nil {
		return x, err
	}
	if err := s.Papers.Withdraw(ctx, x.Paper, "这条建议实为纠纷，已转为上报，无须答复。"); err != nil {
		return x, err
	}
	at := s.now()
	return s.Suggestions.Update(ctx, x.ID, func(x *Suggestion) error { x.became(at, got.Report.ID, got.Report.Case); return nil })
}

// Look returns a suggestion that the actor sees; anything else is mediation.ErrNotFound.
func (s *Service) Look(ctx context.Context, actor mediation.Actor, id string) (Suggestion, error) {
	x, err := s.Suggestions.Load(ctx, id)
	if err == nil && !May(actor, mediation.SuggestionRead, &x) {
		err = mediation.ErrNotFound
	}
	if err == nil {
		var hidden bool
		if hidden, err = s.hides(ctx, actor, &x); hidden {
			err = mediation.ErrNotFound
		}
	}
	if err != nil {
		return Suggestion{}, err
	}
	return x, nil
}

// SeeContact notes that the actor reads who made a suggestion. Only who decides on it may.
func (s *Service) SeeContact(ctx context.Context, actor mediation.Actor, x *Suggestion) error {
	if !May(actor, mediation.SuggestionDecide, x) {
		return mediation.Refusal("opinion", mediation.Forbidden, "forbidden", "reveal")
	}
	e := Entry{At: s.now(), Actor: actor.ID, Kind: "contact_seen"}
	_, err := s.Suggestions.Update(ctx, x.ID, func(x *Suggestion) error {
		if len(x.History) >= maxEntries/2 { // the rest is for what is to be done about it
			return mediation.Refusal("opinion", mediation.Conflict, "opinion.full", "")
		}
		x.History = append(x.History[:len(x.History):len(x.History)], e)
		return nil
	})
	return err
}

// List pages the suggestions that the actor sees, newest first.
func (s *Service) List(ctx context.Context, actor mediation.Actor, f Filter, cursor string, limit int) ([]Summary, string, error) {
	f.Visible = VisibleTo(actor)
	return s.Suggestions.List(ctx, f, cursor, limit)
}

// Decide says what was made of a suggestion. Without an answer in the caller's words the unit's reply is the answer.
func (s *Service) Decide(ctx context.Context, actor mediation.Actor, id string, revision int64, key string, out Outcome) (Suggestion, error) {
	x, err := s.Look(ctx, actor, id)
	if err != nil {
		return x, err
	}
	var paper Paper
	if x.Paper != "" {
		if paper, err = s.Papers.Standing(ctx, x.Paper); err != nil {
			return x, err
		}
	}
	if out.Answer == "" && paper.Accepted {
		if out.Answer, err = s.Words(ctx, paper.Reply); err != nil {
			return x, err
		}
	}
	names, err := s.names(ctx, &x)
	if err != nil {
		return x, err
	}
	o := s.order(actor, revision, key)
	return s.Suggestions.Update(ctx, id, func(x *Suggestion) error { return x.Decide(o, out, paper.Accepted, names) })
}

// names are what identifies the resident of a suggestion.
func (s *Service) names(ctx context.Context, x *Suggestion) ([]string, error) {
	name, err := s.Words(ctx, x.Name)
	if err != nil {
		return nil, err
	}
	phone, err := s.Words(ctx, x.Phone)
	return []string{strings.TrimSpace(name), phone, s.Phone(phone)}, err
}

// Become makes a report of a suggestion that is in truth a dispute.
func (s *Service) Become(ctx context.Context, actor mediation.Actor, id string, revision int64, key, category string, severity int) (Suggestion, error) {
	x, err := s.Look(ctx, actor, id)
	if err != nil {
		return x, err
	}
	r, err := s.rules(ctx, x.Policy)
	if err != nil {
		return x, err
	}
	if _, known := r.Policy.Category(category); !known {
		return x, mediation.Refusal("opinion", mediation.Invalid, "unknown_value", "category", "value", category)
	}
	if severity < 1 || severity > 4 {
		return x, mediation.Refusal("opinion", mediation.Invalid, "out_of_range", "severity", "min", "1", "max", "4")
	}
	o := s.order(actor, revision, key)
	if x, err = s.Suggestions.Update(ctx, id, func(x *Suggestion) error { return x.Become(o, category, severity) }); err != nil {
		return x, err
	}
	return s.settled(ctx, x), nil
}

// Words opens what was sealed; "" if there is nothing or it has been erased.
func (s *Service) Words(ctx context.Context, v mediation.Sealed) (string, error) {
	return mediation.OpenText(ctx, s.Sealer, v)
}
