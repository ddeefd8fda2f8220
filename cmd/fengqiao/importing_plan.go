package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fengqiao/cmd/fengqiao/internal/chart"
	"fengqiao/cmd/fengqiao/internal/progress"
	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/grid/survey"
	"fengqiao/handlers"
	"fengqiao/internal/boundary"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// planWish is what is to become of a plan file.
type planWish struct {
	handlers.PlanOptions
	strict, check, repair     bool
	keep                      bool    // store it without putting it in force
	tolerance                 float64 // metres
	report, findings, picture string  // files to write, "" for none
}

// looks tells whether the boundaries are to be looked at.
func (o *planWish) looks() bool {
	return o.check || o.repair || o.report != "" || o.findings != "" || o.picture != ""
}

// usable refuses a tolerance that repairs nothing, and one that makes no sense.
func (o *planWish) usable(f *pflag.FlagSet) error {
	switch {
	case f.Changed("tolerance") && !o.repair:
		return fmt.Errorf("%w: --tolerance is for --repair", settings.ErrUsage)
	case !(o.tolerance > 0 && o.tolerance <= mostTolerance): // NaN neither
		return fmt.Errorf("%w: --tolerance %v is not within 0…%v metres", settings.ErrUsage, o.tolerance, mostTolerance)
	}
	return nil
}

// mostTolerance is where mending ends and redrawing begins.
const mostTolerance = 100

var importPlanHelp = words.Text{
	Zh: `从文件导入网格图，每个网格一个 Polygon 或 MultiPolygon，属性里有编码和名称；属性名不同就用下面的参数指明。格式按扩展名、
再按内容识别：GeoJSON（FeatureCollection，另可有成员 version、schema.levels 和 units）、GeoJSON 序列、Shapefile（.shp，旁边要有 .dbf，可有
.prj、.cpg；文字为 UTF-8 或 GBK）、带 WKT 列的 CSV。“-”为标准输入（Shapefile 除外）。
声明为 EPSG:3857、4490、GCJ-02、BD-09 的坐标自动换算，其他坐标系按名拒绝。

fengqiao plan snapshot 写出的快照按内容识别，原样存入，不必重建索引。

已有网格图时先说明差别；--keep 只存入，日后用 fengqiao plan enact 施行。

--check 只检查边界，不导入：自相交、环的方向、重复点、未闭合、折返、网格间的重叠和空隙（平方米）、洞在外环之外、编码、
经纬度颠倒，逐项说明是哪个网格、在哪里、多大。--report 写成 JSON，--findings 写成可在地图上看的 GeoJSON，--picture 画成 SVG；
这三个不加 --check 也可用。

--repair 修复稳妥的问题并逐项列出：闭合、去重复点和尖刺、改环向、拆开自相接的环、把相距不超过 --tolerance 米的顶点并到一处
（编码在前者不动）、在邻格的边上补缺的点、把同样窄的重叠或空隙归编码在前的网格。更宽的、自相交的、洞在外环之外的不动，
定位时按规则处理，仍列为问题。文件本身不改；与 --check 同用只试不导入。

退出码：0 没有问题；1 无法导入；3 有要素被拒绝，或 --check 发现了问题（与 --repair 同用时指修复后剩下的）。`,
	En: `Imports a plan from a file with a Polygon or MultiPolygon for every cell, whose properties hold its code and name; properties
of other names are told by the flags. The format is told by the file's name, or else its content: GeoJSON (RFC 7946, a
FeatureCollection, beside whose features there may be version, schema.levels and units), a GeoJSON sequence, Shapefile
(.shp with its .dbf beside it, and .prj and .cpg if there are; text in UTF-8 or GBK), CSV with a column of WKT. "-" reads
standard input (no Shapefile).
Coordinates declared as EPSG:3857, 4490, GCJ-02 or BD-09 are converted; any other system is refused by name.

A snapshot that fengqiao plan snapshot wrote is recognised by its content and kept as it is, without building an index.

Where there is a plan already, what changes is told. --keep only stores the edition; fengqiao plan enact puts it in force.

--check only looks at the boundaries: rings that cross themselves, run the wrong way, repeat points, do not close or run back,
overlaps and gaps between cells (square metres), holes outside their shells, codes, exchanged latitude and longitude; each
with its cell, place and size. --report writes them as JSON, --findings as GeoJSON to look at on a map, --picture as SVG; these
three also work without --check.

--repair mends what is safe and lists each repair: rings are closed and turned, repeated points and spikes removed, rings that
touch themselves split, vertices within --tolerance metres of each other joined (that of the first code stays), a neighbour's
vertex inserted where an edge lacks it, and overlaps and gaps as narrow given to the first in code order. What is wider, rings
that cross themselves and holes outside their shells stay as they are, resolved at lookup and told. The file itself is not
changed; with --check nothing is imported either.

Exit codes: 0 nothing wrong; 1 cannot be imported; 3 features were refused, or --check found something (with --repair:
something is left).`}

