package store

import (
	"context"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/slip"
)

// around are the areas that hold one, the whole country among them.
func around(a grid.Code) []string {
	areas := []string{""}
	for _, x := range a.Ancestors() {
		areas = append(areas, string(x))
	}
	return areas
}

// slipTags are what lists of slips are led by: what it is about, its area, its addressee, its issuer, each by the areas in which somebody
// sees it. A restricted one bears its role in place of its area.
func slipTags(s *slip.Slip) []string {
	tags := []string{aboutTag(s.About)}
	if s.Case != "" {
		tags = append(tags, "c:"+s.Case)
	}
	for _, a := range around(s.Area) {
		tags = append(tags, areaTag(s.Restricted, a))
	}
	switch s.To.Form() {
	case "person":
		tags = append(tags, "to:"+s.To.User)
		if s.Restricted == "" {
			for _, a := range around(s.Area) {
				tags = append(tags, personAddress(s.To.User, a))
			}
		}
	case "unit":
		tags = append(tags, "un:"+s.To.Unit)
		for _, a := range around(s.To.Area) {
			tags = append(tags, unitAddress(s.To.Unit, a))
		}
	case "post":
		for _, a := range around(s.To.Area) {
			tags = append(tags, postAddress(s.To.Role, a))
		}
	}
	if s.Issuer.User != "" {
		tags = append(tags, "by:"+s.Issuer.User)
	}
	for _, key := range s.KeptFrom {
		tags = append(tags, keptTag(key))
	}
	m := slip.MembershipOf(s)
	for i, set := range slip.CountedSets {
		if m.Has(i) {
			tags = append(tags, slipCounted(set.Key))
		}
	}
	if s.Restricted == "" || s.Issuer.User == "" {
		for _, a := range around(s.Issuer.Area) {
			tags = append(tags, postIssued(s.Issuer.Role, s.Issuer.Unit, a))
		}
	}
	return tags
}

func slipCounted(set slip.Counted) string { return "q:" + string(set) }

func aboutTag(about slip.Subject) string { return "a:" + about.Kind + "/" + about.ID }

func areaTag(only mediation.Role, area string) string { return "in:" + string(only) + "|" + area }

// personAddress finds what is addressed to somebody in an area, for who stands in for them there.
func personAddress(user, area string) string { return "ta:" + area + "|" + user }

func unitAddress(unit, area string) string { return "tu:" + area + "|" + unit }

func postAddress(r mediation.Role, area string) string { return "tp:" + area + "|" + string(r) }

func postIssued(r mediation.Role, unit, area string) string {
	return "bp:" + area + "|" + string(r) + "|" + unit
}

// sightTags are those of which a slip bears one that the actor sees.
func sightTags(v slip.Visible, mine string) []string {
	var tags []string
	a, area := v.Actor, string(v.Actor.Area)
	if v.Area && mine == "" {
		tags = append(tags, areaTag("", area), areaTag(a.Role, area))
	}
	if v.Addressed && mine != "by" {
		tags = append(tags, "to:"+a.ID, postAddress(a.Role, area))
		if a.For != "" {
			tags = append(tags, personAddress(a.For, area))
		}
		if a.Unit != "" {
			tags = append(tags, unitAddress(a.Unit, area))
		}
	}
	if v.Issuing && mine != "to" {
		tags = append(tags, "by:"+a.ID, postIssued(a.Role, a.Unit, area))
	}
	return tags
}

// slipQuery turns a filter into a query; false if nothing can meet it.
func slipQuery(f slip.Filter) (Query, bool) {
	q := Query{Table: slipsTable, Eq: map[string]any{}, In: map[string][]any{}, From: map[string]any{}, Until: map[string]any{}, Any: sightTags(f.Visible, f.Mine)}
	if len(q.Any) == 0 {
		return q, false
	}
	if f.Visible.Actor.For != "" {
		q.Tags = append(q.Tags, areaTag("", "")) // who stands in for somebody sees nothing restricted, which has no such tag
	}
	if f.About != (slip.Subject{}) {
		q.Tags = append(q.Tags, aboutTag(f.About))
	}
	for tag, value := range map[string]string{"c:": f.Case, "un:": f.Unit, "to:": f.User} {
		if value != "" {
			q.Tags = append(q.Tags, tag+value)
		}
	}
	if f.Counted != "" {
		q.Tags = append(q.Tags, slipCounted(f.Counted))
	}
	q.None = keptTags(f.Visible.Actor.Keys())
	bound(q.From, "sort", f.Issued[0])
	bound(q.Until, "sort", f.Issued[1])
	if f.Kind != "" {
		q.Eq["kind"] = f.Kind
	}
	for _, s := range f.States {
		q.In["state"] = append(q.In["state"], string(s))
	}
	if f.Open != nil {
		q.Eq["open"] = flag(*f.Open)
	}
	narrow(&q, f.Area)
	if f.OverdueAt != 0 {
		q.Eq["open"], q.From["overdue"], q.Until["overdue"] = int64(1), int64(1), f.OverdueAt+1
	}
	return q, true
}

// List implements slip.Slips.
func (p *Slips) List(ctx context.Context, f slip.Filter, cursor string, limit int) ([]slip.Summary, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	q, ok := slipQuery(f)
	if !ok {
		return nil, "", nil
	}
	q.After, q.Desc, q.Limit, q.HeadsOnly = after, true, limit+1, true
	rows, err := p.s.Engine.Find(ctx, q)
	if err != nil {
		return nil, "", trouble("list slips", err)
	}
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	list, err := slipHeads(rows)
	return list, next, err
}

func slipHeads(rows []Row) ([]slip.Summary, error) {
	list := make([]slip.Summary, len(rows))
	for i, row := range rows {
		if err := decode(slipsTable, row.ID, row.Head, &list[i]); err != nil {
			return nil, err
		}
		list[i].Number.N = row.N
	}
	return list, nil
}

// InHand implements slip.Slips.
func (p *Slips) InHand(ctx context.Context, user string) (all []slip.Summary, err error) {
	q := Query{Table: slipsTable, Any: []string{"to:" + user, "by:" + user}, Eq: map[string]any{"open": int64(1)}, Desc: true, Limit: 200, HeadsOnly: true}
	for {
		rows, err := p.s.Engine.Find(ctx, q)
		if err != nil {
			return nil, trouble("slips in hand", err)
		}
		list, err := slipHeads(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if len(rows) < q.Limit {
			return all, nil
		}
		last := rows[len(rows)-1]
		q.After = &Position{Sort: last.Sort, ID: last.ID}
	}
}

// OfCase implements slip.Slips.
func (p *Slips) OfCase(ctx context.Context, caseID string) (all []slip.Slip, err error) {
	q := Query{Table: slipsTable, Tags: []string{"c:" + caseID}, Limit: 100}
	for {
		rows, err := p.s.Engine.Find(ctx, q)
		if err != nil {
			return nil, trouble("slips of a case", err)
		}
		for _, row := range rows {
			s, err := ReadSlip(row)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
		if len(rows) < q.Limit {
			return all, nil
		}
		last := rows[len(rows)-1]
		q.After = &Position{Sort: last.Sort, ID: last.ID}
	}
}
