package handlers

import (
	"time"

	"fengqiao/mediation"
)

// caseView is a case as one caller sees it; mediation.Parts says who sees which part.
type caseView struct {
	ID       string `json:"id"`
	Revision int64  `json:"revision"`
	caseHead
	PlanVersion string `json:"planVersion"`
	Policy      string `json:"policy"`
	Over        bool   `json:"over"`

	Text      string     `json:"text,omitzero"`
	Point     *wirePoint `json:"point,omitzero"`
	Centre    *wirePoint `json:"centre,omitzero"`
	ReportIDs []string   `json:"reportIds"`
	// Outside are outside desks' own numbers of it.
	Outside   []outsideView `json:"outside,omitzero"`
	Loop      *loopView     `json:"loop,omitzero"`   // what a closing waits for
	Passes    []passView    `json:"passes,omitzero"` // its ways from desk to desk
	Calls     []talkView    `json:"deskCalls,omitzero"`
	Reporters []personRef   `json:"reporters,omitzero"`
	Parties   []partyView   `json:"parties"`

	Tier      tierView         `json:"tier"`
	Wave      int              `json:"wave"`
	Panel     []seatView       `json:"panel"`
	Offers    []offerView      `json:"offers,omitzero"`
	Sessions  []sessionView    `json:"sessions,omitzero"`
	Agreement *agreementView   `json:"agreement,omitzero"`
	Former    []agreementView  `json:"formerAgreements,omitzero"` // of earlier turns, which bind all the same
	Performed time.Time        `json:"performed,omitzero"`
	Answer    *answerView      `json:"answer,omitzero"` // null where there is none, or it is not for the caller
	Heard     *heardView       `json:"heard,omitzero"`  // of a case that has ended
	FollowUps []followUpView   `json:"followUps,omitzero"`
	Outcome   *outcomeView     `json:"outcome,omitzero"`
	Joint     *jointView       `json:"joint,omitzero"`      // how several units handle it together
	Sent      []sentView       `json:"dispatched,omitzero"` // whom rules have sent it to
	Errands   []errandView     `json:"errands,omitzero"`    // what helpers did for parties
	Charge    *chargeView      `json:"charge,omitzero"`     // the leader in charge
	JoinedTo  string           `json:"joinedTo,omitzero"`
	Joined    []string         `json:"joined,omitzero"`
	Suggested []suggestionView `json:"suggested,omitzero"`
	Clocks    clocksView       `json:"clocks"`
	Hold      *holdView        `json:"hold,omitzero"` // nothing of it may be erased
	Petition  *petitionView    `json:"petition,omitzero"`

	// Actions is what this caller may do now: the last segments of POST /api/v1/cases/{id}/….
	Actions []string `json:"actions"`

	// Party and Link are the answer to entering a party or renewing a link. The link's code is shown this once.
	Party string `json:"party,omitzero"`
	Link  string `json:"link,omitzero"`
}

// caseHead is what lists show of a case, and nothing personal.
type caseHead struct {
	// Number is the case's number for machines and searches, Title the one on papers.
	Number       string     `json:"number"`
	Title        string     `json:"title"`
	State        string     `json:"state"`
	StateText    string     `json:"stateText"`
	Category     string     `json:"category"`
	CategoryText string     `json:"categoryText"`
	Severity     int        `json:"severity"`
	Emergency    bool       `json:"emergency"`
	Channel      string     `json:"channel"`
	Unit         string     `json:"unit,omitzero"`
	Area         *placeView `json:"area"`
	Cell         *placeView `json:"cell"` // null while unplaced
	NeedsHand    bool       `json:"needsHand"`
	Repeats      int        `json:"repeats"`
	Opened       time.Time  `json:"opened"`
	Changed      time.Time  `json:"changed"`
	Closed       time.Time  `json:"closed,omitzero"`
}

// summaryView is a case in a list.
type summaryView struct {
	ID       string `json:"id"`
	Revision int64  `json:"revision"`
	caseHead
	Reports  int       `json:"reports"`
	Seated   []string  `json:"seated"` // mediator ids
	StateDue time.Time `json:"stateDue,omitzero"`
	WholeDue time.Time `json:"wholeDue,omitzero"`
	Breached bool      `json:"breached"`
	// ReviewDue is when the leader in charge must look after it next.
	ReviewDue time.Time `json:"reviewDue,omitzero"`
}

type personRef struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

type partyView struct {
	ID   string              `json:"id"`
	Kind mediation.PartyKind `json:"kind"`
	Side mediation.PartySide `json:"side"`
	// Name and below only for those who handle the case.
	Name string `json:"name,omitzero"`
	// Phone and IDNumber are masked unless the caller asked for them (?reveal=contact), which is noted as a look.
	Phone            string       `json:"phone,omitzero"`
	IDNumber         string       `json:"idNumber,omitzero"`
	Address          string       `json:"address,omitzero"`
	Kin              []string     `json:"kin,omitzero"`
	Units            []string     `json:"units,omitzero"`
	Account          string       `json:"account,omitzero"`
	RefusedMediation time.Time    `json:"refusedMediation,omitzero"`
	RefusedMediators []string     `json:"refusedMediators,omitzero"`
	Outsiders        *consentView `json:"outsiders,omitzero"`
	Satisfied        *wordView    `json:"satisfied,omitzero"`
	Proxy            *proxyView   `json:"proxy,omitzero"` // who acts for them
	Since            time.Time    `json:"since"`
}

