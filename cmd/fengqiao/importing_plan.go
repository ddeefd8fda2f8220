package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/handlers"
	"fengqiao/mediation"
)

func (c *command) importPlan() *cobra.Command {
	var o handlers.PlanOptions
	var check bool
	cmd := &cobra.Command{Use: "plan FILE.geojson", Args: cobra.ExactArgs(1), Short: c.short("导入网格图", "import a plan of cells"),
		Long: words.Text{
			Zh: `从 GeoJSON（RFC 7946）导入网格图：一个 FeatureCollection，每个网格一个 Polygon 或 MultiPolygon，属性里有编码和名称；
另可有成员 version（版本名）、schema.levels（层级）和 units（上级单位的 code、name）。属性名不同就用下面的参数指明。
声明了 WGS-84 以外坐标系的文件按名拒绝。`,
			En: `Imports a plan from GeoJSON (RFC 7946): a FeatureCollection with a Polygon or MultiPolygon for every cell, whose properties
hold its code and name; beside the features there may be version (the edition's name), schema.levels and units (code and
name of the units above). Properties of other names are told by the flags. A file that declares another datum than WGS-84
is refused by name.`}.In(c.lang),
		Example: `  fengqiao import plan fuyang.geojson
  fengqiao import plan councils.geojson --code-property nc_id --name-property name --parent-name-property service_re --version 2020`}
	strict := c.strictFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&o.Code, "code-property", "", c.short("编码属性（默认 code）", "property with the code (default code)"))
	f.StringVar(&o.Name, "name-property", "", c.short("名称属性（默认 name）", "property with the name (default name)"))
	f.StringVar(&o.Parent, "parent-code-property", "", c.short("上级编码属性", "property with the code of the unit above"))
	f.StringVar(&o.ParentName, "parent-name-property", "", c.short("上级名称属性", "property with the name of the unit above"))
	f.StringVar(&o.Levels, "schema", "", c.short("层级：china，或由外到内如 region,council:3（冒号后为位数）", "levels: china, or outermost first as region,council:3 (digits behind the colon)"))
	f.StringVar(&o.Version, "version", "", c.short("版本名（默认取文件里的，或按内容生成）", "name of the edition (default: the file's, or made from its content)"))
	f.StringVar((*string)(&o.CRS), "crs", "", c.short("坐标系 wgs84、gcj02、bd09", "datum: wgs84, gcj02 or bd09"))
	f.BoolVar(&check, "check", false, c.short("只检查，不导入", "only check"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.withFile(args[0], func(r io.Reader) error {
			err := c.readPlan(cmd, r, o, *strict, check)
			if err != nil && !errors.Is(err, errPartial) && !errors.Is(err, errRefusedAll) {
				err = fmt.Errorf("%s: %w", args[0], err)
			}
			return err
		})
	}
	return cmd
}

func (c *command) readPlan(cmd *cobra.Command, r io.Reader, o handlers.PlanOptions, strict, check bool) error {
	in, found, err := handlers.ReadPlan(r, o)
	var unusable handlers.PlanFindings
	if errors.As(err, &unusable) {
		return errors.New(words.Text{Zh: unusable.Text("zh"), En: unusable.Text("en")}.In(c.lang))
	}
	if err != nil {
		return err
	}
	for _, f := range found {
		_, _ = fmt.Fprintln(c.err, words.Text{Zh: f.Text("zh"), En: f.Text("en")}.In(c.lang))
	}
	if strict && len(found) > 0 {
		return errRefusedAll
	}
	p, err := grid.NewPlan(in.Version, in.Schema, in.Units, in.Cells)
	if err != nil {
		return err
	}
	if !check {
		if err := c.storePlan(cmd, in); err != nil {
			return err
		}
	}
	c.say(c.out, words.Text{Zh: "网格图 %s：%d 个网格，%d 个上级单位，拒绝 %d 个", En: "plan %s: %d cells, %d units, %d refused"},
		p.Version(), p.Len(), len(in.Units), len(found))
	if len(found) > 0 {
		return errPartial
	}
	return nil
}

func (c *command) storePlan(cmd *cobra.Command, in *handlers.PlanInput) error {
	p, err := openPlace(cmd.Context(), storeAddress(c.Values))
	if err != nil {
		return err
	}
	err = p.Store.Plans().Import(cmd.Context(), mediation.AnyRevision, in.Version, in.Schema, in.Units, in.Cells)
	if errors.Is(err, &mediation.Error{Kind: mediation.Differs}) {
		err = fmt.Errorf("version %s is taken by another plan; give this one its own with --version", in.Version)
	}
	return errors.Join(err, p.Close())
}
