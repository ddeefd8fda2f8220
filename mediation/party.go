package mediation

import "time"

// PartyKind tells persons from organisations.
type PartyKind string

// Kinds of party.
const (
	Person       PartyKind = "person"
	Organisation PartyKind = "organisation"
)

// PartySide is a party's place in the dispute.
type PartySide string

// Sides.
const (
	Applicant  PartySide = "applicant"  // 申请人
	Respondent PartySide = "respondent" // 被申请人
	ThirdParty PartySide = "third_party"
)

// Party (当事人) is a person or organisation of a case. Who they are is sealed under a key of their own.
type Party struct {
	ID       string
	Kind     PartyKind
	Side     PartySide
	Key      string
	Name     Sealed
	Phone    Sealed
	IDNumber Sealed
	Address  Sealed
	// Match holds keyed hashes (phone, ID number) by which the same party is known again in another case.
	Match []string
	// Kin are ids of mediators who are kin of this party (亲属); Units are keyed hashes of where the party works or what it is
	// (同单位), UnitNames the names, one a line: for matching and for reading.
	Kin       []string
	Units     []string
	UnitNames Sealed
	// Account is the user id of the party's own account, if they are known to have one: an accusation is kept from it.
	Account string
	// LinkHash is the hash of the code in the party's link; LinkFrom is when it was made, and ends what an older one opened.
	LinkHash string
	LinkFrom time.Time

	// From is the case that brought this party when it was joined to this one (并案); "" where they were entered here. Their link
	// leads here by way of that case.
	From string
	// Via is the report that brought this party into a case that it joined; "" where they were entered otherwise.
	Via string

	// Proxy is who acts for them, by their consent; nil: nobody ever did.
	Proxy *Proxy

	RefusedMediation time.Time // PML 17: mediation is forbidden once a party clearly refuses
	RefusedMediators []string  // PML 19, 23
	Outsiders        *Consent  // PML 20: consent to relatives, neighbours, experts joining
	Satisfied        *Word     // the party's last word after closing
	Since            time.Time
}

// RemovedParty is what is left of somebody who was entered by mistake: what they said is sealed under their key, and must be found
// when they are erased.
type RemovedParty struct {
	Key   string
	Match []string
}

// Consent is a party's answer about outsiders joining the mediation.
type Consent struct {
	At    time.Time
	Given bool
}

// Word is what a party says of the outcome.
type Word struct {
	At     time.Time
	Yes    bool
	Stars  int // 1–5, 0 if not said
	Remark Sealed
}
