package handlers

import (
	"time"

	"fengqiao/mediation"
)

// The bodies of joint handling.
type (
	consultBody struct {
		At        time.Time  `json:"at"`
		Took      []tookBody `json:"took"`
		Lead      string     `json:"lead" max:"100"`
		Assisting []string   `json:"assisting"`
		Opinion   string     `json:"opinion"`
	}
	tookBody struct {
		Unit string `json:"unit" max:"100"`
		User string `json:"user" max:"64"`
	}
	signOffBody struct {
		Approved *bool  `json:"approved"`
		Remark   string `json:"remark"`
	}
	giveTaskBody struct {
		Unit  string    `json:"unit" max:"100"`
		Owner string    `json:"owner" max:"64"`
		Due   time.Time `json:"due"`
		What  string    `json:"what"`
	}
	taskBody struct {
		Task string `json:"task" max:"64"`
	}
	taskResultBody struct {
		taskBody
		Result string `json:"result"`
	}
	taskReasonBody struct {
		taskBody
		reasonBody
	}
	taskReturnBody struct {
		taskBody
		reasonBody
		Due time.Time `json:"due"`
	}
)

func (b consultBody) command() (mediation.Command, error) {
	c := mediation.Consult{At: stored(b.At), Lead: b.Lead, Assisting: b.Assisting, Opinion: b.Opinion}
	for _, t := range b.Took {
		c.Took = append(c.Took, mediation.Taking(t))
	}
	return c, nil
}

func (b signOffBody) command() (mediation.Command, error) {
	if b.Approved == nil { // never taken for granted
		return nil, invalid("required", "approved")
	}
	return mediation.SignOffCase{Approved: *b.Approved, Remark: b.Remark}, nil
}

func (b giveTaskBody) command() (mediation.Command, error) {
	return mediation.GiveTask{Unit: b.Unit, Owner: b.Owner, Due: stored(b.Due), What: b.What}, nil
}

func (b taskBody) command() (mediation.Command, error) { return mediation.AckTask(b), nil }

func (b taskResultBody) command() (mediation.Command, error) {
	return mediation.AnswerTask{Task: b.Task, Result: b.Result}, nil
}

func (b taskReturnBody) command() (mediation.Command, error) {
	return mediation.ReturnTask{Task: b.Task, Reason: b.Reason, Due: stored(b.Due)}, nil
}

func (b taskReasonBody) command() (mediation.Command, error) {
	return mediation.DropTask{Task: b.Task, Reason: b.Reason}, nil
}
