package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/internal/media"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/council"
	"fengqiao/mediation/policy"
	"fengqiao/mediation/slip"
	"fengqiao/mediation/study"
)

var eraseHelp = words.Text{
	Zh: `依法注销个人信息（个人信息保护法第四十七条）：销毁封存这些信息的密钥。密文留在原处，任何人再也打不开，事件链照样核查得过；
能据以查到此人的散列、链接和检索词同时删除。备份里的密钥封装在下一次 keys rotate 并销毁旧一期安装密钥之后同样失效。
案件未办结的不能注销。服务可以同时运行，几秒内生效。没有 --yes 时只列出将要注销什么。`,
	En: `Erases personal data as the law demands (PIPL 47) by destroying the keys that it is sealed under. The sealed values stay where they
are and nobody opens them any more; the chain of events verifies as before. Hashes, links and words by which somebody is found go
as well. The wrapped keys in backups follow with the next "keys rotate", once the installation key of the old epoch has been
destroyed. A case that has not ended cannot be erased. A server may be running and notices within seconds. Without --yes it is only
told what would be erased.`}

// eraseReason is what a reason looks like: it stands in the timeline as it is.
var eraseReason = regexp.MustCompile(`^[a-z][a-z_]{0,63}$`)

func (c *command) eraseCommand() *cobra.Command {
	group := &cobra.Command{Use: "erase", Short: c.short("注销个人信息", "erase personal data"), Long: eraseHelp.In(c.lang)}
	var yes bool
	var reason string
	group.PersistentFlags().BoolVar(&yes, "yes", false, c.short("确实注销，不可恢复", "do erase; it cannot be undone"))
	group.PersistentFlags().StringVar(&reason, "reason", "request", c.short("原因代码，记入案件：request、retention、court …", "reason as a code, for the case's timeline: request, retention, court …"))
	check := func() error {
		if !eraseReason.MatchString(reason) {
			return fmt.Errorf("%w: --reason is a code of small letters and _, such as request", settings.ErrUsage)
		}
		return nil
	}
	var whole bool
	person := &cobra.Command{Use: "person", Short: c.short("注销一名当事人", "erase a party"),
		Long: words.Text{
			Zh: `从标准输入（或提示后不回显地）读入当事人的手机号或身份证号，找出其作为当事人的全部案件和上报，注销其姓名、电话、证件号、地址、
单位和本人说过的话。案件留存，其中他人写下的话也留存；连案件文字一起注销加 --with-cases。`,
			En: `Reads a party's phone or ID number from standard input (unseen, at a terminal), finds all cases and reports in which they are a
party, and erases name, numbers, address, employer and what they said themselves. The cases stay, and so do the words of
others in them; --with-cases erases these as well.`}.In(c.lang),
		Example: `  fengqiao erase person < number.txt
  fengqiao erase person --yes < number.txt`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := check(); err != nil {
				return err
			}
			number, err := c.number()
			if err != nil {
				return err
			}
			return c.withEraser(cmd.Context(), func(e *mediation.Eraser) error { return c.erasePerson(cmd.Context(), e, number, reason, whole, yes) })
		}}
	person.Flags().BoolVar(&whole, "with-cases", false, c.short("连案件的全部文字和照片一起注销", "erase all words and photos of the cases, too"))
	one := &cobra.Command{Use: "case NUMBER|ID", Args: cobra.ExactArgs(1), Short: c.short("注销一件案件的文字和照片", "erase the words and photos of a case"),
		Long: words.Text{
			Zh: "注销一件已办结案件的全部文字、当事人信息和照片；案号、经过和时间留存。编号写作 33.01.11/2026/12。",
			En: "Erases all words, parties and photos of a case that has ended; its number, course and times stay. A number is written 33.01.11/2026/12."}.In(c.lang),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := check(); err != nil {
				return err
			}
			return c.withEraser(cmd.Context(), func(e *mediation.Eraser) error { return c.eraseCase(cmd.Context(), e, args[0], reason, yes) })
		}}
	report := &cobra.Command{Use: "report ID", Args: cobra.ExactArgs(1), Short: c.short("注销一条未立案即撤回的上报", "erase a report that was withdrawn before it had a case"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withEraser(cmd.Context(), func(e *mediation.Eraser) error {
				if !yes {
					return c.sayNothingErased(1)
				}
				if err := e.EraseReport(cmd.Context(), args[0]); err != nil {
					return err
				}
				c.say(c.out, words.Text{Zh: "已注销", En: "erased"})
				return nil
			})
		}}
	paper := &cobra.Command{Use: "slip ID", Args: cobra.ExactArgs(1), Short: c.short("注销一份不属于案件、已了结的督办文书", "erase a paper of supervision that is about no case and has ended"),
		RunE: func(cmd *cobra.Command, args []string) error { return c.eraseSlip(cmd.Context(), args[0], yes) }}
	order := &cobra.Command{Use: "desk-order DESK/NUMBER", Args: cobra.ExactArgs(1), Short: c.short("注销外部平台说过、但工单一直未到的话", "erase what an outside desk said of an order that never came"),
		RunE: func(cmd *cobra.Command, args []string) error { return c.eraseDeskOrder(cmd.Context(), args[0], yes) }}
	due := &cobra.Command{Use: "due", Short: c.short("注销保存期限已满的", "erase what has been kept long enough"),
		Long: words.Text{
			Zh: `按现行规则的 retention（保存期限）找出到期的案件和上报并逐件列出；加 --yes 才注销，原因记为 retention。依法保留的不在其内。
议事会、不属于案件的督办文书、大厅来访、居民建议，服务运行时到期自行注销，这里也列出数目，加 --yes 一并注销。`,
			En: `Finds the cases and reports that the retention rules of the policy in force say have been kept long enough, and lists them; --yes
erases them, with "retention" as the reason. What is held for the law is not among them. Meetings, papers about no case, visits to a
hall and suggestions are let go of by a running server when they are due; they are counted here, and erased with --yes, too.`}.In(c.lang),
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, err := openInstallation(cmd.Context(), c.Values, c.shell)
			if err != nil {
				return err
			}
			return errors.Join(c.eraseDue(cmd.Context(), in, yes), in.Close())
		}}
	group.AddCommand(person, one, report, paper, order, c.eraseSuggestionCommand(&yes), c.eraseTenuresCommand(&yes), c.eraseVillagerCommand(&yes), due)
	return group
}

