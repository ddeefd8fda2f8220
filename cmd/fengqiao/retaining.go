package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/council"
	"fengqiao/mediation/desk"
	"fengqiao/mediation/docket"
	"fengqiao/mediation/hall"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/retention"
)

// meetingEraser erases villagers from meetings, and the words of meetings.
func (in *installation) meetingEraser() *council.Eraser {
	return &council.Eraser{Meetings: in.Store.Meetings(), Keys: in.ring, Open: in.reading, Now: in.now, Holds: in.Store.Holds()}
}

// reading opens what was sealed; "" where there is nothing, or it has been erased.
func (in *installation) reading(ctx context.Context, v mediation.Sealed) (string, error) {
	return mediation.OpenText(ctx, in.ring, v)
}

// retaining lets go of what rooms beside the cases have kept long enough.
func (in *installation) retaining(cases *mediation.Service, opinions *opinion.Service, now func() time.Time) *retention.Service {
	meetings := in.meetingEraser()
	meetings.Now = now
	holds, suggestions := in.Store.Holds(), in.suggestionEraser()
	shelves := retention.Shelves(meetings, in.slipEraser(), &hall.Eraser{Visits: in.Store.Visits(), Holds: holds, CaseOf: cases.CaseOf},
		opinion.Keeping{Service: opinions, Eraser: suggestions}, &handover.Eraser{HandOvers: in.Store.HandOvers(), Keys: in.ring, Holds: holds},
		&docket.Eraser{Lists: in.Store.ReviewLists(), Keys: in.ring, Holds: holds})
	return &retention.Service{Rules: cases, Now: now, Shelves: shelves, Holds: holds, Holdable: retention.HoldableOf(shelves, suggestions)}
}

// retentionOf is retaining for a command.
func (in *installation) retentionOf(e *mediation.Eraser) *retention.Service {
	papers := in.supervision(e.Service, in.album())
	return in.retaining(e.Service, in.collecting(e.Service, papers), in.now)
}

// sayDue lists by kinds what rooms beside the cases have kept long enough, and says how much that is.
func (c *command) sayDue(ctx context.Context, keep *retention.Service) (n int, err error) {
	list, err := keep.Due(ctx)
	for _, d := range list {
		c.say(c.out, words.Text{Zh: "到期：" + d.Zh + " %d（保存 %d 天；服务运行时自行注销）", En: "due: %d " + d.En + " (kept for %d days; a running server erases them by itself)"}, len(d.IDs), d.Days)
		n += len(d.IDs)
	}
	return n, err
}

// sayBeside says what rooms beside the cases keep of a person.
func (c *command) sayBeside(t *mediation.Traces) {
	count := map[string]int{}
	for _, list := range [][]mediation.KeptBeside{t.Beside, t.Waiting} {
		for _, kept := range list {
			count[kept.Kind]++
		}
	}
	for _, x := range []struct {
		kind string
		words.Text
	}{
		{"suggestion", words.Text{Zh: "提过建议 %d 条", En: "made %d suggestions"}},
		{"invitation", words.Text{Zh: "受邀参加议事 %d 次", En: "invited to %d meetings"}},
		{desk.KeptMessage, words.Text{Zh: "外部平台的 %d 件工单留着提到此人的消息", En: "spoken of in what waits on %d orders of outside desks"}},
	} {
		if n := count[x.kind]; n > 0 {
			c.say(c.out, x.Text, n)
		}
	}
}

// letGo erases all that rooms beside the cases have kept long enough.
func letGo(ctx context.Context, keep *retention.Service) error {
	for {
		if n, err := keep.Sweep(ctx); err != nil || n == 0 {
			return err
		}
	}
}

// sweepMeetings removes what is still known of villagers who are erased.
func sweepMeetings(ctx context.Context, in *installation) error {
	e := in.meetingEraser()
	return in.Engine.Walk(ctx, "council_meetings", func(row store.Row) error {
		m, err := store.ReadMeeting(row)
		if err != nil {
			return nil // verify tells of it
		}
		return e.Sweep(ctx, &m)
	})
}

// eraseVillagerCommand finds villagers by their name, which others may have as well: so it lists where one of that name was invited, and
// erases one entry of them.
func (c *command) eraseVillagerCommand(yes *bool) *cobra.Command {
	return &cobra.Command{Use: "villager [MEETING/INVITEE]", Args: cobra.MaximumNArgs(1), Short: c.short("按姓名查找、注销议事会的受邀村民", "find villagers invited to meetings by name, and erase one"),
		Long: words.Text{
			Zh: `不带参数时，从标准输入（或提示后不回显地）读入姓名，列出以此姓名受邀的议事会：编号、日期、片区。可能有同名的人，所以只列出，不注销；
核实后用列出的编号逐条注销。受邀时登记了电话的，erase person 即可找到。`,
			En: `Without an argument it reads a name from standard input (unseen, at a terminal) and lists the meetings to which somebody of that name was
invited, by number, day and area. Others may have the same name, so that nothing is erased by it; an entry is erased by the number
that is listed. Who was invited with a phone number is found by "erase person", too.`}.In(c.lang),
		Example: "  fengqiao erase villager < name.txt\n  fengqiao erase villager 0c5b9d1e-62a3-5d0c-9c40-7f6f2c1b8a55/v3 --yes",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return c.eraseVillager(cmd.Context(), args[0], *yes)
			}
			name, err := c.secret(words.Text{Zh: "姓名：", En: "name:"})
			if name = strings.TrimSpace(name); err == nil && name == "" {
				err = fmt.Errorf("%w: no name was given on standard input", settings.ErrUsage)
			}
			if err != nil {
				return err
			}
			in, err := openInstallation(cmd.Context(), c.Values, c.shell)
			if err != nil {
				return err
			}
			return errors.Join(c.sayVillagers(cmd.Context(), in, name), in.Close())
		}}
}

// sayVillagers lists where somebody of a name was invited.
func (c *command) sayVillagers(ctx context.Context, in *installation, name string) error {
	invited := council.Invitations{Eraser: in.meetingEraser()}
	ids, _, err := invited.OfPerson(ctx, []string{council.NameMatch(in.ring, name)})
	if err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "以此姓名受邀 %d 次", En: "somebody of that name was invited %d times"}, len(ids))
	for _, id := range ids {
		meeting, _, _ := strings.Cut(id, "/")
		m, err := in.Store.Meetings().Load(ctx, meeting)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(c.out, "  %s  %s  %s\n", id, m.At.Format(time.DateOnly), m.Area)
	}
	return nil
}

func (c *command) eraseVillager(ctx context.Context, id string, yes bool) error {
	in, err := openInstallation(ctx, c.Values, c.shell)
	if err != nil {
		return err
	}
	if yes {
		err = council.Invitations{Eraser: in.meetingEraser()}.Erase(ctx, id)
	}
	if err = errors.Join(err, in.Close()); err != nil {
		return err
	}
	if !yes {
		return c.sayNothingErased(1)
	}
	c.say(c.out, words.Text{Zh: "已注销", En: "erased"})
	return nil
}
