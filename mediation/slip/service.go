package slip

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Slips   Slips
	Watches Watches
	Cases   Cases
	Reader  Reader
	Moves   Moves
	Users   mediation.Users
	Album   Album
	Sealer  mediation.Sealer
	Atlas   *grid.Atlas
	Now     func() time.Time // case time
	Log     *slog.Logger
}

// Service issues slips and carries out what is done with them.
type Service struct {
	Deps
	// looked are the revisions of the cases that the last pass of sense has looked at, so that it need not load each again.
	looked map[string]int64
	mu     sync.Mutex
}

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{Deps: d} }

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// rules are those of a kind under a policy version, "" for the one in force.
func (s *Service) rules(ctx context.Context, version, kind string) (Rules, error) {
	m, err := s.Cases.Rules(ctx, version)
	if err != nil {
		return Rules{}, err
	}
	k, ok := m.Policy.Slips.Kind(kind)
	if !ok {
		return Rules{}, mediation.Refusal("slip", mediation.Invalid, "unknown_value", "kind", "value", kind)
	}
	return Rules{Policy: m.Policy, Kind: k, Calendar: m.Calendar}, nil
}

// Issue is a slip as somebody issues it.
type Issue struct {
	// ID is the caller's, for rooms that issue by themselves: the same again is the same slip. "" makes one of Key, or a new one.
	ID string
	// Key is the client's idempotency key.
	Key   string
	Kind  string
	About Subject
	// Of are the accounts and the units that a restricted one is about.
	Of Persons
	// Case is the case that the subject belongs to, where that is none itself.
	Case string
	// Area is where it belongs; of a slip about a case its area.
	Area grid.Code
	To   Addressee
	Text string
	// Due is by when a reply is wanted, in place of what policy says; zero leaves it to policy. About a case it is no later than policy has it, about
	// anything else within a year.
	Due time.Time
	// Issuer is in whose name a room issues it; nil: the actor's.
	Issuer *Issuer
}

// Persons are accounts, by their ids, and units, by their names.
type Persons struct{ Users, Units []string }

// mostPersons bounds whom one paper is about.
const mostPersons = 20

// concerns notes whom a restricted slip is about; it never goes to any of them.
func (s *Service) concerns(ctx context.Context, sl *Slip, of Persons) error {
	switch {
	case len(of.Users)+len(of.Units) == 0:
		return nil
	case sl.Restricted == "":
		return mediation.Refusal("slip", mediation.Invalid, "slip.open_about", "about")
	case len(of.Users)+len(of.Units) > mostPersons:
		return mediation.Refusal("slip", mediation.Invalid, "too_many", "about", "max", strconv.Itoa(mostPersons))
	}
	names, err := s.Users.Named(ctx, of.Users)
	if err != nil {
		return err
	}
	for i, id := range of.Users {
		if _, known := names[id]; !known {
			return mediation.Refusal("slip", mediation.Invalid, "unknown_value", "about.users["+strconv.Itoa(i)+"]", "value", id)
		}
	}
	var hashes []string
	for i, unit := range of.Units {
		if unit = strings.TrimSpace(unit); unit == "" {
			return mediation.Refusal("slip", mediation.Invalid, "required", "about.units["+strconv.Itoa(i)+"]")
		}
		hashes = append(hashes, mediation.UnitHash(s.Sealer, unit))
	}
	sl.KeptFrom = mediation.KeysOf(of.Users, hashes)
	if to := sl.To.User; to != "" && slices.Contains(of.Users, to) {
		return mediation.Refusal("slip", mediation.Conflict, "slip.about_addressee", "to", "to", to)
	}
	if to := strings.TrimSpace(sl.To.Unit); to != "" && slices.ContainsFunc(of.Units, func(unit string) bool { return strings.TrimSpace(unit) == to }) {
		return mediation.Refusal("slip", mediation.Conflict, "slip.about_addressee", "to", "to", to)
	}
	return nil
}

// Issue issues a slip, once.
func (s *Service) Issue(ctx context.Context, actor mediation.Actor, in Issue) (Slip, error) {
	id := in.ID
	switch {
	case id == "" && in.Key != "":
		id = idOf("issued", actor.ID, in.Key)
	case id == "":
		id = uuid.Must(uuid.NewV7()).String()
	}
	if known, err := s.Slips.Load(ctx, id); err == nil {
		return known, nil
	} else if !errors.Is(err, mediation.ErrNotFound) {
		return Slip{}, err
	}
	return s.issue(ctx, actor, id, "", "", in)
}

