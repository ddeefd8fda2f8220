package handlers

import (
	"strconv"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Bodies that several commands share.
type (
	remarkBody struct {
		Remark string `json:"remark"`
	}
	reasonBody struct {
		Reason string `json:"reason" max:"200"`
	}
	reasonRemarkBody struct {
		Reason string `json:"reason" max:"200"`
		Remark string `json:"remark"`
	}
	routeBody struct {
		Route  string `json:"route" max:"64"`
		Reason string `json:"reason" max:"200"`
		Remark string `json:"remark"`
	}
)

// behalfBody names the party for whom an office or a mediator records what they said. A party's own command needs neither.
type behalfBody struct {
	Party  string `json:"party" max:"64"`
	Manner string `json:"manner" max:"20"`
}

func (b behalfBody) behalf() (mediation.Behalf, error) {
	switch b.Manner {
	case "", "spoken", "phone", "written":
		return mediation.Behalf{Party: b.Party, Manner: b.Manner}, nil
	}
	return mediation.Behalf{}, invalid("unknown_value", "manner", "value", printable(b.Manner))
}

// commandBodies reads the body of every command. A test holds it to the state table.
var commandBodies = map[mediation.CommandName]func(*Call) (mediation.Command, error){
	mediation.CmdAccept:   remark(func(r string) mediation.Command { return mediation.Accept{Remark: r} }),
	mediation.CmdSplit:    remark(func(r string) mediation.Command { return mediation.Split{Remark: r} }),
	mediation.CmdTakeBack: remark(func(r string) mediation.Command { return mediation.TakeBack{Remark: r} }),
	mediation.CmdEscalate: remark(func(r string) mediation.Command { return mediation.Escalate{Remark: r} }),
	mediation.CmdFinish:   remark(func(r string) mediation.Command { return mediation.Finish{Remark: r} }),
	mediation.CmdDefault:  remark(func(r string) mediation.Command { return mediation.Default{Remark: r} }),
	mediation.CmdPerform:  remark(func(r string) mediation.Command { return mediation.Perform{Remark: r} }),
	mediation.CmdClose:    remark(func(r string) mediation.Command { return mediation.Close{Remark: r} }),
	mediation.CmdSignFor:  remark(func(r string) mediation.Command { return mediation.SignFor{Remark: r} }),
	mediation.CmdHandle:   remark(func(r string) mediation.Command { return mediation.Handle{Remark: r} }),
	mediation.CmdResume:   remark(func(r string) mediation.Command { return mediation.Resume{Remark: r} }),

	mediation.CmdStepBack: reason(func(r string) mediation.Command { return mediation.StepBack{Reason: r} }),
	mediation.CmdUnagree:  reason(func(r string) mediation.Command { return mediation.Unagree{Reason: r} }),
	mediation.CmdWithdraw: reason(func(r string) mediation.Command { return mediation.WithdrawCase{Reason: r} }),
	mediation.CmdReopen: body(func(b struct {
		behalfBody
		reasonBody
	}) (mediation.Command, error) {
		behalf, err := b.behalf()
		return mediation.Reopen{Behalf: behalf, Reason: b.Reason}, err
	}),
	mediation.CmdRefuseMediation: body(func(b struct {
		behalfBody
		reasonBody
	}) (mediation.Command, error) {
		behalf, err := b.behalf()
		return mediation.RefuseMediation{Behalf: behalf, Reason: b.Reason}, err
	}),

	mediation.CmdSettleAtOnce: body(func(b struct {
		Answer string `json:"answer"`
	}) (mediation.Command, error) {
		return mediation.SettleAtOnce{Answer: b.Answer}, nil
	}),
	mediation.CmdReply: body(func(b struct {
		Text string `json:"text"`
	}) (mediation.Command, error) {
		return mediation.Reply{Text: b.Text}, nil
	}),
	mediation.CmdConfirm: body(func(b struct {
		Ruling   string       `json:"ruling" max:"20"`
		On       time.Time    `json:"on"`
		Court    string       `json:"court" max:"60"`
		Consents []behalfBody `json:"consents"`
		Remark   string       `json:"remark"`
	}) (mediation.Command, error) {
		cmd := mediation.ApplyConfirmation{Ruling: b.Ruling, On: b.On, Court: strings.TrimSpace(b.Court), Remark: b.Remark}
		for _, x := range b.Consents {
			behalf, err := x.behalf()
			if err != nil {
				return nil, err
			}
			cmd.Consents = append(cmd.Consents, behalf)
		}
		return cmd, nil
	}),
	mediation.CmdArrive: body(func(b struct {
		Point          *wirePoint `json:"point"`
		AccuracyMetres float64    `json:"accuracyMetres"`
		Remark         string     `json:"remark"`
	}) (mediation.Command, error) {
		at, err := b.Point.read("point")
		return mediation.Arrive{Point: at, AccuracyM: b.AccuracyMetres, Remark: b.Remark}, err
	}),
	mediation.CmdLoop: body(func(b struct {
		Step           string     `json:"step" max:"64"`
		Text           string     `json:"text"`
		Party          string     `json:"party" max:"64"`
		Refused        bool       `json:"refused"`
		Point          *wirePoint `json:"point"`
		AccuracyMetres float64    `json:"accuracyMetres"`
		Photos         []string   `json:"photos"`
	}) (mediation.Command, error) {
		if len(b.Photos) > mediation.MaxPhotos {
			return nil, invalid("too_many", "photos", "max", strconv.Itoa(mediation.MaxPhotos))
		}
		at, err := b.Point.read("point")
		return mediation.MarkLoop{Step: b.Step, Text: b.Text, Party: b.Party, Refused: b.Refused, Point: at, AccuracyM: b.AccuracyMetres, Photos: b.Photos}, err
	}),
	mediation.CmdLoopUndo: body(func(b struct {
		Mark   string `json:"mark" max:"64"`
		Reason string `json:"reason" max:"200"`
	}) (mediation.Command, error) {
		return mediation.UnmarkLoop{Mark: b.Mark, Reason: b.Reason}, nil
	}),
	mediation.CmdEntrust:    body(entrustBody.command),
	mediation.CmdRevoke:     body(behalfBody.revoke),
	mediation.CmdErrand:     body(errandBody.command),
	mediation.CmdErrandDone: body(errandDoneBody.command),
	mediation.CmdDanger: body(func(b struct {
		Text string `json:"text"`
	}) (mediation.Command, error) {
		return mediation.NameDanger{Text: b.Text}, nil
	}),
	mediation.CmdPassOn:     body(passOnBody.command),
	mediation.CmdDeskCall:   body(talkBody.command),
	mediation.CmdCharge:     body(chargeBody.command),
	mediation.CmdChargePlan: body(chargePlanBody.command),
	mediation.CmdReview:     body(reviewBody.command),
	mediation.CmdRelease:    body(releaseBody.command),
	mediation.CmdConsult:    body(consultBody.command),
	mediation.CmdSignOff:    body(signOffBody.command),
	mediation.CmdTask:       body(giveTaskBody.command),
	mediation.CmdTaskAck:    body(taskBody.command),
	mediation.CmdTaskResult: body(taskResultBody.command),
	mediation.CmdTaskReturn: body(taskReturnBody.command),
	mediation.CmdTaskDrop:   body(taskReasonBody.command),

	mediation.CmdHold: body(func(b reasonRemarkBody) (mediation.Command, error) {
		return mediation.HoldCase{Reason: b.Reason, Remark: b.Remark}, nil
	}),
	mediation.CmdLiftHold: body(func(b reasonRemarkBody) (mediation.Command, error) {
		return mediation.LiftHold{Reason: b.Reason, Remark: b.Remark}, nil
	}),
	mediation.CmdPetition: body(func(b struct {
		behalfBody
		Step     mediation.PetitionStep `json:"step" max:"20"`
		Unit     string                 `json:"unit" max:"100"`
		Route    string                 `json:"route" max:"64"`
		Days     int                    `json:"days"`
		On       time.Time              `json:"on"`
		Approver string                 `json:"approver" max:"100"`
		Verdict  string                 `json:"verdict" max:"20"`
		// What the petitioner says of the responsible unit and, apart from it, of the petition office.
		UnitSatisfied   *bool  `json:"unitSatisfied"`
		OfficeSatisfied *bool  `json:"officeSatisfied"`
		Evidence        string `json:"evidence" max:"64"`
		Reason          string `json:"reason" max:"200"`
		Remark          string `json:"remark"`
	}) (mediation.Command, error) {
		behalf, err := b.behalf()
		return mediation.HandlePetition{Behalf: behalf, Step: b.Step, Unit: b.Unit, Route: b.Route, Days: b.Days, On: b.On, Approver: b.Approver, Verdict: b.Verdict,
			Rating: mediation.Rating{Unit: b.UnitSatisfied, Office: b.OfficeSatisfied}, Evidence: b.Evidence, Reason: b.Reason, Remark: b.Remark}, err
	}),
	mediation.CmdSuspend: body(func(b reasonRemarkBody) (mediation.Command, error) {
		return mediation.Suspend{Reason: b.Reason, Remark: b.Remark}, nil
	}),
	mediation.CmdTerminate: body(func(b reasonRemarkBody) (mediation.Command, error) {
		return mediation.Terminate{Reason: b.Reason, Remark: b.Remark}, nil
	}),
	mediation.CmdRefuse: body(func(b routeBody) (mediation.Command, error) {
		return mediation.Refuse{Route: b.Route, Reason: b.Reason, Remark: b.Remark}, nil
	}),
	mediation.CmdExit: body(func(b routeBody) (mediation.Command, error) {
		return mediation.Exit{Route: b.Route, Reason: b.Reason, Remark: b.Remark}, nil
	}),
	mediation.CmdJoin: body(func(b struct {
		Into   string `json:"into" max:"64"`
		Remark string `json:"remark"`
	}) (mediation.Command, error) {
		return mediation.Join{Into: b.Into, Remark: b.Remark}, nil
	}),
	mediation.CmdDetach: body(func(b struct {
		Report string `json:"report" max:"64"`
		Remark string `json:"remark"`
	}) (mediation.Command, error) {
		return mediation.Detach{Report: b.Report, Remark: b.Remark}, nil
	}),
	mediation.CmdTransfer: body(func(b struct {
		Route  string    `json:"route" max:"64"`
		Unit   string    `json:"unit" max:"100"`
		Area   grid.Code `json:"area" max:"200"`
		Reason string    `json:"reason" max:"200"`
		Remark string    `json:"remark"`
	}) (mediation.Command, error) {
		return mediation.Transfer{Route: b.Route, Unit: b.Unit, Area: b.Area, Reason: b.Reason, Remark: b.Remark}, nil
	}),
	mediation.CmdReclassify: body(func(b struct {
		Category     string `json:"category" max:"64"`
		Severity     int    `json:"severity"`
		NotEmergency bool   `json:"notEmergency"`
		Remark       string `json:"remark"`
	}) (mediation.Command, error) {
		return mediation.Reclassify{Category: b.Category, Severity: b.Severity, NotEmergency: b.NotEmergency, Remark: b.Remark}, nil
	}),
	mediation.CmdPlace: body(func(b struct {
		Cell   grid.Code `json:"cell" max:"200"`
		Remark string    `json:"remark"`
	}) (mediation.Command, error) {
		return mediation.Place{Cell: b.Cell, Remark: b.Remark}, nil
	}),
	mediation.CmdAddParty: body(func(b wireParty) (mediation.Command, error) {
		return mediation.AddParty{Party: b.input()}, nil
	}),
	mediation.CmdCorrectParty: body(func(b struct {
		Party string `json:"party" max:"64"`
		wireParty
	}) (mediation.Command, error) {
		return mediation.CorrectParty{Party: b.Party, As: b.input()}, nil
	}),
	mediation.CmdRemoveParty: body(func(b struct {
		Party  string `json:"party" max:"64"`
		Reason string `json:"reason" max:"200"`
	}) (mediation.Command, error) {
		return mediation.RemoveParty{Party: b.Party, Reason: b.Reason}, nil
	}),
	mediation.CmdRenewLink: body(func(b struct {
		Party string `json:"party" max:"64"`
	}) (mediation.Command, error) {
		return mediation.RenewLink{Party: b.Party}, nil
	}),
	mediation.CmdNote: body(func(b struct {
		Text string `json:"text"`
	}) (mediation.Command, error) {
		return mediation.Note{Text: b.Text}, nil
	}),
	mediation.CmdAssign: body(func(b struct {
		Mediator string `json:"mediator" max:"64"`
		Seat     *int   `json:"seat"` // without: the first free seat that fits
		Force    bool   `json:"force"`
		Remark   string `json:"remark"`
	}) (mediation.Command, error) {
		seat := -1
		if b.Seat != nil {
			if seat = *b.Seat; seat < 0 {
				return nil, invalid("out_of_range", "seat", "min", "0", "max", "99")
			}
		}
		return mediation.Assign{Mediator: b.Mediator, Seat: seat, Force: b.Force, Remark: b.Remark}, nil
	}),
	mediation.CmdUnassign: body(func(b struct {
		Mediator string `json:"mediator" max:"64"`
		Reason   string `json:"reason" max:"200"`
	}) (mediation.Command, error) {
		return mediation.Unassign{Mediator: b.Mediator, Reason: b.Reason}, nil
	}),
	mediation.CmdTake: body(func(b struct {
		Offer string `json:"offer" max:"64"`
	}) (mediation.Command, error) {
		return mediation.Take{Offer: b.Offer}, nil
	}),
	mediation.CmdDecline: body(func(b struct {
		Offer  string `json:"offer" max:"64"`
		Reason string `json:"reason" max:"200"`
	}) (mediation.Command, error) {
		return mediation.Decline{Offer: b.Offer, Reason: b.Reason}, nil
	}),
	mediation.CmdSession: body(func(b struct {
		At       time.Time `json:"at"`
		Attended []string  `json:"attended"`
		Open     bool      `json:"open"`
		Notes    string    `json:"notes"`
		Place    grid.Code `json:"place" max:"200"`
	}) (mediation.Command, error) {
		return mediation.RecordSession{At: stored(b.At), Attended: b.Attended, Open: b.Open, Notes: b.Notes, Place: b.Place}, nil
	}),
	mediation.CmdAgree: body(func(b struct {
		Oral      bool      `json:"oral"`
		Facts     string    `json:"facts"`
		Terms     string    `json:"terms"`
		Place     string    `json:"place" max:"500"`
		PerformBy time.Time `json:"performBy"`
	}) (mediation.Command, error) {
		return mediation.Agree{Oral: b.Oral, Facts: b.Facts, Terms: b.Terms, PlaceOf: b.Place, PerformBy: stored(b.PerformBy)}, nil
	}),
	mediation.CmdSign: body(func(b struct {
		Role    mediation.SignerRole `json:"role" max:"20"`
		Party   string               `json:"party" max:"64"`
		Manner  string               `json:"manner"`
		Refused bool                 `json:"refused"`
	}) (mediation.Command, error) {
		switch b.Manner {
		case "":
			b.Manner = "click"
		case "click", "signature", "seal", "fingerprint":
		default:
			return nil, invalid("unknown_value", "manner", "value", printable(b.Manner))
		}
		return mediation.Sign{Role: b.Role, Party: b.Party, Manner: b.Manner, Refused: b.Refused}, nil
	}),
	mediation.CmdFollowUp: body(func(b struct {
		Kept     *bool  `json:"kept"`
		Resolved *bool  `json:"resolved"`
		Notes    string `json:"notes"`
	}) (mediation.Command, error) {
		// Both decide whether the quarrel counts as settled: neither is taken for granted.
		if b.Kept == nil {
			return nil, invalid("required", "kept")
		}
		if b.Resolved == nil {
			return nil, invalid("required", "resolved")
		}
		return mediation.RecordFollowUp{Kept: *b.Kept, Resolved: *b.Resolved, Notes: b.Notes}, nil
	}),
	mediation.CmdRate: body(func(b struct {
		behalfBody
		Satisfied *bool  `json:"satisfied"`
		Stars     int    `json:"stars"`
		Remark    string `json:"remark"`
	}) (mediation.Command, error) {
		if b.Satisfied == nil {
			return nil, invalid("required", "satisfied")
		}
		behalf, err := b.behalf()
		return mediation.Rate{Behalf: behalf, Satisfied: *b.Satisfied, Stars: b.Stars, Remark: b.Remark}, err
	}),
	mediation.CmdRefuseMediator: body(func(b struct {
		behalfBody
		Mediator string `json:"mediator" max:"64"`
		Reason   string `json:"reason" max:"200"`
	}) (mediation.Command, error) {
		behalf, err := b.behalf()
		return mediation.RefuseMediator{Behalf: behalf, Mediator: b.Mediator, Reason: b.Reason}, err
	}),
	mediation.CmdConsent: body(func(b struct {
		behalfBody
		Given *bool `json:"given"`
	}) (mediation.Command, error) {
		if b.Given == nil {
			return nil, invalid("required", "given")
		}
		behalf, err := b.behalf()
		return mediation.ConsentOutsiders{Behalf: behalf, Given: *b.Given}, err
	}),
	mediation.CmdSupplement: body(func(b struct {
		Text   string   `json:"text"`
		Photos []string `json:"photos"`
	}) (mediation.Command, error) {
		if len(b.Photos) > mediation.MaxPhotos {
			return nil, invalid("too_many", "photos", "max", "9")
		}
		return mediation.SupplementCase{Text: b.Text, Photos: b.Photos}, nil
	}),
}

func remark(make func(string) mediation.Command) func(*Call) (mediation.Command, error) {
	return body(func(b remarkBody) (mediation.Command, error) { return make(b.Remark), nil })
}

func reason(make func(string) mediation.Command) func(*Call) (mediation.Command, error) {
	return body(func(b reasonBody) (mediation.Command, error) { return make(b.Reason), nil })
}

// stored cuts a time to what stores keep.
func stored(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return mediation.Instant(t)
}

// wireParty is a party as it is entered.
type wireParty struct {
	Kind     mediation.PartyKind `json:"kind" max:"20"`
	Side     mediation.PartySide `json:"side" max:"20"`
	Name     string              `json:"name" max:"200"`
	Phone    string              `json:"phone" max:"40"`
	IDNumber string              `json:"idNumber" max:"40"`
	Address  string              `json:"address" max:"200"`
	Kin      []string            `json:"kin"`
	Units    []string            `json:"units"`
	// Account is of whoever is accused and is known to have one: an accusation is kept from it.
	Account string `json:"account" max:"64"`
}

func (w wireParty) input() mediation.PartyInput {
	return mediation.PartyInput{Kind: w.Kind, Side: w.Side, Name: strings.TrimSpace(w.Name), Phone: strings.TrimSpace(w.Phone),
		IDNumber: strings.TrimSpace(w.IDNumber), Address: strings.TrimSpace(w.Address), Kin: w.Kin, Units: w.Units, Account: strings.TrimSpace(w.Account)}
}
