package intake

import (
	"errors"
	"io"
	"slices"
	"strings"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// Person is one row of the people file.
type Person struct {
	Line  int
	Login string // folded
	Name  string
	Place account.Place
	Posts []account.Post
	// KeepPosts: the file says nothing of posts, so that those that there are stay. keepUnit says so of the department, which stays
	// with the role.
	KeepPosts, keepUnit bool
}

// People reads the people file. The error means that nothing can be used.
func People(src io.Reader, plan *grid.Plan) ([]Person, []Problem, error) {
	var people []Person
	var problems []Problem
	seen := map[string]int{}
	err := readTable(src, PeopleColumns, func(r *row) {
		if len(r.problems) == 0 {
			p := person(r, plan)
			if before, twice := seen[p.Login]; twice && p.Login != "" {
				r.refuse("login", repeated(before))
			} else {
				seen[p.Login] = r.line
			}
			if len(r.problems) == 0 {
				people = append(people, p)
			}
		}
		problems = append(problems, r.problems...)
	})
	return people, problems, err
}

func person(r *row, plan *grid.Plan) Person {
	p := Person{Line: r.line, Name: r.must("name")}
	if login := r.must("login"); login != "" {
		folded, err := account.FoldLogin(login)
		if err != nil {
			r.refuse("login", words.Text{Zh: "不能作登录名：只能是不含空格的文字，至多 100 字节", En: "cannot be a login: no spaces or control characters, at most 100 bytes"})
		}
		p.Login = folded
	}
	p.Place.Role = mediation.Role(r.must("role"))
	if p.Place.Role != "" && !slices.Contains(mediation.AccountRoles, p.Place.Role) {
		r.refuse("role", unknown(string(p.Place.Role)))
	}
	if p.Place.Role == mediation.Administrator && r.get("area") == "" {
		p.Place.Area = "" // an administrator of everywhere
	} else {
		p.Place.Area = r.area("area", plan)
	}
	p.Place.Unit, p.Place.Mediator = r.get("unit"), r.get("mediator")
	var misplaced *account.Error
	if errors.As(p.Place.Check(), &misplaced) {
		switch field := misplaced.Reason; {
		case field == "mediator" && p.Place.Mediator != "":
			r.refuse(field, words.Text{Zh: "只有调解员才能填写", En: "is for mediators only"})
		case field == "unit" && !r.has("unit"): // whoever has one keeps it; CheckPeople asks
		case field == "mediator", field == "unit":
			r.must(field)
		}
	}
	p.KeepPosts, p.keepUnit = !r.has("posts"), !r.has("unit")
	for _, post := range r.list("posts") {
		kind, area, ok := strings.Cut(post, "@")
		code, err := plan.Schema().Parse(area)
		if !ok || !slices.Contains(account.PostKinds, kind) || err != nil {
			r.refuse("posts", unknown(post))
		} else if len(plan.CellsOf(code)) == 0 {
			r.refuse("posts", unknownArea)
		} else if !slices.Contains(p.Posts, account.Post{Kind: kind, Area: code}) { // twice says no more than once
			p.Posts = append(p.Posts, account.Post{Kind: kind, Area: code})
		}
	}
	return p
}
