// Package desk is the door for outside desks: the hotline 12345 and the police's 110 send work orders (工单) under numbers of their
// own, add to them, take them back or ask for them again, and are told of every change of state.
//
// An order becomes a report, and that a case, by mediation.Service alone; nothing here decides about cases. What the desk said is kept
// on the order, message by message, so that the same message again changes nothing and one that overtook its order waits for it:
//
//	order   ──▶ report and case  ──▶ what waited is applied, in the order in which it came
//	message ──▶ kept on the order ──▶ applied at once, or waiting until the order is there
//
// What is told to the desk goes the way of all notices (push): it is stored with the change that it announces. See push/webhook.
package desk

import (
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Desk is one outside desk that may send orders.
type Desk struct {
	// Name is short and stays: orders are kept under it, and reports bear it as their channel.
	Name string
	// Unit is that of the desk's account, by which it is known.
	Unit string
}

// Kind says what a message to an order is.
type Kind string

// The kinds of messages.
const (
	Supplement Kind = "supplement" // 补充
	Return     Kind = "return"     // 退回: the desk does not take the result and wants it handled again
	Close      Kind = "close"      // 销单: the desk takes its order back
	PassOn     Kind = "pass_on"    // 一键转办: the matter is another desk's
	Call       Kind = "call"       // 三方通话: the desks have spoken of it
)

// Standing is what became of a message.
type Standing string

// What became of a message.
const (
	Waiting Standing = "waiting" // it came before its order
	Applied Standing = "applied"
	Refused Standing = "refused" // the case did not allow it any more
	Expired Standing = "expired" // its order never came
)

// Message is what a desk says of its order after, or before, sending it.
type Message struct {
	ID    string // the desk's own: the same again is the same message
	Kind  Kind
	Print string // keyed hash of its content: the same id with other content is refused
	At    time.Time
	// Words and Danger are emptied when it is applied: they are the report's then.
	Words  mediation.Sealed
	Danger bool
	// To is the desk that it is passed on to; Talk is of a call, with the words of who else took part.
	To     string
	Talk   Talk
	Others mediation.Sealed
	Stands Standing
	Code   string // why it was refused
	Field  string // what of it was wrong
	Params map[string]string
	// Bad: it was refused for what it says, and not for how the case stands. Put right, it may be sent again under its id.
	Bad bool
}

// Talk is when a call was, how long, and which desks took part.
type Talk struct {
	At      time.Time
	Seconds int
	Desks   []string
}

// Order (工单) is a matter of an outside desk under its own number.
type Order struct {
	mediation.Outside
	// User is the account that the report is of: another of the same desk goes on in its name.
	User   string
	Report string // "" until the order itself has come, or danger was named in it
	// Ahead is the report that danger has opened before the order came (险情先于工单); "" where none has. It is Report until the order is there.
	Ahead string
	Began time.Time
	Key   string // seal key of what waits
	// Spent is the key of what has run out, until it is destroyed.
	Spent    string
	Messages []Message
	// Sender is the account that spoke of it last while it was not there, Home that account's area: who is told if it never comes.
	Sender  string
	Home    grid.Code
	NextDue time.Time // when the sweep must look at what waits; zero: nothing waits
	Version int64
}

// MaxMessages is the most messages of one order. It bounds what can wait for an order that never comes.
const MaxMessages = 200

// message returns the message of that id, or nil.
func (o *Order) message(id string) *Message {
	if i := slices.IndexFunc(o.Messages, func(m Message) bool { return m.ID == id }); i >= 0 {
		return &o.Messages[i]
	}
	return nil
}

// next is the first message that still waits, or nil.
func (o *Order) next() *Message {
	if i := slices.IndexFunc(o.Messages, func(m Message) bool { return m.Stands == Waiting }); i >= 0 {
		return &o.Messages[i]
	}
	return nil
}

// danger is the first message that waits and names danger, or nil.
func (o *Order) danger() *Message {
	if i := slices.IndexFunc(o.Messages, func(m Message) bool { return m.Stands == Waiting && m.Danger }); i >= 0 {
		return &o.Messages[i]
	}
	return nil
}

// Came tells whether the order itself has come.
func (o *Order) Came() bool { return o.Report != "" && o.Report != o.Ahead }

// Begin notes the report that the order became.
func (o *Order) Begin(report, user string, at time.Time) {
	if !o.Came() {
		o.Report, o.User = report, user
	}
	if o.Began.IsZero() {
		o.Began = at
	}
	o.schedule(waits{}, at)
}

// Add keeps a message, once.
func (o *Order) Add(m Message) error {
	if known := o.message(m.ID); known != nil && known.Bad {
		m.Stands = Waiting
		o.Messages = slices.Clone(o.Messages)
		*o.message(m.ID) = m
		return nil
	} else if known != nil {
		if known.Print != m.Print {
			return mediation.Refusal("desk", mediation.Differs, "desk.message_differs", "messageId")
		}
		return nil
	}
	if len(o.Messages) >= MaxMessages {
		return mediation.Refusal("desk", mediation.Conflict, "desk.too_many", "messageId")
	}
	if o.Began.IsZero() {
		o.Began = m.At
	}
	m.Stands = Waiting
	o.Messages = append(slices.Clone(o.Messages), m)
	return nil
}

// Settle notes what became of a message, and forgets its words.
func (o *Order) Settle(id string, refusal *mediation.Error) {
	if refusal == nil {
		o.settle(id, Applied)
	} else if m := o.settle(id, Refused); m != nil {
		m.Code, m.Field, m.Params, m.Bad = refusal.Code, refusal.Field, refusal.Params, refusal.Kind == mediation.Invalid
	}
}

// settle ends a message that waits, and returns it; nil where it did not.
func (o *Order) settle(id string, as Standing) *Message {
	o.Messages = slices.Clone(o.Messages)
	m := o.message(id)
	if m == nil || m.Stands != Waiting {
		return nil
	}
	m.Words, m.Others, m.Danger, m.Stands = mediation.Sealed{}, mediation.Sealed{}, false, as
	if o.next() == nil && o.Spent == "" {
		o.NextDue = time.Time{}
	}
	return m
}
