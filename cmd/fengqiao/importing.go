package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/intake"
	"fengqiao/cmd/fengqiao/internal/progress"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func (c *command) importCommand() *cobra.Command {
	group := &cobra.Command{Use: "import", Short: c.short("导入网格图、规则、放假安排、评价指数、调解员、人员", "import plan, policy, calendar, scorecards, mediators, people"), Long: words.Text{
		Zh: `按此顺序导入：plan（GeoJSON、Shapefile、CSV）、policy（YAML）、mediators（CSV）、people（CSV）；每年的 calendar（YAML）和 scorecard（YAML）随时。格式见 fixtures/README.md。
有错的行按行号、列、原因列出，其余照常导入，退出码 3；--strict 时只要有一行错就全部不导入。重复导入同一文件不改变任何东西。
服务可以同时运行。`,
		En: `Import in this order: plan (GeoJSON, Shapefile, CSV), policy (YAML), mediators (CSV), people (CSV); calendar (YAML) each year, scorecard (YAML) at any time. fixtures/README.md has
the formats.
Rows that are wrong are told by line, column and reason and the rest is stored, with exit code 3; --strict stores
nothing if anything is wrong. The same file again changes nothing. A server may be running.`}.In(c.lang)}
	group.AddCommand(c.importPlan(), c.importPolicy(), c.importCalendar(), c.importScorecard(), c.importMediators(), c.importPeople())
	return group
}

// strictFlag adds --strict.
func (c *command) strictFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("strict", false, c.short("有任何一行错误就全部拒绝", "refuse everything if anything is wrong"))
}

var errRefusedAll = errors.New("nothing was imported, because of --strict")

func (c *command) withFile(name string, do func(io.Reader) error) error {
	if name == "-" {
		return do(c.in)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(do(f), f.Close())
}

// known is the refusal of a file whose findings are told in the user's language.
func (c *command) known(err error) error {
	var found policy.Findings
	if errors.As(err, &found) {
		return errors.New(words.Text{Zh: found.Text("zh"), En: found.Text("en")}.In(c.lang))
	}
	return err
}

func (c *command) importCalendar() *cobra.Command {
	return &cobra.Command{Use: "calendar FILE.yaml", Args: cobra.ExactArgs(1), Short: c.short("导入一年的放假安排", "import a year's days off"),
		Long: words.Text{
			Zh: `导入一年的放假和调休安排（year、source、holidays、workdays），对所有规则有效，包括在办案件所依据的旧版。正在运行的服务几秒内重新计算
在办案件的时限，变了的记入时间线；已超期的不改。下一年还没有导入时，提前六十天开始警告。`,
			En: `Imports the days off and worked of one year (year, source, holidays, workdays). They hold for every policy, the older versions that
open cases are judged under among them. Running servers reckon the clocks of open cases anew within seconds, and note in the timeline what
ends at another time; what has run out stays so. Sixty days before a year of which nothing is known they begin to warn.`}.In(c.lang),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withFile(args[0], func(r io.Reader) error {
				src, err := io.ReadAll(r)
				if err != nil {
					return err
				}
				y, err := policy.LoadYear(args[0], src)
				if err != nil {
					return c.known(err)
				}
				p, err := openPlace(cmd.Context(), storeAddress(c.Values))
				if err != nil {
					return err
				}
				err = p.Store.Calendars().Put(cmd.Context(), mediation.AnyRevision, *y, c.now().UTC())
				if err = errors.Join(err, p.Close()); err != nil {
					return err
				}
				c.say(c.out, words.Text{Zh: "%d年：放假%d天，调休上班%d天", En: "%d: %d days off, %d weekend days worked"}, y.Number, len(y.Holidays), len(y.Workdays))
				return nil
			})
		}}
}

func (c *command) importMediators() *cobra.Command {
	cmd := &cobra.Command{Use: "mediators FILE.csv", Args: cobra.ExactArgs(1), Short: c.short("导入调解员", "import mediators"), Long: words.Text{
		Zh: "导入调解员，先导入网格图和规则。席位、请假和是否接单保持不变；文件里没有的人、没有的列保持不变，有列而格子为空则清空。各列（* 必有）：",
		En: "Imports mediators; import plan and policy first. Seats, leaves and availability stay, and so do those who are not in the file and what it has no\ncolumn for; an empty cell clears.\nThe columns (* must be there):"}.In(c.lang) + intake.Help(intake.MediatorColumns, c.lang)}
	strict := c.strictFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.importRows(cmd, args[0], *strict, func(ctx context.Context, in *installation, r io.Reader) (rows, error) {
			return mediatorRows(ctx, in, r)
		})
	}
	return cmd
}

