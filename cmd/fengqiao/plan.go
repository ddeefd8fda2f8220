package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

var planHelp = words.Text{
	Zh: `网格图有版本：每一版存入后不再改变，在一段时间内施行。施行新版后，正在运行的服务几秒内换用，并把在办案件和人员移到新的网格：
案件按其准确位置，位置原本不在其网格内的（人工落格）和没有位置的，归占原网格地面最多的网格；人员归其辖区的继承者。上报保留当时的网格。
退回上一版时，一切原样回去。`,
	En: `A plan has editions: each never changes once it is stored, and is in force for a time. When another is put in force, running
servers take it up within seconds and move open cases and people: a case to where its exact point lies; one that somebody placed by hand,
or that has no point, to the cell that holds most of the old one's ground; people to the heir of their area. Reports keep the cell
that they had. Rolling back leads exactly back.`}

func (c *command) planCommand() *cobra.Command {
	plan := &cobra.Command{Use: "plan", Short: c.short("网格图的版本", "editions of the plan"), Long: planHelp.In(c.lang)}
	plan.AddCommand(c.planList(), c.planDifference(), c.planEnact(), c.planRollBack(), c.planCancel(), c.planSnapshot())
	return plan
}

// withPlans opens the store for one command; the plans need no key.
func (c *command) withPlans(cmd *cobra.Command, do func(ctx context.Context, plans *store.Plans) error) error {
	p, err := openPlace(cmd.Context(), storeAddress(c.Values))
	if err != nil {
		return err
	}
	return errors.Join(do(cmd.Context(), p.Store.Plans()), p.Close())
}

func (c *command) planList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: c.short("列出版本和施行期", "list editions, and which was in force when"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withPlans(cmd, func(ctx context.Context, plans *store.Plans) error {
				reg, _, err := plans.Register(ctx)
				if err != nil {
					return err
				}
				return c.tellRegister(&reg)
			})
		}}
}

func (c *command) tellRegister(reg *mediation.Register) error {
	tab := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tab, "VERSION\tHOW\tOF\tCELLS\tMADE")
	for _, e := range slices.Backward(reg.Editions) {
		_, _ = fmt.Fprintf(tab, "%s\t%s\t%s\t%d\t%s\n", e.Version, e.How, e.Of, e.Cells, stamp(e.Made))
	}
	_, _ = fmt.Fprintln(tab, "\nIN FORCE\tFROM\tUNTIL\tSETTLED\tCASES\tPEOPLE\tNOTE")
	if n := reg.Next; n != nil {
		_, _ = fmt.Fprintf(tab, "(%s)\t%s\t\t\t\t\t%s\n", n.Version, stamp(n.From), n.Note)
	}
	for i, t := range slices.Backward(reg.Terms) {
		_, _ = fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%d\t%d\t%s\n", t.Version, stamp(t.From), stamp(reg.Until(i)), stamp(t.Settled), t.Cases, t.People, t.Note)
	}
	return tab.Flush()
}

// stamp is a time as lists show it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.RFC3339)
}

func (c *command) planDifference() *cobra.Command {
	return &cobra.Command{Use: "difference VERSION", Args: cobra.ExactArgs(1), Short: c.short("与现行版的差别，及涉及的案件和人员", "what an edition would change, and whom it concerns"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withAccounts(cmd, func(ctx context.Context, in *installation) error {
				now, err := in.plan(ctx)
				if err != nil {
					return err
				}
				to, err := in.plans.Load(ctx, args[0])
				if err != nil {
					return noEdition(args[0], err)
				}
				s := &mediation.Surveyor{Service: in.service(grid.NewAtlas(now), nil, in.now, c.logger()), Editions: in.plans, People: in.accounts}
				d, touched, err := s.Preview(ctx, to)
				if err != nil {
					return err
				}
				c.tellDifference(d)
				c.say(c.out, words.Text{Zh: "涉及在办案件 %d 件，人员 %d 人；其中 %d 人的辖区将不复存在，须另行安排", En: "open cases concerned: %d; people: %d, of whom %d would be left without an area and need another"},
					touched.Total.Cases, touched.Total.People, touched.Stranded)
				return nil
			})
		}}
}

func noEdition(version string, err error) error {
	if errors.Is(err, mediation.ErrNotFound) {
		return fmt.Errorf("%w: there is no edition %q", settings.ErrUsage, version)
	}
	return err
}