// number reads the phone or ID number of the person that a command is about.
func (c *command) number() (string, error) {
	number, err := c.secret(words.Text{Zh: "手机号或身份证号：", En: "phone or ID number:"})
	if number = strings.TrimSpace(number); err == nil && number == "" {
		err = fmt.Errorf("%w: no number was given on standard input", settings.ErrUsage)
	}
	return number, err
}

// withEraser opens the installation for an erasure.
func (c *command) withEraser(ctx context.Context, do func(*mediation.Eraser) error) error {
	in, err := openInstallation(ctx, c.Values, c.shell)
	if err != nil {
		return err
	}
	return errors.Join(do(in.eraser()), in.Close())
}

func (in *installation) eraser() *mediation.Eraser {
	photos := in.album()
	cases := in.service(&grid.Atlas{}, photos, in.now, slog.New(slog.DiscardHandler))
	return &mediation.Eraser{Service: cases, Keys: in.ring, Photos: photos, By: anywhere(byCommand),
		Rooms: []mediation.Leavings{in.slipEraser(), in.suggestionEraser(), &study.Eraser{Studies: in.Store.Studies()}}, Beside: []mediation.Acquaintance{in.suggestionEraser(), in.deskAcquaintance(cases), council.Invitations{Eraser: in.meetingEraser()}}}
}

func (in *installation) slipEraser() *slip.Eraser {
	return &slip.Eraser{Slips: in.Store.Slips(), Keys: in.ring, Photos: in.album(), Holds: in.Store.Holds()}
}

// album keeps the installation's photos, for commands.
func (in *installation) album() *media.Service {
	return media.New(in.Store.Photos(), in.Blobs, in.ring, media.Options{Now: in.now})
}

// eraseSlip erases a paper that is about no case, with those of its chain.
func (c *command) eraseSlip(ctx context.Context, id string, yes bool) error {
	in, err := openInstallation(ctx, c.Values, c.shell)
	if err != nil {
		return err
	}
	if !yes {
		_, err = in.Store.Slips().Load(ctx, id)
		if err == nil {
			err = c.sayNothingErased(1)
		}
		return errors.Join(err, in.Close())
	}
	if err := errors.Join(in.slipEraser().Erase(ctx, id), in.Close()); err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "已注销", En: "erased"})
	return nil
}

func (c *command) erasePerson(ctx context.Context, e *mediation.Eraser, number, reason string, whole, yes bool) error {
	t, err := e.Trace(ctx, e.Hashes(number))
	if err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "在 %d 件案件、%d 条上报里是当事人", En: "a party of %d cases and %d reports"}, len(t.Cases), len(t.Reports))
	c.sayBeside(&t)
	for _, id := range t.Cases {
		if err := c.sayCase(ctx, e, id); err != nil {
			return err
		}
	}
	if len(t.Open) > 0 {
		return fmt.Errorf("case %s has not ended: what is needed to handle it cannot be erased yet; nothing was erased", t.Open[0])
	}
	if len(t.Held) > 0 {
		return fmt.Errorf("case %s is held for the law until the hold is lifted; nothing was erased", t.Held[0])
	}
	if len(t.HeldBeside) > 0 {
		return fmt.Errorf("%s %s is held for the law until the hold is lifted; nothing was erased", t.HeldBeside[0].Kind, t.HeldBeside[0].ID)
	}
	if len(t.Waiting) > 0 {
		return fmt.Errorf("suggestion %s has no outcome: what is needed to answer it cannot be erased yet; nothing was erased", t.Waiting[0].ID)
	}
	if found := len(t.Cases) + len(t.Reports) + len(t.Beside); found == 0 || !yes {
		return c.sayNothingErased(found)
	}
	// The cases first: it is by the person that those are found which a broken command left.
	for _, id := range t.Cases {
		found, err := e.Cases.Load(ctx, id)
		if err == nil && whole && found.State != mediation.Joined { // those go with the one that they were joined to
			err = e.EraseCase(ctx, id, reason)
		}
		if err != nil {
			return err
		}
	}
	if _, err := e.ErasePerson(ctx, e.Hashes(number), reason); err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "已注销", En: "erased"})
	return nil
}