// issue makes the slip of that id, under a policy version and for a trigger of it where the system does.
func (s *Service) issue(ctx context.Context, actor mediation.Actor, id, version, trigger string, in Issue) (Slip, error) {
	r, err := s.rules(ctx, version, in.Kind)
	if err != nil {
		return Slip{}, err
	}
	sl := Slip{ID: id, Kind: in.Kind, Policy: r.Policy.ID, About: in.About, Case: in.Case, Area: in.Area, To: in.To, Trigger: trigger,
		Restricted: mediation.Role(r.Kind.Restricted), Issuer: Issuer{User: actor.ID, Role: actor.Role, Unit: actor.Unit, Area: actor.Area}}
	if err := s.place(ctx, actor, &sl); err != nil {
		return Slip{}, err
	}
	switch {
	case actor.Role == mediation.System && in.Issuer != nil:
		sl.Issuer = *in.Issuer
	case actor.Role == mediation.System:
		sl.Issuer = Issuer{}
	case !slices.Contains(r.Kind.Issuers, string(actor.Role)) || !mediation.MayArea(actor, mediation.SlipIssue, sl.Area):
		return Slip{}, mediation.Refusal("slip", mediation.Forbidden, "forbidden", "")
	}
	if err := s.checkAddressee(ctx, actor, &sl, r); err != nil {
		return Slip{}, err
	}
	if actor.Role != mediation.System && Addressed(actor, &sl) {
		return Slip{}, mediation.Refusal("slip", mediation.Conflict, "slip.to_oneself", "to")
	}
	sl.impartial(r)
	if err := s.concerns(ctx, &sl, in.Of); err != nil {
		return Slip{}, err
	}
	if actor.Role != mediation.System && sl.To.Unit != "" && !actor.Area.Contains(sl.To.Area) {
		return Slip{}, mediation.Refusal("slip", mediation.Forbidden, "forbidden", "")
	}
	at := s.now()
	if !in.Due.IsZero() {
		if !in.Due.After(at) {
			return Slip{}, mediation.Refusal("slip", mediation.Invalid, "in_past", "due")
		}
		if latest := r.latest(&in, at); in.Due.After(latest) {
			return Slip{}, mediation.Refusal("slip", mediation.Invalid, "slip.due_late", "due", "latest", latest.Format(time.RFC3339))
		}
		sl.Reply.Due, sl.Reply.Named = mediation.Instant(in.Due), true
	}
	if err := checkText(in.Text, true); err != nil {
		return Slip{}, err
	}
	if sl.Key, err = s.Sealer.NewKey(ctx); err != nil {
		return Slip{}, err
	}
	if sl.Words, err = s.seal(ctx, sl.Key, in.Text); err != nil {
		return Slip{}, err
	}
	data := map[string]string{}
	if trigger != "" {
		data["trigger"] = trigger
	}
	begin(&sl, at, r, actor, data)
	return s.open(ctx, sl)
}

// open stores a slip and sees to what it makes necessary; one of that id is the same.
func (s *Service) open(ctx context.Context, sl Slip) (Slip, error) {
	stored, err := s.Slips.Open(ctx, sl)
	if errors.Is(err, mediation.ErrExists) {
		return s.Slips.Load(ctx, sl.ID)
	}
	if err != nil {
		return Slip{}, err
	}
	return s.settled(ctx, stored), nil
}

// place finds where the slip belongs by what it is about. Nobody issues one about a case that they do not see.
func (s *Service) place(ctx context.Context, actor mediation.Actor, sl *Slip) error {
	if sl.About.Kind == AboutCase {
		sl.Case = sl.About.ID
	}
	if sl.Case != "" {
		c, err := s.Reader.Load(ctx, sl.Case)
		if err != nil {
			return unknown(err, "case", sl.Case)
		}
		if !mediation.MayCase(actor, mediation.CaseRead, &c) {
			return mediation.Refusal("slip", mediation.Invalid, "unknown_value", "case", "value", sl.Case)
		}
		if c.Accusation && !reachesNoAccused(sl.To) || s.Cases.AccusedAt(&c, sl.To.Unit) {
			return mediation.Refusal("slip", mediation.Conflict, "case.accused_unit", "to", "unit", sl.To.Unit)
		}
		sl.Area = c.Area // whatever the caller says: an accusation's is out of sight of those below
	}
	of := grid.Code(sl.About.ID)
	if sl.About.Kind == AboutArea && sl.Area == "" {
		sl.Area = of
	}
	switch {
	case sl.About.Kind == "" || sl.Area == "":
		return mediation.Refusal("slip", mediation.Invalid, "required", "about")
	case sl.Case == "" && !s.known(sl.Area):
		return mediation.Refusal("slip", mediation.Invalid, "unknown_value", "area", "value", string(sl.Area))
	case sl.About.Kind == AboutArea && !s.known(of):
		return mediation.Refusal("slip", mediation.Invalid, "unknown_value", "about", "value", sl.About.ID)
	case sl.About.Kind == AboutArea && !sl.Area.Contains(of):
		return mediation.Refusal("slip", mediation.Invalid, "slip.about_elsewhere", "about", "area", string(sl.Area))
	}
	return nil
}

