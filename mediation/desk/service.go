package desk

import (
	"context"
	"errors"
	"hash/maphash"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"fengqiao/mediation"

	"github.com/google/uuid"
)

// Deps is what the Service stands on. All but Wait and Catch are needed.
type Deps struct {
	Orders Orders
	Cases  Cases
	Reader Reader
	Sealer mediation.Sealer
	Desks  []Desk
	Now    func() time.Time // case time
	// Wait is how long messages wait for their order; 0: DefaultWait.
	Wait time.Duration
	// Keys destroys the key of what has run out.
	Keys mediation.Shredder
	// Catch tells who is on duty of an order that does not come; nil: nobody is.
	Catch func(ctx context.Context, m mediation.Stray) error
}

// Service takes in what outside desks send.
type Service struct {
	Deps
	mended atomic.Bool // what an earlier release left without a time has got one
	turns  [256]sync.Mutex
	seed   maphash.Seed
}

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{Deps: d, seed: maphash.MakeSeed()} }

// turn waits for an order's turn and returns what ends it: an order and danger that overtakes it, sent at once, are one matter.
func (s *Service) turn(key mediation.Outside) func() {
	mu := &s.turns[maphash.String(s.seed, key.Desk+"/"+key.Number)%uint64(len(s.turns))]
	mu.Lock()
	return mu.Unlock
}

