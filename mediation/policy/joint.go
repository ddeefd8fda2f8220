package policy

import "slices"

// Joint says how several units handle a case together. The zero value: they do not.
type Joint struct {
	// Name is in whose name handling orders go out, e.g. 莲都区信访工作联席会议.
	Name Text
	// Signatory signs what a consultation came to.
	Signatory Signatory
	Task      TaskRule
}

// Signatory is the post that signs.
type Signatory struct {
	// Post is a post of the county's own team (teams): its holder signs, or who stands in for them, and nobody else; "" for whoever has role
	// and unit.
	Post  string
	Role  string // of the account
	Unit  string // of the account, "" for any
	Title Text   // of the post, e.g. 区委副书记
}

// TaskRule is how long a sub-task may take at most, which is how long it has where its giver does not say, and when to remind.
type TaskRule struct {
	Within Span
	Remind []Span
	Basis  string
}

// Limit is the rule as a limit of the one kind that every clock runs by.
func (t *TaskRule) Limit() Limit { return Limit{Within: t.Within, Remind: t.Remind, Basis: t.Basis} }

// Declared tells whether the county handles cases jointly at all.
func (j *Joint) Declared() bool { return j.Signatory.Role != "" }

func jointKeys(v Vocabulary) []key[Joint] {
	return []key[Joint]{
		named(Text{"联席会议名称，办理意见书以其名义发出", "the joint conference, in whose name handling orders go out"}, func(j *Joint) *Text { return &j.Name }),
		object("signatory", required, Text{"签批人：会商意见由谁签批", "who signs what a consultation came to"}, []key[Signatory]{
			word("post", optional, Text{"县级团队（teams）里的岗位：只有在任者或其替班人能签批；不填为角色和单位相符的都可以", "a post of the county's own team (teams): its holder signs, or who stands in for them; without it whoever has role and unit"}, func(s *Signatory) *string { return &s.Post }),
			word("role", required, Text{"签批人账号的角色", "the role of the account that signs"}, func(s *Signatory) *string { return &s.Role }),
			text("unit", optional, Text{"签批人账号的单位；不填为不限", "the unit of that account; without it any"}, func(s *Signatory) *string { return &s.Unit }),
			object("title", required, Text{"职务名称", "the post's title"}, []key[Text]{
				text("zh", required, Text{"中文", "in Chinese"}, func(t *Text) *string { return &t.Zh }),
				text("en", required, Text{"英文", "in English"}, func(t *Text) *string { return &t.En }),
			}, func(s *Signatory) *Text { return &s.Title }),
		}, func(j *Joint) *Signatory { return &j.Signatory }),
		object("task", required, Text{"子任务", "sub-tasks"}, []key[TaskRule]{
			span("within", required, Text{"办理时限：未写明时按此，写明的不能更晚", "how long one may take: where its giver does not say, and at most where they do"}, func(t *TaskRule) *Span { return &t.Within }),
			list("remind", optional, Text{"时限列表", "list of spans"}, Text{"到期前多久提醒，由长到短", "how long before the end to remind, longest first"}, parseSpan,
				func(t *TaskRule) *[]Span { return &t.Remind }),
			basis(func(t *TaskRule) *string { return &t.Basis }),
		}, func(j *Joint) *TaskRule { return &j.Task }),
	}
}

func (c *checker) checkJoint() {
	if _, read := c.at["joint"]; !read {
		return
	}
	c.known("joint.signatory.role", c.Joint.Signatory.Role, c.SignRoles)
	if s := c.Joint.Signatory; s.Post != "" {
		switch p, ok := c.CountyPost(s.Post); {
		case !ok:
			c.wrong("joint.signatory.post", "县一级的团队没有岗位%q", "the county's own team has no post %q", s.Post)
		case p.Number != 1 || !slices.Contains(p.Roles, s.Role):
			c.wrong("joint.signatory.post", "签批的岗位须只有一个名额，且角色%q可任", "a post that signs is held by one, and %q must be a role that may hold it", s.Role)
		}
	}
	c.checkLimit("joint.task", c.Joint.Task.Limit())
}
