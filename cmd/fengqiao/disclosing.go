package main

import (
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
)

func (c *command) discloseCommand() *cobra.Command {
	return &cobra.Command{Use: "disclose", Short: c.short("导出当事人本人的信息副本", "print a copy of what is kept on a party"),
		Long: words.Text{
			Zh: `从标准输入读入当事人的手机号或身份证号，以 JSON 打印其作为当事人的各案件里本人的信息（个人信息保护法第四十五条）：姓名等登记内容、
本人说过的话、签署的协议、何时被何种角色查阅。不含他人的信息。请先核实申请人身份，打印出的副本妥善交付。`,
			En: `Reads a party's phone or ID number from standard input and prints as JSON what is kept on them in every case where they are a
party (PIPL 45): what was entered of them, what they said, what they agreed to, and when which role looked. Nothing of others is in it.
Make sure who asks, and hand the copy over with care.`}.In(c.lang),
		Example: `  fengqiao disclose < number.txt > copy.json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			number, err := c.number()
			if err != nil {
				return err
			}
			return c.withEraser(cmd.Context(), func(e *mediation.Eraser) error {
				d, err := e.Disclose(cmd.Context(), e.Hashes(number))
				if err != nil {
					return err
				}
				out := json.NewEncoder(c.out)
				out.SetIndent("", "  ")
				out.SetEscapeHTML(false)
				return out.Encode(copyFor(d))
			})
		}}
}

// personCopy is mediation.Disclosure as it is handed over.
type personCopy struct {
	Cases []caseCopy `json:"cases"`
	// Suggestions are what they suggested where opinions were collected.
	Suggestions []suggestionCopy `json:"suggestions,omitempty"`
	// DeskMessages are what outside desks said of them in messages whose order has not come.
	DeskMessages []suggestionCopy `json:"deskMessages,omitempty"`
	// Invitations are the meetings of their village to which they were invited.
	Invitations []invitationCopy `json:"invitations,omitempty"`
}

type suggestionCopy struct {
	At    time.Time `json:"at"`
	Name  string    `json:"name,omitempty"`
	Phone string    `json:"phone,omitempty"`
	Words string    `json:"words"`
}

type invitationCopy struct {
	At    time.Time `json:"at"`
	Name  string    `json:"name,omitempty"`
	Topic string    `json:"topic,omitempty"`
}

type caseCopy struct {
	Number           string       `json:"number"`
	State            string       `json:"state"`
	Category         string       `json:"category"`
	Area             string       `json:"area"`
	Opened           time.Time    `json:"opened"`
	Side             string       `json:"side"`
	Entered          time.Time    `json:"entered"`
	Name             string       `json:"name,omitempty"`
	Phone            string       `json:"phone,omitempty"`
	IDNumber         string       `json:"idNumber,omitempty"`
	Address          string       `json:"address,omitempty"`
	Employers        string       `json:"employers,omitempty"`
	RefusedMediation time.Time    `json:"refusedMediation,omitzero"`
	RefusedMediators []string     `json:"refusedMediators,omitempty"`
	Outsiders        *consentCopy `json:"outsiders,omitempty"`
	Said             []saidCopy   `json:"said"`
	Agreements       []agreedCopy `json:"agreements"`
	Looks            []lookCopy   `json:"looks"`
}

type consentCopy struct {
	At    time.Time `json:"at"`
	Given bool      `json:"given"`
}

type saidCopy struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Words string    `json:"words"`
}

type agreedCopy struct {
	Reached time.Time `json:"reached"`
	Facts   string    `json:"facts,omitempty"`
	Terms   string    `json:"terms"`
}

type lookCopy struct {
	At   time.Time `json:"at"`
	Role string    `json:"role"`
	What string    `json:"what"`
}

func copyFor(d mediation.Disclosure) personCopy {
	out := personCopy{Cases: []caseCopy{}}
	for _, c := range d.Cases {
		one := caseCopy{Number: c.Number, State: string(c.State), Category: c.Category, Area: string(c.Area), Opened: c.Opened, Side: string(c.Side),
			Entered: c.Entered, Name: c.Name, Phone: c.Phone, IDNumber: c.IDNumber, Address: c.Address, Employers: c.Employers,
			RefusedMediation: c.RefusedMediation, RefusedMediators: c.RefusedMediators, Outsiders: (*consentCopy)(c.Consent), Said: []saidCopy{},
			Agreements: []agreedCopy{}, Looks: []lookCopy{}}
		for _, x := range c.Said {
			one.Said = append(one.Said, saidCopy(x))
		}
		for _, x := range c.Agreements {
			one.Agreements = append(one.Agreements, agreedCopy(x))
		}
		for _, x := range c.Looks {
			one.Looks = append(one.Looks, lookCopy{x.At, string(x.Role), x.What})
		}
		out.Cases = append(out.Cases, one)
	}
	for _, x := range d.Beside {
		switch x.Kind {
		case desk.KeptMessage:
			out.DeskMessages = append(out.DeskMessages, suggestionCopy{x.At, x.Name, x.Phone, x.Words})
		case "invitation":
			out.Invitations = append(out.Invitations, invitationCopy{x.At, x.Name, x.Words})
		default:
			out.Suggestions = append(out.Suggestions, suggestionCopy{x.At, x.Name, x.Phone, x.Words})
		}
	}
	return out
}