func (c *command) importPeople() *cobra.Command {
	cmd := &cobra.Command{Use: "people FILE.csv", Args: cobra.ExactArgs(1), Short: c.short("导入人员账号", "import people"), Long: words.Text{
		Zh: "导入人员账号，先导入调解员。账号没有密码：用 user reset-password 为每人生成一次性密码。文件里没有的人保持不变。各列（* 必有）：",
		En: "Imports accounts; import mediators first. Accounts have no password: user reset-password makes a one-time password for each.\nPeople who are not in the file stay as they are. The columns (* must be there):"}.In(c.lang) + intake.Help(intake.PeopleColumns, c.lang)}
	strict := c.strictFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.importRows(cmd, args[0], *strict, func(ctx context.Context, in *installation, r io.Reader) (rows, error) {
			return peopleRows(ctx, in, r)
		})
	}
	return cmd
}

// rows is a file that has been read: what is wrong with it, and how the rest is stored.
type rows struct {
	good     int
	problems []intake.Problem
	store    func(ctx context.Context, step func(int64)) (intake.Outcome, error)
}

func mediatorRows(ctx context.Context, in *installation, r io.Reader) (rows, error) {
	plan, err := in.mustHavePlan(ctx)
	if err != nil {
		return rows{}, err
	}
	pol, err := in.policies.Current(ctx)
	if err != nil {
		return rows{}, err
	}
	list, problems, err := intake.Mediators(r, plan, pol)
	return rows{len(list), problems, func(ctx context.Context, step func(int64)) (intake.Outcome, error) {
		return intake.StoreMediators(ctx, in.mediators, in.ring, list, step)
	}}, err
}

func peopleRows(ctx context.Context, in *installation, r io.Reader) (rows, error) {
	plan, err := in.mustHavePlan(ctx)
	if err != nil {
		return rows{}, err
	}
	list, problems, err := intake.People(r, plan)
	if err != nil {
		return rows{}, err
	}
	list, refused, err := intake.CheckPeople(ctx, in.accounts, in.mediators, list)
	problems = append(problems, refused...)
	slices.SortStableFunc(problems, func(a, b intake.Problem) int { return cmp.Compare(a.Line, b.Line) })
	return rows{len(list), problems, func(ctx context.Context, step func(int64)) (intake.Outcome, error) {
		return intake.StorePeople(ctx, in.roster(), list, step)
	}}, err
}

func (in *installation) mustHavePlan(ctx context.Context) (*grid.Plan, error) {
	p, err := in.plan(ctx)
	if err == nil && p.Len() == 0 {
		err = errors.New("no plan has been imported, so no area can be checked: fengqiao import plan")
	}
	return p, err
}

func (c *command) importRows(cmd *cobra.Command, file string, strict bool, read func(context.Context, *installation, io.Reader) (rows, error)) error {
	return c.withAccounts(cmd, func(ctx context.Context, in *installation) error {
		return c.withFile(file, func(src io.Reader) error {
			r, err := read(ctx, in, src)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			c.tell(r.problems)
			if strict && len(r.problems) > 0 {
				return errRefusedAll
			}
			meter := progress.Start(c.err, "import", int64(r.good))
			out, err := r.store(ctx, meter.Add)
			meter.End()
			c.tell(out.Problems)
			refused := lines(r.problems, out.Problems)
			c.say(c.out, words.Text{Zh: "新增 %d，更新 %d，未变 %d，拒绝 %d", En: "%d created, %d updated, %d unchanged, %d refused"},
				out.Created, out.Changed, out.Same, refused)
			if err != nil {
				return fmt.Errorf("the import broke off with that much stored; run it again: %w", err)
			}
			if refused > 0 {
				return errPartial
			}
			return nil
		})
	})
}

func (c *command) tell(problems []intake.Problem) {
	for _, p := range problems {
		_, _ = fmt.Fprintln(c.err, p.In(c.lang))
	}
}

// lines counts the rows that have problems.
func lines(lists ...[]intake.Problem) int {
	bad := map[int]bool{}
	for _, list := range lists {
		for _, p := range list {
			bad[p.Line] = true
		}
	}
	return len(bad)
}
