package intake

import (
	"context"
	"errors"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

var (
	noMediator    = words.Text{Zh: "没有这位调解员；请先导入调解员", En: "there is no such mediator; import mediators first"}
	takenMediator = words.Text{Zh: "这条调解员记录已属于另一账号", En: "this mediator's record is another account's"}
	lastAdmin     = words.Text{Zh: "至少保留一名管理员", En: "the last administrator stays one"}
)

// Records are the mediators' records, as far as people are checked against them.
type Records interface {
	// Load returns a record; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (mediation.Mediator, error)
}

// CheckPeople takes out whom the accounts or the mediators' records would refuse, so that a refusal is known before the
// first row is stored. What others change while the import runs is refused when it is stored.
func CheckPeople(ctx context.Context, accounts *account.Service, records Records, people []Person) ([]Person, []Problem, error) {
	var good []Person
	var problems []Problem
	users, leaving, err := known(ctx, accounts, people)
	if err != nil {
		return nil, nil, err
	}
	sits := map[string]int{}
	for i, p := range people {
		u, r := users[i], &row{line: p.Line}
		if p.keepUnit && u.Role == p.Place.Role {
			p.Place.Unit = u.Unit
		}
		var refusal *account.Error
		if errors.As(account.NewUser{Login: p.Login, Name: p.Name, Place: p.Place, Posts: p.Posts}.Check(), &refusal) {
			r.refuse(refusal.Reason, againstRules(refusal))
		}
		if u.ID != "" {
			if err := accounts.CheckMove(ctx, u.ID, p.Place, leaving...); errors.Is(err, account.ErrLastAdministrator) {
				r.refuse("role", lastAdmin)
			} else if err != nil {
				return nil, nil, err
			}
		}
		if err := r.record(ctx, records, p.Place.Mediator, u.ID, sits); err != nil {
			return nil, nil, err
		}
		if len(r.problems) == 0 {
			good = append(good, p)
		}
		problems = append(problems, r.problems...)
	}
	return good, problems, nil
}

// known are the accounts of the people who have one, and which of them the file relieves of administering: rows are stored side by
// side, so none of these can stand in for another.
func known(ctx context.Context, accounts *account.Service, people []Person) (users []account.User, leaving []string, err error) {
	users = make([]account.User, len(people))
	for i, p := range people {
		u, err := accounts.UserByLogin(ctx, p.Login)
		if err != nil && !errors.Is(err, account.ErrNotFound) {
			return nil, nil, err
		}
		if users[i] = u; u.Ceases(p.Place) {
			leaving = append(leaving, u.ID)
		}
	}
	return users, leaving, nil
}

// record looks whether the mediator's record is there and free for this account. sits holds the lines that name one.
func (r *row) record(ctx context.Context, records Records, id, user string, sits map[string]int) error {
	if id == "" {
		return nil
	}
	if before, twice := sits[id]; twice {
		r.refuse("mediator", repeated(before))
		return nil
	}
	sits[id] = r.line
	m, err := records.Load(ctx, id)
	switch {
	case errors.Is(err, mediation.ErrNotFound):
		r.refuse("mediator", noMediator)
	case err != nil:
		return err
	case m.User != "" && m.User != user:
		r.refuse("mediator", takenMediator)
	}
	return nil
}

func againstRules(refusal *account.Error) words.Text {
	return words.Text{Zh: "不符合账号规则（" + refusal.Code + "）", En: refusal.Message}
}