func (c *command) eraseCase(ctx context.Context, e *mediation.Eraser, name, reason string, yes bool) error {
	id, err := caseNamed(ctx, e, name)
	if err != nil {
		return err
	}
	if err := c.sayCase(ctx, e, id); err != nil || !yes {
		return errors.Join(err, c.sayNothingErased(1))
	}
	if err := e.EraseCase(ctx, id, reason); err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "已注销", En: "erased"})
	return nil
}

// eraseDue lists what is due and, with yes, erases it.
func (c *command) eraseDue(ctx context.Context, in *installation, yes bool) error {
	pol, err := in.policies.Current(ctx)
	if err != nil {
		return err
	}
	keep := pol.Retention
	c.say(c.out, words.Text{Zh: "规则 %s：案件了结后保存 %d 天，未立案的上报保存 %d 天（0 为一直保存）", En: "policy %s: cases are kept for %d days after their end, reports without one for %d (0: for ever)"},
		pol.ID, keep.CaseDays, keep.ReportDays)
	e, now := in.eraser(), c.now()
	cases, reports, err := dueBy(ctx, in, e, keep, now)
	if err != nil {
		return err
	}
	for _, id := range cases {
		if err := c.sayCase(ctx, e, id); err != nil {
			return err
		}
	}
	beside := in.retentionOf(e)
	others, err := c.sayDue(ctx, beside)
	if err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "到期：案件 %d，上报 %d", En: "due: %d cases, %d reports"}, len(cases), len(reports))
	if !yes {
		return c.sayNothingErased(len(cases) + len(reports) + others)
	}
	if err := letGo(ctx, beside); err != nil {
		return err
	}
	show, end := c.steps()
	defer end()
	for i, id := range cases {
		if err := e.EraseCase(ctx, id, "retention"); err != nil {
			return err
		}
		show("erase cases", int64(i+1), int64(len(cases)))
	}
	for i, id := range reports {
		if err := e.EraseReport(ctx, id); err != nil {
			return err
		}
		show("erase reports", int64(i+1), int64(len(reports)))
	}
	return nil
}

// dueBy walks the store for what has been kept long enough.
func dueBy(ctx context.Context, in *installation, e *mediation.Eraser, keep policy.Retention, now time.Time) (cases, reports []string, err error) {
	err = in.Engine.Walk(ctx, "cases", func(row store.Row) error {
		if c, err := store.ReadCase(row); err == nil && c.Expired(keep, now) {
			cases = append(cases, c.ID)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = in.Engine.Walk(ctx, "reports", func(row store.Row) error {
		rep, err := store.ReadReport(row)
		if err != nil {
			return nil // verify tells of it
		}
		due, err := e.ExpiredReport(ctx, &rep, keep, now)
		if due {
			reports = append(reports, rep.ID)
		}
		return err
	})
	return cases, reports, err
}

func (c *command) sayNothingErased(found int) error {
	if found > 0 {
		c.say(c.out, words.Text{Zh: "没有注销任何东西；确实注销请加 --yes", En: "nothing is erased; add --yes to do it"})
	}
	return nil
}

// sayCase names a case by its number, its state and how many parties and reports it has.
func (c *command) sayCase(ctx context.Context, e *mediation.Eraser, id string) error {
	found, err := e.Cases.Load(ctx, id)
	if err == nil {
		info := found.State.Info()
		c.say(c.out, words.Text{Zh: "  %s  " + info.Zh + "  当事人 %d，上报 %d", En: "  %s  " + info.En + ", %d parties, %d reports"},
			found.Number, len(found.Parties), len(found.Reports))
	}
	return err
}

// caseNamed finds a case by its number or id.
func caseNamed(ctx context.Context, e *mediation.Eraser, name string) (string, error) {
	everywhere := grid.Code("")
	list, _, err := e.Cases.List(ctx, mediation.Filter{Visible: mediation.Visible{Area: &everywhere}, Number: name}, "", 1)
	if err == nil && len(list) > 0 {
		return list[0].ID, nil
	}
	found, loadErr := e.Cases.Load(ctx, name)
	if errors.Is(loadErr, mediation.ErrNotFound) {
		return "", errors.Join(err, fmt.Errorf("there is no case %q", name))
	}
	return found.ID, loadErr
}
