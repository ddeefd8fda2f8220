package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/fixtures"
	"fengqiao/internal/scenario"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// scenarioFlags are the flags as they were written.
type scenarioFlags struct {
	url, passwordFile, store, out string
}

func (c *command) scenarioCommand() *cobra.Command {
	group := &cobra.Command{Use: "scenario", Short: c.short("演练各县的做法", "play what the counties practise")}
	var f scenarioFlags
	run := &cobra.Command{Use: "run FILE|NAME|all", Args: cobra.ExactArgs(1), Short: c.short("演练一个场景并核对", "play a scenario and compare"),
		Long: words.Text{
			Zh: `按场景文件逐步演练：谁上报、谁受理、谁接单、谁让它过期，案件的时钟随之向前拨；每一步打印案件时间，最后打印"做法 → 演示了什么
→ 通过/不符"的表。不给 --url 时在本机启动一个用虚拟时钟的服务，装好样例县，演练完即删。有任何不符时退出码 1。`,
			En: `Plays a scenario step by step: who reports, accepts, takes, lets lapse, while the clock of cases is moved on. Each step is printed
with its case time, then a table "practice → what was shown → pass/fail". Without --url it runs a server of its own on loopback
with a virtual clock and the sample county, which is gone afterwards. Exit code 1 where anything is not as it must be.`}.In(c.lang),
		Example: "  fengqiao scenario run all --out report.md\n  fengqiao scenario run fuyang --store mongodb",
		RunE:    func(cmd *cobra.Command, args []string) error { return c.runScenarios(cmd.Context(), args[0], f) }}
	flags := run.Flags()
	flags.StringVar(&f.url, "url", "", c.short("正在运行的服务（须以 --clock virtual 启动并装有样例县）", "a running server, started with --clock virtual and holding the sample county"))
	flags.StringVar(&f.passwordFile, "password-file", "", c.short("该服务上众人共用的口令文件，- 为标准输入", "file with the password that everybody has there, - for standard input"))
	flags.StringVar(&f.store, "store", "sqlite", c.short("自启服务所用的存储：sqlite，或 mongodb（地址取自 MONGODB_URI）", "store of the server of its own: sqlite, or mongodb (at MONGODB_URI)"))
	flags.StringVar(&f.out, "out", "", c.short("把报告写成 Markdown", "file for the report, in Markdown"))
	group.AddCommand(run, &cobra.Command{Use: "list", Short: c.short("列出自带的场景", "list the scenarios that the program brings along"),
		RunE: func(*cobra.Command, []string) error { return c.listScenarios() }})
	return group
}

// errDiffers: something was not as it had to be.
var errDiffers = errors.New("the scenario shows something else than it must")

func (f scenarioFlags) check() error {
	switch {
	case f.store != "sqlite" && f.store != "mongodb":
		return fmt.Errorf("%w: --store: want sqlite or mongodb", settings.ErrUsage)
	case f.url != "" && f.passwordFile == "":
		return fmt.Errorf("%w: --url needs --password-file", settings.ErrUsage)
	case f.url == "" && f.passwordFile != "":
		return fmt.Errorf("%w: --password-file is for --url", settings.ErrUsage)
	}
	return nil
}

func (c *command) listScenarios() error {
	for _, name := range fixtures.Scenarios() {
		f, err := readScenario(name)
		if err != nil {
			return err
		}
		c.say(c.out, words.Text{Zh: name + "  " + f.Name.Zh, En: name + "  " + f.Name.En})
	}
	return nil
}

// readScenario reads one of those that the program brings along, or else a file.
func readScenario(name string) (*scenario.File, error) {
	if slices.Contains(fixtures.Scenarios(), name) {
		text, err := fixtures.Scenario(name)
		if err != nil {
			return nil, err
		}
		return scenario.Read(name+".yaml", bytes.NewReader(text))
	}
	src, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w; the program brings along %s", settings.ErrUsage, err, strings.Join(fixtures.Scenarios(), ", "))
	}
	defer func() { _ = src.Close() }()
	return scenario.Read(name, src)
}

func (c *command) runScenarios(ctx context.Context, which string, f scenarioFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	names := []string{which}
	if which == "all" {
		names = fixtures.Scenarios()
	}
	if len(names) > 1 && f.url != "" {
		return fmt.Errorf("%w: with --url one scenario at a time: the clock of a server never goes back", settings.ErrUsage)
	}
	// All are read before the first is played: a slip in the last one shows at once.
	files := make([]*scenario.File, len(names))
	for i, name := range names {
		var err error
		if files[i], err = readScenario(name); err != nil {
			return err
		}
	}
	var report bytes.Buffer
	var wrong []error
	for i, file := range files {
		if err := c.playScenario(ctx, file, f, &report); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", names[i], err))
		}
	}
	if f.out != "" {
		wrong = append(wrong, os.WriteFile(f.out, report.Bytes(), 0o644))
	}
	return errors.Join(wrong...)
}

// playScenario plays one file, prints it, and adds it to the report.
func (c *command) playScenario(ctx context.Context, file *scenario.File, f scenarioFlags, report io.Writer) error {
	telling, err := c.telling(file)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(c.out, telling.Choose(file.Name))
	store := f.store
	if f.url != "" {
		store = "--url" // whatever that server has
	}
	var result scenario.Result
	play := func(ctx context.Context, w scenario.World) (err error) {
		result, err = scenario.Play(ctx, w, file, func(l scenario.Line) { _ = telling.Line(c.out, l) }) // a broken pipe ends the program anyway
		return err
	}
	if f.url != "" {
		err = c.playAt(ctx, file, f, play)
	} else {
		err = c.playHere(ctx, file, f.store, play)
	}
	if result.File == nil {
		return err // it never began
	}
	err = errors.Join(err, telling.Summary(c.out, result), telling.Markdown(report, result, store))
	if err == nil && result.Failed() {
		err = errDiffers
	}
	return err
}

// telling is how a scenario is told: in the county's own time, in the user's language.
func (c *command) telling(file *scenario.File) (scenario.Report, error) {
	text, err := fixtures.Policy(file.Policy)
	if err != nil {
		return scenario.Report{}, err
	}
	pol, err := policy.Load(file.Policy+".yaml", text, mediation.PolicyVocabulary())
	if err != nil {
		return scenario.Report{}, err
	}
	zone, err := pol.Clocks.Calendar.Location()
	choose := func(t scenario.Text) string { return words.Text{Zh: t.Zh, En: t.En}.In(c.lang) }
	return scenario.Report{Zone: zone, Choose: choose}, err
}

// world is the sample county as a scenario finds it.
func world(county *fixtures.County, url, password string) scenario.World {
	cast := county.Cast()
	w := scenario.World{URL: strings.TrimSuffix(url, "/"), HTTP: &http.Client{Timeout: 2 * time.Minute}, Password: password, Roles: map[string]string{}, Mediators: map[string]string{}}
	for _, p := range cast.People {
		w.Roles[p.Role] = p.Login
	}
	for _, p := range county.People {
		if p.Mediator != "" {
			w.Mediators[p.Mediator] = p.Login
		}
	}
	w.Administrator = w.Roles[string(mediation.Administrator)]
	w.County = string(county.Code)
	home := cast.Place
	w.Names = map[string]any{"grid": string(cast.Grid), "place": map[string]any{"type": "Point", "coordinates": []any{home[0], home[1]}},
		"lon": home[0], "lat": home[1]}
	return w
}
