package policy

import (
	"regexp"
	"strings"
)

// Hall is a one-stop hall (一站式大厅): somebody takes a number, and windows call.
type Hall struct {
	Key  string
	Name Text
	// Area is where the hall stands and whose staff work in it; "" is the county.
	Area      string
	Teams     []Team
	Functions []Function
	Windows   []Window
}

// Team (队伍) works at windows: peace governance, legal service, legal review.
type Team struct {
	Key  string
	Name Text
}

// Function is what a hall does for people: reception, mediation, counselling. Numbers run per function and day.
type Function struct {
	Key    string
	Name   Text
	Prefix string // of its numbers: A → A001
	// Calls is how often a number is called before it may be passed over.
	Calls int
}

// Window serves some of the functions.
type Window struct {
	Key       string
	Name      Text
	Functions []string
	Team      string // "" if none of the teams sits there
}

// Hall returns the hall of that key.
func (p *Policy) Hall(key string) (*Hall, bool) {
	for i := range p.Halls {
		if p.Halls[i].Key == key {
			return &p.Halls[i], true
		}
	}
	return nil, false
}

// Function returns the function of that key.
func (h *Hall) Function(key string) (*Function, bool) {
	for i := range h.Functions {
		if h.Functions[i].Key == key {
			return &h.Functions[i], true
		}
	}
	return nil, false
}

// Window returns the window of that key.
func (h *Hall) Window(key string) (*Window, bool) {
	for i := range h.Windows {
		if h.Windows[i].Key == key {
			return &h.Windows[i], true
		}
	}
	return nil, false
}

var hallKeys = []key[Hall]{
	word("key", required, Text{"大厅标识", "the hall's word"}, func(h *Hall) *string { return &h.Key }),
	named(Text{"大厅名称", "its name"}, func(h *Hall) *Text { return &h.Name }),
	scalar("area", optional, Text{"区划代码", "area code"}, Text{"大厅所在的区划，由该区划的工作人员使用；不填为全县", "where it stands and whose staff work in it; without it the county"},
		parseCode, func(h *Hall) *string { return &h.Area }),
	objects("teams", optional, Text{"队伍，如平安治理、法律服务、法治审核", "teams, such as peace governance, legal service, legal review"}, []key[Team]{
		word("key", required, Text{"队伍标识", "the team's word"}, func(t *Team) *string { return &t.Key }),
		named(Text{"队伍名称", "its name"}, func(t *Team) *Text { return &t.Name }),
	}, Team{}, func(h *Hall) *[]Team { return &h.Teams }),
	objects("functions", required, Text{"功能，如接待、调解、咨询；各有自己的号码", "functions, such as reception, mediation, counselling; each has numbers of its own"}, []key[Function]{
		word("key", required, Text{"功能标识", "the function's word"}, func(f *Function) *string { return &f.Key }),
		named(Text{"功能名称", "its name"}, func(f *Function) *Text { return &f.Name }),
		scalar("prefix", required, Text{"大写字母", "capital letters"}, Text{"号码前的字母，如A（A001）", "the letters before its numbers, such as A (A001)"}, parsePrefix,
			func(f *Function) *string { return &f.Prefix }),
		count("calls", optional, 1, 9, Text{"叫号几次无人应才可过号，默认3", "how often a number is called before it may be passed over, 3 if not said"}, func(f *Function) *int { return &f.Calls }),
	}, Function{Calls: 3}, func(h *Hall) *[]Function { return &h.Functions }),
	objects("windows", required, Text{"窗口", "windows"}, []key[Window]{
		word("key", required, Text{"窗口标识（纯数字须加引号）", "the window's word (in quotes if of digits)"}, func(w *Window) *string { return &w.Key }),
		named(Text{"窗口名称", "its name"}, func(w *Window) *Text { return &w.Name }),
		list("functions", required, kindWords, Text{"办理哪些功能", "the functions it serves"}, parseWord, func(w *Window) *[]string { return &w.Functions }),
		word("team", optional, Text{"由哪支队伍值守", "the team that sits there"}, func(w *Window) *string { return &w.Team }),
	}, Window{}, func(h *Hall) *[]Window { return &h.Windows }),
}

var parsePrefix = parseForm(regexp.MustCompile(`^[A-Z]{1,3}$`), "须为1至3个大写字母", "1 to 3 capital letters")

func (c *checker) checkHalls() {
	if len(c.Halls) == 0 {
		return
	}
	unique(c, "halls", c.Halls, func(h *Hall) string { return h.Key })
	for i := range c.Halls {
		c.checkHall(item("halls", i), &c.Halls[i])
	}
}

// checkHall finds windows that serve nothing known, and numbers that nobody would ever call.
func (c *checker) checkHall(path string, h *Hall) {
	if h.Area != "" && h.Area != c.County && !strings.HasPrefix(h.Area, c.County+".") {
		c.wrong(path+".area", "大厅须在本县之内", "the hall must lie inside the county")
	}
	teams := []string{}
	if len(h.Teams) > 0 {
		teams = unique(c, path+".teams", h.Teams, func(t *Team) string { return t.Key })
	}
	functions := unique(c, path+".functions", h.Functions, func(f *Function) string { return f.Key })
	prefixes := map[string]bool{}
	for i, f := range h.Functions {
		if f.Prefix != "" && prefixes[f.Prefix] {
			c.wrong(item(path+".functions", i)+".prefix", "字母%q已用于另一项功能，两人会拿到同一个号", "the letters %q are another function's: two people would have one number", f.Prefix)
		}
		prefixes[f.Prefix] = true
	}
	unique(c, path+".windows", h.Windows, func(w *Window) string { return w.Key })
	served := map[string]bool{}
	for i, w := range h.Windows {
		for j, f := range w.Functions {
			c.known(item(item(path+".windows", i)+".functions", j), f, functions)
			served[f] = true
		}
		c.known(item(path+".windows", i)+".team", w.Team, teams)
	}
	if _, read := c.at[path+".windows"]; !read {
		return
	}
	for i, f := range h.Functions {
		if f.Key != "" && !served[f.Key] {
			c.wrong(item(path+".functions", i), "没有窗口办理%q，取了号也无人叫", "no window serves %q: its numbers would never be called", f.Key)
		}
	}
}