// known tells whether the plan has that area.
func (s *Service) known(area grid.Code) bool {
	plan := s.Atlas.Load()
	_, unit := plan.Name(area)
	_, cell := plan.IndexOf(area)
	return unit || cell
}

// unknown turns what is not there into a value that nobody knows.
func unknown(err error, field, value string) error {
	if errors.Is(err, mediation.ErrNotFound) {
		return mediation.Refusal("slip", mediation.Invalid, "unknown_value", field, "value", value)
	}
	return err
}

func checkText(text string, needed bool) error {
	switch {
	case needed && strings.TrimSpace(text) == "":
		return mediation.Refusal("slip", mediation.Invalid, "required", "text")
	case utf8.RuneCountInString(text) > mediation.MaxText:
		return mediation.Refusal("slip", mediation.Invalid, "too_long", "text", "max", strconv.Itoa(mediation.MaxText))
	}
	return nil
}

func (s *Service) seal(ctx context.Context, key, text string) (mediation.Sealed, error) {
	if text == "" {
		return mediation.Sealed{}, nil
	}
	return s.Sealer.Seal(ctx, key, []byte(text))
}

// Open opens a slip's words; "" if there are none or they have been erased.
func (s *Service) Open(ctx context.Context, v mediation.Sealed) (string, error) {
	return mediation.OpenText(ctx, s.Sealer, v)
}

// Look shows a slip and what may be done with it to who sees it; anything else is mediation.ErrNotFound, so that nobody learns what is there.
func (s *Service) Look(ctx context.Context, actor mediation.Actor, id string) (Slip, []Name, error) {
	sl, err := s.Sees(ctx, actor, id)
	if err != nil {
		return Slip{}, nil, err
	}
	r, err := s.rules(ctx, sl.Policy, sl.Kind)
	return sl, Actions(&sl, actor, r), err
}

// List pages the slips that the actor sees, newest first.
func (s *Service) List(ctx context.Context, actor mediation.Actor, f Filter, cursor string, limit int) ([]Summary, string, error) {
	f.Visible = VisibleTo(actor)
	list, next, err := s.Slips.List(ctx, f, cursor, limit)
	if err == nil {
		list, err = s.shown(ctx, actor, list)
	}
	return list, next, err
}

// About lists the slips about a subject, newest first, for other rooms: they judge for themselves who may see them.
func (s *Service) About(ctx context.Context, about Subject, cursor string, limit int) ([]Summary, string, error) {
	return s.Slips.List(ctx, Filter{Visible: Visible{Actor: mediation.SystemActor, Area: true}, About: about}, cursor, limit)
}

// Count is how many slips of a kind stand where, and how many of them are overdue.
type Count struct {
	Unit    string // addressee, where it is counted by units; "" for persons and posts
	Kind    string
	Policy  string // of the newest of them, which names the kind
	State   State
	Number  int
	Overdue int
}

// Counts counts the slips that the actor sees, by kind and state, and by the unit that they are addressed to if that is asked.
func (s *Service) Counts(ctx context.Context, actor mediation.Actor, f Filter, byUnit bool) ([]Count, error) {
	f.Visible = VisibleTo(actor)
	const page = 500
	var counts []Count
	now := s.now()
	for cursor := ""; ; {
		list, next, err := s.Slips.List(ctx, f, cursor, page)
		if err != nil {
			return nil, err
		}
		if list, err = s.shown(ctx, actor, list); err != nil {
			return nil, err
		}
		for i := range list {
			x := &list[i]
			of := Count{Kind: x.Kind, State: x.State}
			if byUnit {
				of.Unit = x.To.Unit
			}
			at := slices.IndexFunc(counts, func(c Count) bool { return c.Unit == of.Unit && c.Kind == of.Kind && c.State == of.State })
			if at < 0 {
				of.Policy = x.Policy
				counts, at = append(counts, of), len(counts)
			}
			counts[at].Number++
			if x.Overdue(now) {
				counts[at].Overdue++
			}
		}
		if cursor = next; next == "" {
			slices.SortFunc(counts, compareCounts)
			return counts, nil
		}
	}
}