type consentView struct {
	At    time.Time `json:"at"`
	Given bool      `json:"given"`
}

type wordView struct {
	At     time.Time `json:"at"`
	Yes    bool      `json:"yes"`
	Stars  int       `json:"stars"` // 0: not said
	Remark string    `json:"remark,omitzero"`
}

type tierView struct {
	Index int    `json:"index"`
	Key   string `json:"key"`
	Text  string `json:"text"`
}

type seatView struct {
	Index    int        `json:"index"`
	Kinds    []string   `json:"kinds"`
	Lead     bool       `json:"lead"`
	Required bool       `json:"required"`
	Outsider bool       `json:"outsider"`
	Mediator *personRef `json:"mediator"` // null while free
	Kind     string     `json:"kind,omitzero"`
	Since    time.Time  `json:"since,omitzero"`
}

type offerView struct {
	ID       string       `json:"id"`
	Mediator personRef    `json:"mediator"`
	Seat     int          `json:"seat"`
	Tier     int          `json:"tier"`
	Wave     int          `json:"wave"`
	Score    float64      `json:"score"`
	Metres   *float64     `json:"metres"` // null if unknown
	Reasons  []reasonView `json:"reasons"`
	State    string       `json:"state"`
	Sent     time.Time    `json:"sent"`
	Deadline time.Time    `json:"deadline"`
	Clock    *dueView     `json:"clock"` // why it must be answered by then; null once it was
	Answered time.Time    `json:"answered,omitzero"`
	Reason   string       `json:"reason,omitzero"`
	ByHand   bool         `json:"byHand"`
}

type reasonView struct {
	Code   string            `json:"code"`
	Text   string            `json:"text"`
	Params map[string]string `json:"params,omitzero"`
}

type sessionView struct {
	ID       string     `json:"id"`
	At       time.Time  `json:"at"`
	By       personRef  `json:"by"`
	Place    *placeView `json:"place,omitzero"`
	Attended []string   `json:"attended"`
	Open     bool       `json:"open"`
	Notes    string     `json:"notes,omitzero"`
}

type agreementView struct {
	ID        string          `json:"id"`
	Oral      bool            `json:"oral"`
	Reached   time.Time       `json:"reached"`
	Facts     string          `json:"facts,omitzero"`
	Terms     string          `json:"terms,omitzero"`
	Place     string          `json:"place,omitzero"`
	PerformBy time.Time       `json:"performBy,omitzero"`
	Effective time.Time       `json:"effective,omitzero"`
	Signed    []signatureView `json:"signed"`
	// Confirmation is where judicial confirmation stands; left out where courts do not confirm it, or the policy says nothing.
	Confirmation *confirmationView `json:"confirmation,omitzero"`
}

type signatureView struct {
	At      time.Time `json:"at"`
	Role    string    `json:"role"`
	Who     string    `json:"who"`
	Manner  string    `json:"manner"`
	Witness string    `json:"witness,omitzero"`
}

type followUpView struct {
	At       time.Time `json:"at"`
	By       personRef `json:"by"`
	Kept     bool      `json:"kept"`
	Resolved bool      `json:"resolved"`
	Notes    string    `json:"notes,omitzero"`
}

// answerView is what whoever brought the matter in was told.
type answerView struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

type outcomeView struct {
	At     time.Time   `json:"at"`
	Reason string      `json:"reason,omitzero"`
	Unit   string      `json:"unit,omitzero"`
	Route  *routeView  `json:"route,omitzero"`
	Routes []routeView `json:"routes"` // the ways told to the parties (PML 26)
	Remark string      `json:"remark,omitzero"`
}

type routeView struct {
	Key  string `json:"key"`
	Text string `json:"text"`
	Norm string `json:"norm,omitzero"`
	Desk string `json:"desk,omitzero"`
}

type holdView struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

type suggestionView struct {
	Case    string   `json:"case"`
	Reasons []string `json:"reasons"`
}

type clocksView struct {
	State clockView `json:"state"`
	Whole clockView `json:"whole"`
	// Stages are the policy's stages of this turn, in its order.
	Stages []stageView `json:"stages"`
}

// stageView is one stage (签收、到达、处置、办结).
type stageView struct {
	Stage     string `json:"stage"`
	StageText string `json:"stageText"`
	Status    string `json:"status"` // waiting, running, done, moot
	clockView
	Ended time.Time `json:"ended,omitzero"`
	// By and Metres, how far from the place they were, are for those who see who did what when.
	By     *personRef `json:"by,omitzero"`
	Metres *float64   `json:"metres,omitzero"`
}

type clockView struct {
	Since    time.Time `json:"since,omitzero"`
	Due      time.Time `json:"due,omitzero"`
	Breached time.Time `json:"breached,omitzero"`
	Paused   time.Time `json:"paused,omitzero"`
}

func clockOf(k mediation.Clock) clockView {
	return clockView{Since: k.Since, Due: k.Due, Breached: k.Breached, Paused: k.Paused}
}
