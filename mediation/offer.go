package mediation

import "time"

// OfferState is where an offer stands.
type OfferState string

// States of an offer.
const (
	OfferOpen      OfferState = "open"
	OfferAccepted  OfferState = "accepted"
	OfferDeclined  OfferState = "declined"
	OfferExpired   OfferState = "expired"
	OfferFilled    OfferState = "filled"    // somebody else took the seat
	OfferWithdrawn OfferState = "withdrawn" // the case no longer needs it
)

// Offer (派单) asks one mediator for one seat until a deadline.
type Offer struct {
	ID       string
	Mediator string
	User     string // the mediator's account, so that the push finds it
	Seat     int    // index into Panel.Seats
	Tier     int
	Wave     int
	Score    float64
	Metres   float64 // from the mediator's usual place to the case, -1 if unknown
	Reasons  []Reason
	State    OfferState
	Sent     time.Time
	Deadline time.Time
	Answered time.Time
	Reason   string // why it was declined or withdrawn
	ByHand   bool
	By       string // the hand-over that it came by (Succession), "" if by none
}

// Reason is a readable piece of why somebody was chosen or left out: a code for the message table, and its figures.
type Reason struct {
	Code   string
	Params map[string]string
}

// Panel (调解小组) is who mediates: seats by the policy's composition.
type Panel struct {
	Seats []Seat
}

// Seat is one place on a panel.
type Seat struct {
	Kinds    []string // acceptable mediator kinds, by policy
	Prefer   []string // those of them that a dispatch rule has asked first
	Lead     bool
	Required bool
	Mediator string // "" while free
	User     string
	Kind     string
	Since    time.Time
	Offer    string
	// Outsider seats are taken only when every party has consented (PML 20).
	Outsider bool
}

// Seated tells whether the mediator sits on the panel.
func (p *Panel) Seated(mediator string) bool {
	for _, s := range p.Seats {
		if mediator != "" && s.Mediator == mediator {
			return true
		}
	}
	return false
}

// Lead is the seat of the lead mediator (首席调解员), nil if there is none.
func (p *Panel) Lead() *Seat {
	for i := range p.Seats {
		if p.Seats[i].Lead {
			return &p.Seats[i]
		}
	}
	return nil
}

// Free lists the indexes of required seats that nobody has.
func (p *Panel) Free() []int {
	var free []int
	for i, s := range p.Seats {
		if s.Required && s.Mediator == "" {
			free = append(free, i)
		}
	}
	return free
}

// Agreement (调解协议) is what the parties agreed on; oral ones take effect when recorded, written ones when every party has
// signed, the mediator has signed and the committee has sealed (PML 28–30).
type Agreement struct {
	ID      string
	Oral    bool
	Reached time.Time
	By      string // the mediator who recorded it
	Terms   Sealed
	Facts   Sealed
	// Signers are the parties whose agreement it is, as they were known when it was reached: it takes effect when they have signed.
	Signers   []string
	PerformBy time.Time // zero: performed on the spot
	Place     Sealed
	Signed    []Signature
	Effective time.Time
	// Confirm is for how long the parties may jointly ask the court to confirm it, Breached being when that lapsed; zero where they may not. Applied
	// is when they did, Court whom they asked, and Consents how each of them said that they wanted to.
	Confirm  Clock
	Applied  time.Time
	Court    string
	Consents []Behalf
	// Ruling is what the court ruled on that, CourtConfirmed or CourtRefused, Ruled when; "" as long as it has not.
	Ruling string
	Ruled  time.Time
}

// SignerRole says as what somebody signs.
type SignerRole string

// Who signs.
const (
	SignsAsParty     SignerRole = "party"
	SignsAsMediator  SignerRole = "mediator"
	SignsAsCommittee SignerRole = "committee" // the committee's seal
)

// Signature is one signature, seal or fingerprint, or a party's refusal with a witness.
type Signature struct {
	At      time.Time
	Role    SignerRole
	Who     string // party id, mediator id or user id
	Refused bool
	Witness string // user id, where refused
	Manner  string // signature, seal, fingerprint, click
}
