package policy

import "slices"

// Ranking (排名) puts areas or units in order by measures: by the first, where they are equal by the next.
type Ranking struct {
	Key      string
	Name     Text
	Of       string // area or unit
	Measures []string
}

// Measures that a ranking may use. Each is a share of everything that came in, what was refused among it, so that refusing intake never
// helps a rank.
const (
	RankSettlement = "settlement" // settled ÷ received
	RankClosing    = "closing"    // closed ÷ received
	RankTimeliness = "timeliness" // closed without any limit passed ÷ received
)

// RankMeasures is all of them.
var RankMeasures = []string{RankSettlement, RankClosing, RankTimeliness}

// RankOf is what may be ranked.
var RankOf = []string{"area", "unit"}

// helped are figures that turning people away would make better, and by which therefore nobody is ranked.
var helped = map[string]Text{
	"settlementRate": {"难办的不予受理，分母就少一件", "a hard case that is refused is missing below the line"},
	"satisfaction":   {"不受理的人没有机会说不满意", "who is refused has no occasion to say that they are not satisfied"},
	"repeatRate":     {"多收多拒，分母变大，比率变小", "what is refused makes the base larger and the rate smaller"},
	"open":           {"拒收的不在办", "what is refused is not open"},
	"overdue":        {"拒收的不会超期", "what is refused is never late"},
	"received":       {"收得少不是成绩", "to receive little is no merit"},
}

// Ranking returns the ranking of that key.
func (p *Policy) Ranking(key string) (*Ranking, bool) {
	for i := range p.Rankings {
		if p.Rankings[i].Key == key {
			return &p.Rankings[i], true
		}
	}
	return nil, false
}

var rankingKeys = []key[Ranking]{
	word("key", required, Text{"排名标识", "the ranking's word"}, func(r *Ranking) *string { return &r.Key }),
	named(Text{"排名名称", "its name"}, func(r *Ranking) *Text { return &r.Name }),
	word("of", required, Text{"排什么：area（下一级辖区）或unit（单位）", "what is ranked: area (one level down) or unit"}, func(r *Ranking) *string { return &r.Of }),
	list("measures", required, kindWords, Text{"依次比较：settlement（化解÷收到）、closing（办结÷收到）、timeliness（按期办结÷收到）；按期不得先于化解", "compared in this order: settlement (settled ÷ received), closing (closed ÷ received), timeliness (closed in time ÷ received); timeliness never before settlement"},
		parseText, func(r *Ranking) *[]string { return &r.Measures }),
}

// checkRankings keeps speed from ranking above settlement, and refusal from helping.
func (c *checker) checkRankings() {
	if len(c.Rankings) == 0 {
		return
	}
	unique(c, "rankings", c.Rankings, func(r *Ranking) string { return r.Key })
	for i := range c.Rankings {
		path, r := item("rankings", i), &c.Rankings[i]
		c.known(path+".of", r.Of, RankOf)
		if _, read := c.at[path+".measures"]; read && len(r.Measures) == 0 {
			c.wrong(path+".measures", "至少须有一项", "there must be at least one")
		}
		for j, m := range r.Measures {
			at := item(path+".measures", j)
			if why, bad := helped[m]; bad {
				c.wrong(at, "不能按%q排名，拒收会让名次变好："+why.Zh, "nobody is ranked by %q, since refusing intake would help: "+why.En, m)
				continue
			}
			c.known(at, m, RankMeasures)
			if m == RankTimeliness && !slices.Contains(r.Measures[:j], RankSettlement) {
				c.wrong(at, "按期不得先于化解：settlement须排在它前面", "timeliness never ranks above settlement: settlement must stand before it")
			}
		}
	}
}
