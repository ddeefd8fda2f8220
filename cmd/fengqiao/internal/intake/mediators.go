package intake

import (
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/internal/seal"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// MediatorRow is one row of the mediators file.
type MediatorRow struct {
	Line     int
	Mediator mediation.Mediator // without what is sealed
	Phone    string             // as it is dialled
	// lacks tells which columns the file does not have: of a mediator who is known, what it says nothing of stays.
	lacks func(column string) bool
}

// keep takes from the record what the file says nothing of. An empty cell says that there is none.
func (r *MediatorRow) keep(next *mediation.Mediator, old *mediation.Mediator) {
	for column, take := range map[string]func(){
		"categories": func() { next.Categories = old.Categories },
		"dialects":   func() { next.Dialects = old.Dialects },
		"cap":        func() { next.Cap = old.Cap },
		"unit":       func() { next.Unit, next.UnitHash = old.Unit, old.UnitHash },
		"phone":      func() { next.Key, next.Phone, next.Match = old.Key, old.Phone, old.Match },
		"ties":       func() { next.Ties = old.Ties },
		"kin":        func() { next.Kin = old.Kin },
		"lon":        func() { next.Point = old.Point },
	} {
		if r.lacks(column) {
			take()
		}
	}
}

const mostCases = 1000 // a load cap beyond it is a slip of the pen

var (
	mediatorID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	phoneForm  = regexp.MustCompile(`^\+?[0-9]{5,15}$`)
)

// Mediators reads the mediators file against the plan and the policy in force. The error means that nothing can be used.
func Mediators(src io.Reader, plan *grid.Plan, pol *policy.Policy) ([]MediatorRow, []Problem, error) {
	var list []MediatorRow
	var problems []Problem
	seen := map[string]int{}
	err := readTable(src, MediatorColumns,
		func(r *row) {
			if len(r.problems) == 0 {
				m := mediator(r, plan, pol)
				if before, twice := seen[m.Mediator.ID]; twice && m.Mediator.ID != "" {
					r.refuse("id", repeated(before))
				} else {
					seen[m.Mediator.ID] = r.line
				}
				if len(r.problems) == 0 {
					list = append(list, m)
				}
			}
			problems = append(problems, r.problems...)
		})
	return list, problems, err
}

func mediator(r *row, plan *grid.Plan, pol *policy.Policy) MediatorRow {
	m := mediation.Mediator{ID: r.must("id"), Name: r.must("name"), Kind: r.must("kind"), Tier: r.must("tier"), Area: r.area("area", plan), Plan: plan.Version(),
		Categories: r.list("categories"), Dialects: r.list("dialects"), Unit: r.get("unit"), Kin: r.list("kin"), Ties: r.list("ties"), Available: true}
	if m.ID != "" && !mediatorID.MatchString(m.ID) {
		r.refuse("id", words.Text{Zh: "只能是 1–64 个字母、数字和 . _ -", En: "must be 1–64 letters, digits and . _ -"})
	}
	if m.Kind != "" && !slices.ContainsFunc(mediation.MediatorKinds, func(k mediation.KindInfo) bool { return k.Key == m.Kind }) {
		r.refuse("kind", unknown(m.Kind))
	}
	switch i := slices.IndexFunc(pol.Tiers, func(t policy.Tier) bool { return t.Key == m.Tier }); {
	case m.Tier != "" && i < 0:
		r.refuse("tier", unknown(m.Tier))
	case i >= 0 && m.Area != "" && m.Area.Depth() < pol.Tiers[i].Level:
		// Such a one would be asked all over the wider area, as if they were everywhere a neighbour.
		level := strconv.Itoa(pol.Tiers[i].Level)
		r.refuse("area", words.Text{Zh: "对本级（" + m.Tier + "）来说范围太大，代码至少应有" + level + "段", En: "is too wide for the tier " + m.Tier + ": its code needs at least " + level + " segments"})
	}
	for _, c := range m.Categories {
		if _, ok := pol.Category(c); !ok {
			r.refuse("categories", unknown(c))
		}
	}
	for _, k := range m.Kin {
		if !mediatorID.MatchString(k) || k == m.ID {
			r.refuse("kin", unknown(k))
		}
	}
	for _, t := range m.Ties {
		if kind, whom, ok := strings.Cut(t, ":"); !ok || kind != "clan" && kind != "area" || whom == "" {
			r.refuse("ties", unknown(t))
		}
	}
	if text := r.get("cap"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostCases {
			r.refuse("cap", words.Text{Zh: "应为 1 到 1000 的整数", En: "must be a whole number from 1 to 1000"})
		}
		m.Cap = n
	}
	m.Point = point(r, plan)
	phone := seal.NormalisePhone(r.get("phone"))
	if r.get("phone") != "" && !phoneForm.MatchString(phone) {
		r.refuse("phone", words.Text{Zh: "不是电话号码", En: "is no phone number"})
	}
	return MediatorRow{r.line, m, phone, func(column string) bool { return !r.has(column) }}
}

// point is the usual place; zero if the row says none.
func point(r *row, plan *grid.Plan) orb.Point {
	lon, lat := r.get("lon"), r.get("lat")
	if lon == "" && lat == "" {
		return orb.Point{}
	}
	var pt orb.Point
	for i, field := range []string{"lon", "lat"} {
		x, err := strconv.ParseFloat(r.get(field), 64)
		if err != nil {
			r.refuse(field, words.Text{Zh: "不是数字（度）", En: "is not a number of degrees"})
			return orb.Point{}
		}
		pt[i] = x
	}
	if grid.LikelySwapped(pt, plan.Bound("")) {
		r.refuse("lon", words.Text{Zh: "经度与纬度似乎写反了", En: "longitude and latitude look exchanged"})
	} else if err := grid.CheckPoint(pt); err != nil {
		r.refuse("lon", words.Text{Zh: "坐标超出范围", En: err.Error()})
	}
	return pt
}