// fewChanges is how many changes a terminal is told one by one.
const fewChanges = 50

// tellDifference tells each change on a line, the first of many, and counts them by kind.
func (c *command) tellDifference(d *edition.Difference) {
	counts := map[edition.Kind]int{}
	for i, x := range d.Changes {
		counts[x.Kind]++
		if i >= fewChanges {
			continue
		}
		name := edition.Names[x.Kind]
		line := words.Text{Zh: name[0], En: name[1]}.In(c.lang) + ": " + join(x.Before) + " → " + join(x.After)
		if x.Lost > 0.5 || x.Gained > 0.5 {
			line += fmt.Sprintf(" (-%.0f m², +%.0f m²)", x.Lost, x.Gained)
		}
		_, _ = fmt.Fprintln(c.out, line)
	}
	if len(d.Changes) > fewChanges {
		c.say(c.out, words.Text{Zh: "…… 另有 %d 处", En: "… and %d more"}, len(d.Changes)-fewChanges)
	}
	var parts []string
	for _, k := range edition.Kinds {
		if counts[k] > 0 {
			parts = append(parts, words.Text{Zh: edition.Names[k][0] + " %d", En: edition.Names[k][1] + " %d"}.Format(c.lang, counts[k]))
		}
	}
	c.say(c.out, words.Text{Zh: "%s → %s：不变 %d，%s", En: "%s → %s: the same %d, %s"}, d.Before.Version(), d.After.Version(), d.Same, strings.Join(parts, ", "))
}

func join(codes []grid.Code) string {
	var parts []string
	for _, code := range codes {
		parts = append(parts, string(code))
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, " + ")
}

func (c *command) planEnact() *cobra.Command {
	var from, note string
	cmd := &cobra.Command{Use: "enact VERSION", Args: cobra.ExactArgs(1), Short: c.short("施行一版", "put an edition in force"),
		Example: `  fengqiao plan enact 2027 --from 2027-01-01T00:00:00+08:00 --note 富政发〔2026〕7号`,
		RunE: func(cmd *cobra.Command, args []string) error {
			t := mediation.Term{Version: args[0], Note: note}
			if from != "" {
				at, err := time.Parse(time.RFC3339, from)
				if err != nil {
					return fmt.Errorf("%w: --from %s is no time as 2027-01-01T00:00:00+08:00", settings.ErrUsage, from)
				}
				t.From = at.UTC()
			}
			return c.amendPlans(cmd, func(r *mediation.Register, now time.Time) error {
				if _, known := r.Edition(t.Version); !known {
					return noEdition(t.Version, mediation.ErrNotFound)
				}
				return r.Enact(t, now)
			})
		}}
	cmd.Flags().StringVar(&from, "from", "", c.short("生效时间（默认立即）", "when it comes into force (default: at once)"))
	c.noteFlag(cmd, &note)
	return cmd
}

func (c *command) planRollBack() *cobra.Command {
	var note string
	cmd := &cobra.Command{Use: "rollback", Short: c.short("退回上一版", "put the edition before in force again"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.amendPlans(cmd, func(r *mediation.Register, now time.Time) error {
				if len(r.Terms) < 2 {
					return errors.New("there is no earlier plan to go back to")
				}
				return r.RollBack("", note, now)
			})
		}}
	c.noteFlag(cmd, &note)
	return cmd
}

func (c *command) planCancel() *cobra.Command {
	return &cobra.Command{Use: "cancel", Short: c.short("取消预定的施行", "strike the edition that is planned"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.amendPlans(cmd, func(r *mediation.Register, _ time.Time) error { r.Cancel(); return nil })
		}}
}

func (c *command) noteFlag(cmd *cobra.Command, note *string) {
	cmd.Flags().StringVar(note, "note", "", c.short("所依据的文件", "the decision that it rests on"))
}

// amendPlans changes the register and shows it. Running servers do the rest.
func (c *command) amendPlans(cmd *cobra.Command, fn func(r *mediation.Register, now time.Time) error) error {
	return c.withPlans(cmd, func(ctx context.Context, plans *store.Plans) error {
		now := c.now().UTC().Truncate(time.Millisecond)
		if _, _, err := plans.Amend(ctx, mediation.AnyRevision, func(r *mediation.Register) error { return fn(r, now) }); err != nil {
			return err
		}
		reg, _, err := plans.Register(ctx)
		if err != nil {
			return err
		}
		return c.tellRegister(&reg)
	})
}