func (c *command) importPlan() *cobra.Command {
	var o planWish
	cmd := &cobra.Command{Use: "plan FILE", Args: cobra.ExactArgs(1), Short: c.short("导入网格图", "import a plan of cells"),
		Long: importPlanHelp.In(c.lang),
		Example: `  fengqiao import plan fuyang.geojson
  fengqiao import plan grids.shp --code-property WGDM --name-property WGMC
  fengqiao import plan fuyang.geojson --check --picture fuyang.svg
  fengqiao import plan fuyang.geojson --repair --tolerance 0.5
  fengqiao import plan councils.geojson --code-property nc_id --name-property name --parent-name-property service_re --version 2020`}
	strict := c.strictFlag(cmd)
	c.planFlags(cmd.Flags(), &o)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.strict = *strict
		if err := o.usable(cmd.Flags()); err != nil {
			return err
		}
		if plan, is, err := c.readSnapshot(cmd, args[0]); is || err != nil {
			if err != nil {
				return err
			}
			return c.importSnapshot(cmd, plan, o.keep)
		}
		return c.withBoundaries(args[0], o.PlanOptions, func(f *boundary.File) error {
			err := c.readPlan(cmd, f, &o)
			if err != nil && !errors.Is(err, errPartial) && !errors.Is(err, errRefusedAll) {
				err = fmt.Errorf("%s: %w", args[0], err)
			}
			return err
		})
	}
	return cmd
}

func (c *command) planFlags(f *pflag.FlagSet, o *planWish) {
	f.StringVar(&o.Code, "code-property", "", c.short("编码属性（默认 code）", "property with the code (default code)"))
	f.StringVar(&o.Name, "name-property", "", c.short("名称属性（默认 name）", "property with the name (default name)"))
	f.StringVar(&o.Parent, "parent-code-property", "", c.short("上级编码属性", "property with the code of the unit above"))
	f.StringVar(&o.ParentName, "parent-name-property", "", c.short("上级名称属性", "property with the name of the unit above"))
	f.StringVar(&o.Levels, "schema", "", c.short("层级：china，或由外到内如 region,council:3（冒号后为位数）", "levels: china, or outermost first as region,council:3 (digits behind the colon)"))
	f.StringVar(&o.Version, "version", "", c.short("版本名（默认取文件里的，或按内容生成）", "name of the edition (default: the file's, or made from its content)"))
	f.StringVar((*string)(&o.CRS), "crs", "", c.short("坐标系 wgs84、cgcs2000、gcj02、bd09、epsg3857（默认取文件声明的）", "coordinate system: wgs84, cgcs2000, gcj02, bd09 or epsg3857 (default: the file's)"))
	f.StringVar(&o.Geometry, "wkt-column", "", c.short("CSV 中 WKT 所在的列（默认自动识别）", "column of a CSV with the WKT (default: found by its name or content)"))
	f.BoolVar(&o.keep, "keep", false, c.short("只存入，不施行（见 fengqiao plan）", "only keep it; fengqiao plan puts it in force"))
	f.BoolVar(&o.check, "check", false, c.short("只检查，不导入", "only check"))
	f.BoolVar(&o.repair, "repair", false, c.short("修复稳妥的问题", "mend what is safe"))
	f.Float64Var(&o.tolerance, "tolerance", survey.DefaultTolerance, c.short("--repair 移动边界的限度，米", "how far --repair may move a border, in metres"))
	f.StringVar(&o.report, "report", "", c.short("把发现的问题写成 JSON 文件", "write what was found to this JSON file"))
	f.StringVar(&o.findings, "findings", "", c.short("把发现的问题写成 GeoJSON 文件，可在地图上看", "write what was found to this GeoJSON file, to look at on a map"))
	f.StringVar(&o.picture, "picture", "", c.short("把网格图和问题画成 SVG 文件", "draw plan and findings to this SVG file"))
}