// numberForm is what a desk's number and the ids of its messages look like.
var numberForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$`)

// Answer is what a desk gets to see of its order.
type Answer struct {
	Order  Order
	Report *mediation.Report // nil until the order has come
	Case   *mediation.Case   // nil while pending
	Again  bool              // the same order had come before
}

// of finds the desk that an account belongs to.
func (s *Service) of(actor mediation.Actor) (Desk, error) {
	i := slices.IndexFunc(s.Desks, func(d Desk) bool { return d.Unit == actor.Unit })
	if !mediation.May(actor, mediation.DeskOrders) {
		return Desk{}, mediation.Refusal("desk", mediation.Forbidden, "forbidden", "")
	}
	if i < 0 || actor.Unit == "" {
		return Desk{}, mediation.Refusal("desk", mediation.Conflict, "desk.unlisted", "")
	}
	return s.Desks[i], nil
}

func (s *Service) key(actor mediation.Actor, number string) (mediation.Outside, error) {
	d, err := s.of(actor)
	if err != nil {
		return mediation.Outside{}, err
	}
	if !numberForm.MatchString(number) {
		return mediation.Outside{}, mediation.Refusal("desk", mediation.Invalid, "desk.bad_number", "number")
	}
	return mediation.Outside{Desk: d.Name, Number: number}, nil
}

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// Put takes an order in, once: it becomes a report and, where it can be placed, a case. What the desk said of it before is applied
// then, in the order in which it came.
func (s *Service) Put(ctx context.Context, actor mediation.Actor, number string, in mediation.ReportInput) (Answer, error) {
	key, err := s.key(actor, number)
	if err != nil {
		return Answer{}, err
	}
	defer s.turn(key)()
	if actor, err = s.inName(ctx, actor, key); err != nil {
		return Answer{}, err
	}
	if in.Passed != "" {
		in, err = s.takeOver(ctx, key, in.Passed)
	} else {
		in.Passed, err = s.ahead(ctx, actor, key)
	}
	if err != nil {
		return Answer{}, err
	}
	in.ClientID, in.Channel, in.Outside = idOf(key), key.Desk, key
	receipt, err := s.Cases.Receive(ctx, actor, in)
	var differs *mediation.Error
	if errors.As(err, &differs) && differs.Kind == mediation.Differs {
		return Answer{}, mediation.Refusal("desk", mediation.Differs, "desk.differs", "number")
	}
	if err != nil {
		return Answer{}, err
	}
	// A crash in between leaves a report without its order; the desk, which got no answer, sends it again and mends that.
	o, err := s.Orders.Change(ctx, key, func(o *Order) error {
		o.Begin(receipt.Report.ID, actor.ID, receipt.Report.Received)
		return nil
	})
	if err == nil {
		o, err = s.apply(ctx, actor, o)
	}
	if err != nil {
		return Answer{}, err
	}
	answer, err := s.look(ctx, actor, o)
	answer.Again = receipt.Again
	return answer, err
}

// inName lets another account of the same desk go on in the name of the one that sent the order.
func (s *Service) inName(ctx context.Context, actor mediation.Actor, key mediation.Outside) (mediation.Actor, error) {
	o, err := s.Orders.Load(ctx, key)
	if errors.Is(err, mediation.ErrNotFound) {
		return actor, nil
	}
	if o.User != "" {
		actor.ID = o.User
	}
	return actor, err
}

// Said is a message as it comes in.
type Said struct {
	ID     string
	Kind   Kind
	Text   string
	Danger bool
	To     string // of PassOn
	Talk   Talk   // of Call, with who else took part
	Others string
}

// print is what the message says, so that the same id with something else is found out.
func (said *Said) print() string {
	text := string(said.Kind)
	if said.Danger {
		text += "!"
	}
	text += "\x1f" + said.Text
	switch said.Kind {
	case PassOn:
		text += "\x1f" + said.To
	case Call:
		text += "\x1f" + said.Talk.At.UTC().Format(time.RFC3339Nano) + "\x1f" + strconv.Itoa(said.Talk.Seconds) + "\x1f" + strings.Join(said.Talk.Desks, ",") + "\x1f" + said.Others
	}
	return text
}

// Say takes a message to an order in, once. One that comes before its order is kept and waits for it; one that the case does not
// allow any more is refused, now and whenever it is sent again.
func (s *Service) Say(ctx context.Context, actor mediation.Actor, number string, said Said) (Answer, error) {
	key, err := s.key(actor, number)
	if err != nil {
		return Answer{}, err
	}
	if err := said.check(); err != nil {
		return Answer{}, err
	}
	o, err := s.keep(ctx, actor, key, said)
	if err != nil {
		return Answer{}, err
	}
	if o.User != "" {
		actor.ID = o.User
	}
	if o.danger() != nil && o.Report == "" {
		o, err = s.overtakes(ctx, actor, key)
	} else if o.Report != "" {
		o, err = s.apply(ctx, actor, o)
	}
	if err != nil {
		return Answer{}, err
	}
	if m := o.message(said.ID); m != nil && m.Stands == Refused {
		kind := mediation.Conflict
		if m.Bad {
			kind = mediation.Invalid
		}
		return Answer{}, &mediation.Error{Op: "desk", Kind: kind, Code: m.Code, Field: m.Field, Params: m.Params}
	}
	return s.look(ctx, actor, o)
}

// errOtherKey: the order has got its key from another message since this one was sealed.
var errOtherKey = errors.New("desk: the order has another key")

// keep keeps a message on its order. All that waits on one is under one key, or its erasure would leave something: of two first messages at
// once the second is sealed again.
func (s *Service) keep(ctx context.Context, actor mediation.Actor, key mediation.Outside, said Said) (Order, error) {
	w, err := s.waits(ctx)
	if err != nil {
		return Order{}, err
	}
	for {
		m, seal, err := s.message(ctx, key, said, w)
		if err != nil {
			return Order{}, err
		}
		o, err := s.Orders.Change(ctx, key, func(o *Order) error {
			if o.Key == "" && seal != o.Spent { // what has run out takes its key with it
				o.Key = seal
			}
			if o.Key != seal {
				return errOtherKey
			}
			o.Sender, o.Home = actor.ID, actor.Area
			if err := o.Add(m); err != nil {
				return err
			}
			o.schedule(w, m.At)
			return nil
		})
		if !errors.Is(err, errOtherKey) {
			return o, err
		}
	}
}

func (said *Said) check() error {
	text := "text"
	if said.Kind == Call {
		text = "summary"
	}
	switch {
	case !numberForm.MatchString(said.ID):
		return mediation.Refusal("desk", mediation.Invalid, "desk.bad_number", "messageId")
	case strings.TrimSpace(said.Text) == "":
		return mediation.Refusal("desk", mediation.Invalid, "required", text)
	case utf8.RuneCountInString(said.Text) > mediation.MaxText:
		return mediation.Refusal("desk", mediation.Invalid, "too_long", text, "max", strconv.Itoa(mediation.MaxText))
	case utf8.RuneCountInString(said.Others) > mediation.MaxText:
		return mediation.Refusal("desk", mediation.Invalid, "too_long", "others", "max", strconv.Itoa(mediation.MaxText))
	case said.Kind == PassOn && said.To == "":
		return mediation.Refusal("desk", mediation.Invalid, "required", "to")
	case len(said.Talk.Desks) > maxTalking:
		return mediation.Refusal("desk", mediation.Invalid, "too_many", "desks", "max", strconv.Itoa(maxTalking))
	}
	return nil
}

// message seals what was said, before the update that may rerun, under the order's key or a fresh one.
func (s *Service) message(ctx context.Context, key mediation.Outside, said Said, w waits) (Message, string, error) {
	m := Message{ID: said.ID, Kind: said.Kind, At: s.now(), Danger: said.Danger, To: said.To, Talk: said.Talk}
	m.Print = s.Sealer.Hash("desk message", said.print())
	o, err := s.Orders.Load(ctx, key)
	if err != nil && !errors.Is(err, mediation.ErrNotFound) {
		return m, "", err
	}
	if known := o.message(said.ID); known != nil && !known.Bad {
		return m, o.Key, nil // it is there already: nothing is sealed that nobody would read
	}
	if said.Kind == Call { // nothing of it is kept where anything in it is wrong: put right, it is sent again
		call := mediation.RecordCall{At: said.Talk.At, Seconds: said.Talk.Seconds, Desks: said.Talk.Desks}
		known := func(name string) bool { return s.UnitOf(name) != "" || w.rules.Desks.Knows(name) }
		if err := call.Check(m.At, w.rules, known); err != nil {
			return m, "", err
		}
		if len(call.Desks) == 1 && strings.TrimSpace(said.Others) == "" {
			return m, "", mediation.Refusal("desk", mediation.Invalid, "required", "others")
		}
	}
	seal := o.Key
	if seal == "" {
		if seal, err = s.Sealer.NewKey(ctx); err != nil {
			return m, "", err
		}
	}
	if m.Words, err = s.Sealer.Seal(ctx, seal, []byte(said.Text)); err != nil {
		return m, "", err
	}
	m.Others, err = s.Sealer.Seal(ctx, seal, []byte(said.Others))
	return m, seal, err
}

// Look shows a desk one of its orders.
func (s *Service) Look(ctx context.Context, actor mediation.Actor, number string) (Answer, error) {
	key, err := s.key(actor, number)
	if err != nil {
		return Answer{}, err
	}
	o, err := s.Orders.Load(ctx, key)
	if err != nil {
		return Answer{}, err
	}
	return s.look(ctx, actor, o)
}

// List shows a desk its orders, newest first.
func (s *Service) List(ctx context.Context, actor mediation.Actor, cursor string, limit int) ([]Answer, string, error) {
	d, err := s.of(actor)
	if err != nil {
		return nil, "", err
	}
	orders, next, err := s.Orders.List(ctx, d.Name, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	answers := make([]Answer, len(orders))
	for i, o := range orders {
		if answers[i], err = s.look(ctx, actor, o); err != nil {
			return nil, "", err
		}
	}
	return answers, next, nil
}

// look reads what became of an order.
func (s *Service) look(ctx context.Context, actor mediation.Actor, o Order) (Answer, error) {
	a := Answer{Order: o}
	if o.Report == "" {
		return a, nil
	}
	actor.ID = o.User
	rep, err := s.Cases.ReportOf(ctx, actor, o.Report)
	if err != nil {
		return a, err
	}
	a.Report = &rep
	if rep.Case == "" {
		return a, nil
	}
	c, err := s.Reader.Load(ctx, rep.Case)
	if err == nil {
		a.Case = &c
	}
	return a, err
}

// namespace of the ids that a desk's order has as a report.
var namespace = uuid.MustParse("0b8f5c52-52a7-5d0c-9b55-0e7f4a3d1c29")

func idOf(o mediation.Outside) string {
	return uuid.NewSHA1(namespace, []byte(o.Desk+"\x00"+o.Number)).String()
}
