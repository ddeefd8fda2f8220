package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/progress"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// importedPolicy is what the command line says of an import of a policy.
type importedPolicy struct {
	file                string
	check, preview, yes bool
}

func (c *command) importPolicy() *cobra.Command {
	var how importedPolicy
	cmd := &cobra.Command{Use: "policy FILE.yaml", Args: cobra.ExactArgs(1), Short: c.short("导入本县规则", "import the county's rules"),
		Long: words.Text{
			Zh: `导入规则并使之生效；有任何错误（文件:行:列: 键: 原因）就不导入。已立案件仍按立案时的版本办理，除非文件写明 appliesTo: open：这样的规则先给出
预览（多少在办案件、哪些时限、多少立即超期），加 --yes 才生效，然后逐件重新计算在办案件的时限。中断后再运行一次即可，服务运行时也会自行接着做完。`,
			En: `Imports a policy and puts it in force. Anything wrong (file:line:column: key: reason) refuses it as a whole. Cases keep the
version that they were opened under, unless the file says appliesTo: open: such a policy is previewed (how many open cases, which clocks, how
many would be overdue at once) and put in force with --yes alone; the clocks of open cases are then worked out anew. After a break run it
again; a running server goes on with it by itself, too.`}.In(c.lang)}
	cmd.Flags().BoolVar(&how.check, "check", false, c.short("只检查，不导入", "only check"))
	cmd.Flags().BoolVar(&how.preview, "preview", false, c.short("只预览对在办案件的影响，不导入", "only tell what it would do to the open cases"))
	cmd.Flags().BoolVar(&how.yes, "yes", false, c.short("预览之后使适用于在办案件的规则生效", "put a policy that applies to open cases in force after its preview"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		how.file = args[0]
		return c.withFile(args[0], func(r io.Reader) error {
			src, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			pol, err := policy.Load(how.file, src, mediation.PolicyVocabulary())
			if err != nil {
				return c.known(err)
			}
			if !how.check {
				if err := c.putInForce(cmd.Context(), pol, how); err != nil {
					return err
				}
			}
			c.say(c.out, words.Text{Zh: "规则 %s 有效", En: "policy %s is valid"}, pol.ID)
			return nil
		})
	}
	return cmd
}

func (c *command) putInForce(ctx context.Context, pol *policy.Policy, how importedPolicy) (err error) {
	p, err := openPlace(ctx, storeAddress(c.Values))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	policies := p.Store.Policies()
	cases := c.reckoner(p, policies)
	open := pol.AppliesTo == policy.OpenCases
	todo := 0
	if open || how.preview {
		f, err := c.forecast(ctx, cases, pol)
		if err != nil || how.preview {
			return err
		}
		todo = f.Cases
		if !how.yes {
			return errors.New(words.Text{Zh: "以上是预览，规则没有改变；确认后加 --yes 再运行", En: "that was the preview and nothing has changed: run it again with --yes"}.In(c.lang))
		}
	}
	if _, err := policies.Import(ctx, mediation.AnyRevision, how.file, pol.Source); err != nil || !open {
		return err
	}
	return c.rollOut(ctx, cases, todo)
}

// reckoner is a service that works clocks out anew: that needs cases, policies and the calendar, and no keys.
func (c *command) reckoner(p *place, policies *store.Policies) *mediation.Service {
	return mediation.NewService(mediation.Deps{Cases: p.Store.Cases(), Policies: policies, Calendars: p.Store.Calendars(), Now: c.now, Log: slog.New(slog.DiscardHandler)})
}

func (c *command) rollOut(ctx context.Context, cases *mediation.Service, todo int) error {
	meter := progress.Start(c.err, "open cases", int64(todo))
	moved, err := cases.RollOut(ctx, func(_, moved int) { meter.Add(int64(moved)) })
	meter.End()
	c.say(c.out, words.Text{Zh: "%d件在办案件已改按新版办理", En: "%d open cases are judged by it from now on"}, moved)
	if err != nil {
		err = errors.Join(errors.New(words.Text{Zh: "没有全部做完，请再运行一次", En: "not all of them: run it again"}.In(c.lang)), err)
	}
	return err
}

// forecast tells what a policy would do to the open cases.
func (c *command) forecast(ctx context.Context, cases *mediation.Service, pol *policy.Policy) (mediation.Forecast, error) {
	meter := progress.Start(c.err, "preview", 0)
	f, err := cases.Forecast(ctx, pol, func(looked int) { meter.Add(int64(looked)) })
	meter.End()
	if err != nil {
		return f, err
	}
	c.say(c.out, words.Text{Zh: "在办%d件，其中%d件将改按 %s 办理", En: "%d open cases, %d of which would be judged by %s"}, f.Open, f.Cases, pol.ID)
	for _, why := range mediation.KeepsReasons {
		if n := f.Kept[why.Key]; n > 0 {
			c.say(c.out, words.Text{Zh: "  %d件仍按原版：" + why.Zh, En: "  %d keep their version: " + why.En}, n)
		}
	}
	for _, name := range mediation.ClockNames {
		if n, ok := f.Clocks[name]; ok {
			c.say(c.out, words.Text{Zh: "  " + name.Text(true) + "：提前%d，推后%d，新设%d，取消%d", En: "  " + name.Text(false) + ": %d sooner, %d later, %d new, %d without an end"},
				n.Sooner, n.Later, n.Begun, n.Ended)
		}
	}
	c.say(c.out, words.Text{Zh: "  立即超期%d件，立即提醒%d件", En: "  %d overdue at once, %d reminded of at once"}, f.Overdue, f.Reminded)
	for _, x := range f.Sample {
		c.say(c.out, words.Text{Zh: "  例：%s %s", En: "  such as %s %s"}, x.Number, c.ends(x.Clocks))
	}
	return f, nil
}

// ends is of each clock when it ended and when it would.
func (c *command) ends(clocks []mediation.Reckoned) string {
	var list []string
	for _, k := range clocks {
		list = append(list, words.Text{Zh: k.Clock.Text(true), En: k.Clock.Text(false)}.In(c.lang)+" "+end(k.Before)+" → "+end(k.After))
	}
	return strings.Join(list, "; ")
}

func end(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.RFC3339)
}
