package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

func (c *command) planSnapshot() *cobra.Command {
	var version string
	cmd := &cobra.Command{Use: "snapshot FILE", Args: cobra.ExactArgs(1), Short: c.short("把网格图连同索引写成快照", "write a plan, index included, as a snapshot"),
		Long: words.Text{
			Zh: `把施行中的网格图（或 --version 指明的一版）连同索引写成二进制文件，供另一套装置用 fengqiao import plan 读入，比重建快得多。
文件有格式号和校验和；格式号不同的版本拒收。长期保存请留边界文件。已有的文件不覆盖。`,
			En: `Writes the plan in force, or the edition that --version names, with its index to a binary file, which fengqiao import plan of another
installation reads in a fraction of the time that building takes. It has a format number and a checksum; a release with another
format refuses it, so what is to last is the boundary file. A file that is there already is left alone.`}.In(c.lang),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withPlans(cmd, func(ctx context.Context, plans *store.Plans) error {
				plan, err := planNamed(ctx, plans, version)
				if err != nil {
					return err
				}
				if err := writeNew(args[0], plan.WriteSnapshot); err != nil {
					return err
				}
				c.say(c.out, words.Text{Zh: "网格图 %s 的快照：%s", En: "snapshot of plan %s: %s"}, plan.Version(), args[0])
				return nil
			})
		}}
	cmd.Flags().StringVar(&version, "version", "", c.short("哪一版（默认施行中的）", "which edition (default: the one in force)"))
	return cmd
}

// planNamed is the edition of that name, the one in force for "".
func planNamed(ctx context.Context, plans *store.Plans, version string) (*grid.Plan, error) {
	if version == "" {
		var err error
		if version, _, err = plans.InForce(ctx); err != nil {
			return nil, err
		}
		if version == "" {
			return nil, errors.New("no plan has been imported: fengqiao import plan")
		}
	}
	plan, err := plans.Load(ctx, version)
	return plan, noEdition(version, err)
}

// readSnapshot reads a file if it is a snapshot. What only boundary files can be asked for is refused then.
func (c *command) readSnapshot(cmd *cobra.Command, name string) (plan *grid.Plan, is bool, err error) {
	if is, err = beginsAsSnapshot(name); !is || err != nil {
		return nil, is, err
	}
	for _, flag := range []string{"code-property", "name-property", "parent-code-property", "parent-name-property", "schema", "version", "crs", "wkt-column",
		"check", "repair", "tolerance", "report", "findings", "picture"} {
		if cmd.Flags().Changed(flag) {
			return nil, true, fmt.Errorf("%w: %s is a snapshot and is kept as it is; --%s is for boundary files", settings.ErrUsage, name, flag)
		}
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, true, err
	}
	if plan, err = grid.ReadSnapshot(b); err != nil {
		return nil, true, fmt.Errorf("%s: %w", name, err)
	}
	return plan, true, nil
}

// beginsAsSnapshot leaves it to others to say why a file cannot be opened.
func beginsAsSnapshot(name string) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return false, nil
	}
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return grid.IsSnapshot(head[:n]), errors.Join(err, f.Close())
}

func (c *command) importSnapshot(cmd *cobra.Command, plan *grid.Plan, keep bool) error {
	made := func(ctx context.Context, plans *store.Plans) (edition.Drawing, error) {
		return drawingOf(ctx, plans, plan)
	}
	if err := c.storePlan(cmd, plan, keep, made); err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "网格图 %s：%d 个网格，来自快照", En: "plan %s: %d cells, from a snapshot"}, plan.Version(), plan.Len())
	return nil
}

// drawingOf is what a plan is made of. If it has been imported here from a boundary file, it is what that said: the same
// plan may be drawn in more ways than one, and a version is told again only in the same words.
func drawingOf(ctx context.Context, plans *store.Plans, plan *grid.Plan) (edition.Drawing, error) {
	known, err := plans.Load(ctx, plan.Version())
	if err == nil && samePlan(known, plan) {
		return plans.Drawing(ctx, plan.Version())
	}
	if err != nil && !errors.Is(err, mediation.ErrNotFound) {
		return edition.Drawing{}, err
	}
	d := edition.Drawing{Schema: plan.Schema(), Units: plan.Units()}
	for i := range plan.Len() {
		d.Cells = append(d.Cells, plan.At(i))
	}
	return d, nil
}

// samePlan tells whether two plans are the same in everything.
func samePlan(a, b *grid.Plan) bool {
	var first, second bytes.Buffer
	return a.WriteSnapshot(&first) == nil && b.WriteSnapshot(&second) == nil && bytes.Equal(first.Bytes(), second.Bytes())
}
