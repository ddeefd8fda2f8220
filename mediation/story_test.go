package mediation

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// story is one case, told command by command, with the county's real policy.
type story struct {
	t  failer
	c  *Case
	r  Rules
	at time.Time
	n  int
}

// The people of a story.
var (
	staff     = Actor{ID: "u-staff", Role: TownshipStaff, Area: "33.01.11.001"}
	elder     = Actor{ID: "u-elder", Role: MediatorRole, Mediator: "elder"}
	other     = Actor{ID: "u-other", Role: MediatorRole, Mediator: "other"}
	applicant = Actor{ID: "p1", Role: PartyRole, Case: "c1"}
	opponent  = Actor{ID: "p2", Role: PartyRole, Case: "c1"}
	walker    = Actor{ID: "u-walker", Role: GridWorker, Area: matchCell.Parent()}
)

func sealedWords(text string) Sealed { return Sealed{Key: "k", Box: []byte(text)} }

func rulesFor(pol *policy.Policy) Rules { return Rules{Policy: pol, Calendar: clock.Of(pol)} }

// begin opens a case about a slight quarrel between two neighbours; change alters the report.
func begin(t testing.TB, change func(*Report)) *story {
	t.Helper()
	return beginWith(t, rulesFor(fuyang(t)), change)
}

func beginWith(t failer, r Rules, change func(*Report)) *story {
	t.Helper()
	rep := Report{ID: "r1", Reporter: walker.ID, Channel: "app", Category: "neighbour", Severity: 1, Cell: matchCell, Home: walker.Area,
		Key: "k", Text: sealedWords("story"), Received: matchNow}
	if change != nil {
		change(&rep)
	}
	parties := []Party{{ID: "p1", Kind: Person, Side: Applicant}, {ID: "p2", Kind: Person, Side: Respondent}}
	c, err := OpenCase(&rep, Opening{ID: "c1", At: matchNow, Actor: walker, Parties: parties}, r)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return &story{t: t, c: &c, r: r, at: matchNow}
}

// order makes a command ready as the service would.
func (s *story) order(by Actor, cmd Command) Order {
	s.n++
	id := fmt.Sprintf("id-%d", s.n)
	o := Order{Actor: by, Command: cmd, At: s.at, Revision: s.c.Revision, NewID: id, LinkHash: "link-" + id}
	if words(cmd) != "" {
		o.Words = sealedWords(words(cmd))
	}
	switch x := cmd.(type) {
	case TakeCharge:
		if x.Leader != "" {
			o.Body = "committee"
		}
	case PassOn:
		o.Units = map[string]string{"a": "unit a", "b": "unit b", "c": "unit c"}
	case RecordCall:
		o.Units = map[string]string{"a": "unit a", "b": "unit b"}
		if x.Others != "" {
			o.Others = sealedWords(x.Others)
		}
	case Agree:
		o.Terms = sealedWords(x.Terms)
	case AddParty:
		o.Party = &Party{ID: id, Kind: x.Party.Kind, Side: x.Party.Side, LinkHash: "link-" + id}
	case CorrectParty:
		o.Party = &Party{ID: x.Party, Kind: x.As.Kind, Side: x.As.Side}
	case HandlePetition:
		if x.Approver != "" {
			o.Approver = sealedWords(x.Approver)
		}
	case Assign:
		o.Mediator = &Candidate{Mediator: Mediator{ID: x.Mediator, User: "u-" + x.Mediator, Kind: "elder"}, Seat: max(x.Seat, 0)}
	case Take:
		o.Mediator = &Candidate{Mediator: Mediator{ID: by.Mediator, User: by.ID, Kind: "elder"}}
	}
	return o
}

func (s *story) try(by Actor, cmd Command) error {
	s.at = s.at.Add(time.Minute)
	return Decide(s.c, s.order(by, cmd), s.r)
}

func (s *story) do(by Actor, cmd Command) *story {
	s.t.Helper()
	if err := s.try(by, cmd); err != nil {
		s.t.Fatalf("%s by %s in %s: %v", cmd.Name(), by.Role, s.c.State, err)
	}
	return s
}

// refuses checks that the command is refused with that code and changes nothing.
func (s *story) refuses(by Actor, cmd Command, code string) *story {
	s.t.Helper()
	before := fmt.Sprintf("%+v", *s.c)
	err := s.try(by, cmd)
	var no *Error
	if !errors.As(err, &no) || no.Code != code {
		s.t.Fatalf("%s by %s in %s: %v, want %s", cmd.Name(), by.Role, s.c.State, err, code)
	}
	if after := fmt.Sprintf("%+v", *s.c); after != before {
		s.t.Fatalf("%s was refused and changed\n%s\nto\n%s", cmd.Name(), before, after)
	}
	return s
}

func (s *story) is(want State) *story {
	s.t.Helper()
	if s.c.State != want {
		s.t.Fatalf("the case is %s, want %s", s.c.State, want)
	}
	return s
}

// offer asks mediators for a seat.
func (s *story) offer(seat int, mediators ...string) *story {
	s.t.Helper()
	w := Wave{Revision: s.c.Revision, Tier: s.c.Tier}
	for _, m := range mediators {
		s.n++
		w.Offers = append(w.Offers, Offer{ID: fmt.Sprintf("of-%d", s.n), Mediator: m, User: "u-" + m, Seat: seat, State: OfferOpen, Sent: s.at, Deadline: s.at.Add(2 * time.Hour)})
	}
	if err := Send(s.c, w, s.at, s.r); err != nil {
		s.t.Fatalf("send: %v", err)
	}
	return s
}

// seatedBy lets the elder take the lead.
func (s *story) seated() *story {
	s.t.Helper()
	return s.offer(0, "elder").do(elder, Take{}).is(Accepted)
}

func (s *story) talked() *story {
	s.t.Helper()
	return s.seated().do(elder, RecordSession{Attended: []string{"p1", "p2"}}).is(Mediating)
}

// closed takes the case to 办结 by an oral agreement performed on the spot.
func (s *story) closed() *story {
	s.t.Helper()
	return s.talked().do(elder, Agree{Oral: true, Terms: "apology"}).do(elder, Close{}).is(Closed)
}

// told lists whom the newest event told what.
func (s *story) told() []string {
	var list []string
	seq := s.c.Events[len(s.c.Events)-1].Seq
	for _, n := range s.c.Unsent {
		if n.Seq == seq {
			list = append(list, string(n.Kind)+" to "+n.To.User+string(n.To.Role)+n.To.Unit)
		}
	}
	slices.Sort(list)
	return list
}

func (s *story) tells(want string) *story {
	s.t.Helper()
	if !slices.Contains(s.told(), want) {
		s.t.Fatalf("told %q, not %q", s.told(), want)
	}
	return s
}
