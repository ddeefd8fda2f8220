package policy

import (
	"slices"
	"strings"
)

// GridTeam says what a grid's team (网格团队, "1+3+N") consists of: every area of its level has one.
type GridTeam struct {
	Key  string
	Name Text
	// Level is that of the areas, in code segments.
	Level int
	// Vacant is how long a post that must be filled may be vacant before Tell hear of it.
	Vacant Span
	// Basis is the norm that has its posts filled, "" if the policy names none.
	Basis string
	// Tell are the roles that hear of it, those whose area holds the team's.
	Tell []string
	// SubstituteDays is for how many days at a time somebody may have a substitute.
	SubstituteDays int
	Posts          []GridPost
}

// GridPost is one kind of post of a team.
type GridPost struct {
	Key  string
	Name Text
	// Number is how many people may hold it; Roles which may.
	Number int
	Roles  []string
	// Required: all of its number must be filled.
	Required bool
}

// Post returns the team's post of that key.
func (t *GridTeam) Post(key string) (GridPost, bool) {
	if i := slices.IndexFunc(t.Posts, func(p GridPost) bool { return p.Key == key }); i >= 0 {
		return t.Posts[i], true
	}
	return GridPost{}, false
}

// TeamOf returns what the team of an area of that many code segments consists of.
func (p *Policy) TeamOf(depth int) (GridTeam, bool) {
	if i := slices.IndexFunc(p.Teams, func(t GridTeam) bool { return t.Level == depth }); i >= 0 {
		return p.Teams[i], true
	}
	return GridTeam{}, false
}

// teamRoles may hold posts: whoever works in a grid. Those that rule a county or the installation may not, since a substitute may do
// what the holder may.
var teamRoles = []string{"grid_worker", "grid_leader", "information_officer", "mediator", "unit_staff", "township_staff"}

// leaderRole holds posts of the county's own team besides, such as that of who signs. Nobody acts for a leader: a substitute has what the post
// itself gives, in their own name, and nothing else.
const leaderRole = "leader"

// ActedFor tells whether who stands in for a holder of the role may do what that holder may.
func ActedFor(role string) bool { return slices.Contains(teamRoles, role) }

// countyLevel is the level of the county itself, in code segments.
func (p *Policy) countyLevel() int { return strings.Count(p.County, ".") + 1 }

// CountyPost returns a post of the county's own team.
func (p *Policy) CountyPost(key string) (GridPost, bool) {
	t, _ := p.TeamOf(p.countyLevel())
	return t.Post(key)
}

var teamKeys = []key[GridTeam]{
	word("key", required, Text{"团队标识", "the team's word"}, func(t *GridTeam) *string { return &t.Key }),
	named(Text{"团队名称，如网格团队", "its name"}, func(t *GridTeam) *Text { return &t.Name }),
	count("level", required, 3, 10, Text{"哪一级各有一支，按区划代码段数（3县、6网格、7微网格）；县一级的岗位可由领导担任", "areas of so many code segments have one each (3 county, 6 grid, 7 micro-grid); leaders may hold posts of the county's own"}, func(t *GridTeam) *int { return &t.Level }),
	span("vacant", required, Text{"必配岗位空缺多久后通知", "how long a post that must be filled may be vacant before it is told of"}, func(t *GridTeam) *Span { return &t.Vacant }),
	basis(func(t *GridTeam) *string { return &t.Basis }),
	list("tell", required, kindWords, Text{"空缺时通知辖区含该网格的哪些角色", "roles that hear of a vacancy, where their area holds the team's"}, parseWord, func(t *GridTeam) *[]string { return &t.Tell }),
	count("substitute_days", required, 1, 366, Text{"替班一次最多几天", "days that a substitution lasts at most"}, func(t *GridTeam) *int { return &t.SubstituteDays }),
	objects("posts", required, Text{"岗位", "the posts"}, []key[GridPost]{
		word("key", required, Text{"岗位标识", "the post's word"}, func(p *GridPost) *string { return &p.Key }),
		named(Text{"岗位名称", "its name"}, func(p *GridPost) *Text { return &p.Name }),
		count("number", optional, 1, 100, Text{"名额，默认1", "how many hold it at most, 1 if not said"}, func(p *GridPost) *int { return &p.Number }),
		list("roles", required, kindWords, Text{"可任角色", "roles that may hold it"}, parseWord, func(p *GridPost) *[]string { return &p.Roles }),
		yesNo("required", optional, Text{"是否必须配满", "whether all of it must be filled"}, func(p *GridPost) *bool { return &p.Required }),
	}, GridPost{Number: 1}, func(t *GridTeam) *[]GridPost { return &t.Posts }),
}