// withBoundaries opens a file of boundaries, "-" for standard input.
func (c *command) withBoundaries(name string, o handlers.PlanOptions, do func(*boundary.File) error) error {
	open := func() (*boundary.File, error) { return handlers.OpenPlan(name, o) }
	if name == "-" {
		open = func() (*boundary.File, error) { return handlers.StreamPlan(c.in, o) }
	}
	f, err := open()
	if found := (boundary.Findings{}); errors.As(err, &found) {
		return fmt.Errorf("%s: %w", name, c.unusable(err))
	}
	if err != nil {
		return err
	}
	return errors.Join(do(f), f.Close())
}

// unusable tells findings in the user's language; other errors stay as they are.
func (c *command) unusable(err error) error {
	var found boundary.Findings
	if errors.As(err, &found) {
		return errors.New(words.Text{Zh: found.Text("zh"), En: found.Text("en")}.In(c.lang))
	}
	return err
}

func (c *command) readPlan(cmd *cobra.Command, src *boundary.File, o *planWish) error {
	meter := progress.Start(c.err, "read", src.Size())
	src.Watch(func(bytes int) { meter.Add(int64(bytes)) })
	in, refused, err := handlers.ReadPlanFile(src, o.PlanOptions)
	meter.End()
	if err != nil {
		return c.unusable(err)
	}
	for _, f := range refused {
		_, _ = fmt.Fprintln(c.err, words.Text{Zh: f.Text("zh"), En: f.Text("en")}.In(c.lang))
	}
	found, err := c.lookAtPlan(in, o)
	if err != nil {
		return err
	}
	if o.strict && len(refused) > 0 {
		return errRefusedAll
	}
	p, err := grid.NewPlan(in.Version, in.Schema, in.Units, in.Cells)
	if err != nil {
		return err
	}
	if !o.check {
		if err := c.storePlan(cmd, p, o.keep, func(context.Context, *store.Plans) (edition.Drawing, error) { return in.Drawing, nil }); err != nil {
			return err
		}
	}
	c.say(c.out, words.Text{Zh: "网格图 %s：%d 个网格，%d 个上级单位，拒绝 %d 个", En: "plan %s: %d cells, %d units, %d refused"},
		p.Version(), p.Len(), len(in.Units), len(refused))
	if len(refused) > 0 || o.check && found > 0 {
		return errPartial
	}
	return nil
}

// lookAtPlan tells what is wrong with the boundaries, if that is wished, and counts it. It comes before the plan's own checks,
// which refuse some of it with fewer words.
func (c *command) lookAtPlan(in *handlers.PlanInput, o *planWish) (found int, err error) {
	if !o.looks() {
		return 0, nil
	}
	look := survey.Options{Schema: in.Schema, Tolerance: o.tolerance}
	s := chart.Chart{Version: in.Version}
	if o.repair {
		in.Cells, s.Fixes = survey.Repair(in.Cells, look)
	}
	s.Cells, s.Found = in.Cells, survey.Inspect(in.Cells, look)
	if o.check || o.repair {
		if err := s.WriteText(c.out, c.lang); err != nil {
			return 0, err
		}
	}
	for _, f := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{o.report, s.WriteReport},
		{o.findings, s.WriteGeoJSON},
		{o.picture, func(w io.Writer) error { return s.WritePicture(w, c.lang) }},
	} {
		if f.path == "" {
			continue
		}
		if err := writeOver(f.path, f.write); err != nil {
			return 0, err
		}
	}
	return len(s.Found), nil
}

// writeOver writes a file anew: a look at a plan is repeated until nothing is left to say.
func writeOver(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// storePlan keeps the plan as an edition, tells what it changes, and puts it in force unless it is only to be kept. made says
// what it is made of.
func (c *command) storePlan(cmd *cobra.Command, plan *grid.Plan, keep bool, made func(context.Context, *store.Plans) (edition.Drawing, error)) (err error) {
	p, err := openPlace(cmd.Context(), storeAddress(c.Values))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	plans, e := p.Store.Plans(), mediation.NewEdition(plan, mediation.Imported, c.now())
	if e.Of, _, err = plans.InForce(cmd.Context()); err != nil {
		return err
	}
	if e.Of != "" && e.Of != e.Version {
		before, err := plans.Load(cmd.Context(), e.Of)
		if err != nil {
			return err
		}
		c.tellDifference(edition.Compare(before, plan))
	}
	d, err := made(cmd.Context(), plans)
	if err != nil {
		return err
	}
	if keep {
		err = plans.Keep(cmd.Context(), e, d, plan)
	} else {
		err = plans.Import(cmd.Context(), mediation.AnyRevision, e, d, plan)
	}
	if errors.Is(err, &mediation.Error{Kind: mediation.Differs}) {
		err = fmt.Errorf("version %s is taken by another plan; give this one its own with --version", plan.Version())
	}
	return err
}