// checkTeams finds teams that would stand at one place twice, and posts that nobody, or somebody with too much in hand, could hold.
func (c *checker) checkTeams() {
	if len(c.Teams) == 0 {
		return
	}
	unique(c, "teams", c.Teams, func(t *GridTeam) string { return t.Key })
	for i := range c.Teams {
		t, path := &c.Teams[i], item("teams", i)
		if first := slices.IndexFunc(c.Teams, func(o GridTeam) bool { return o.Level == t.Level }); t.Level > 0 && first < i {
			c.wrong(path+".level", "这一级已有团队%q", "this level has the team %q", c.Teams[first].Key)
		}
		if _, read := c.at[path+".tell"]; read && len(t.Tell) == 0 {
			c.wrong(path+".tell", "至少须有一项", "there must be at least one")
		}
		c.knownAll(path+".tell", t.Tell, c.Roles)
		unique(c, path+".posts", t.Posts, func(p *GridPost) string { return p.Key })
		for j := range t.Posts {
			at := item(path+".posts", j) + ".roles"
			if _, read := c.at[at]; read && len(t.Posts[j].Roles) == 0 {
				c.wrong(at, "至少须有一项", "there must be at least one")
			}
			roles := teamRoles
			if t.Level == c.countyLevel() {
				roles = append(slices.Clip(roles), leaderRole)
			}
			c.knownAll(at, t.Posts[j].Roles, roles)
		}
	}
}

// Uptake says by what the use of the app (应用率) is measured, beside petitions and satisfaction: "one down, two up" (一降两升).
type Uptake struct {
	// Petitions is the source whose volume is to go down.
	Petitions string
	// Workers are the channels by which grid workers report by the app, Residents those by which residents do.
	Workers, Residents []string
}

// On tells whether the county measures it.
func (u *Uptake) On() bool { return u.Petitions != "" }

// Apps are the channels of the app.
func (u *Uptake) Apps() []string { return slices.Concat(u.Workers, u.Residents) }

var uptakeKeys = []key[Uptake]{
	word("petitions", required, Text{"信访量按哪个来源计（intake.sources）", "the source, of intake.sources, whose volume is to go down"}, func(u *Uptake) *string { return &u.Petitions }),
	list("workers", required, kindWords, Text{"网格员用应用上报的渠道", "channels by which grid workers report by the app"}, parseWord, func(u *Uptake) *[]string { return &u.Workers }),
	list("residents", optional, kindWords, Text{"居民用应用反映的渠道", "channels by which residents report by the app"}, parseWord, func(u *Uptake) *[]string { return &u.Residents }),
}

// checkUptake finds sources and channels that there are not, and one that is both.
func (c *checker) checkUptake() {
	sources, channels := make([]string, len(c.Intake.Sources)), make([]string, len(c.Intake.Channels))
	for i, s := range c.Intake.Sources {
		sources[i] = s.Key
	}
	for i, x := range c.Intake.Channels {
		channels[i] = x.Key
	}
	c.known("uptake.petitions", c.Uptake.Petitions, sources)
	c.knownAll("uptake.workers", c.Uptake.Workers, channels)
	c.knownAll("uptake.residents", c.Uptake.Residents, channels)
	for i, x := range c.Uptake.Residents {
		if slices.Contains(c.Uptake.Workers, x) {
			c.wrong(item("uptake.residents", i), "渠道%q已属网格员", "the channel %q is the workers'", x)
		}
	}
}
