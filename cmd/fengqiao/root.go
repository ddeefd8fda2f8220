package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/cmd/fengqiao/internal/progress"
	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
)

// Exit codes; rootHelp tells them.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
	exitPartial = 3
)

// errPartial: some rows of an import were refused, and told; the rest is stored.
var errPartial = errors.New("some rows were refused")

var rootHelp = words.Text{
	Zh: `fengqiao 是一个网格矛盾纠纷感知与调解后端：网格员上报，系统定位到微网格，立案、派单、调解、办结、回访。

试用：       fengqiao demo
正式安装：   fengqiao keys init
             fengqiao import plan 网格图.geojson；import policy 规则.yaml；import mediators 调解员.csv；import people 人员.csv
             fengqiao user bootstrap
             fengqiao serve

退出码：0 成功；1 失败；2 用法错误；3 导入时有些行被拒绝，其余已导入；或检查网格图时发现了问题。`,
	En: `fengqiao is a backend for sensing and mediating disputes on a grid: grid workers report, reports are placed in their
micro-grid and become cases, mediators are asked, mediate and close, somebody visits again.

Try it:      fengqiao demo
Install it:  fengqiao keys init
             fengqiao import plan PLAN.geojson; import policy POLICY.yaml; import mediators M.csv; import people P.csv
             fengqiao user bootstrap
             fengqiao serve

Exit codes: 0 done; 1 failed; 2 used wrongly; 3 some rows of an import were refused, the rest is stored; or
the check of a plan found something.`,
}

// shell is the world outside the program.
type shell struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	// now is the machine's clock.
	now func() time.Time
}

// command is what every command works with.
type command struct {
	shell
	lang   words.Language
	loader *settings.Loader
	*settings.Values
}

// run carries out one command line and returns the exit code.
func run(ctx context.Context, sh shell, args []string) int {
	c := &command{shell: sh, lang: words.Of(sh.getenv)}
	root := c.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if !errors.Is(err, errPartial) {
		_, _ = fmt.Fprintln(sh.err, "fengqiao:", err)
	}
	switch {
	case errors.Is(err, errPartial):
		return exitPartial
	case errors.Is(err, settings.ErrUsage):
		return exitUsage
	}
	return exitFailure
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{Use: "fengqiao", Long: rootHelp.In(c.lang), SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(*cobra.Command, []string) error { return c.loader.Load(c.getenv) }}
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.SetIn(c.in)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: %w; see %s --help", settings.ErrUsage, err, cmd.CommandPath())
	})
	c.loader = settings.NewLoader(root.PersistentFlags(), c.lang)
	c.Values = c.loader.Values
	root.AddCommand(c.serveCommand(), c.demoCommand(), c.importCommand(), c.planCommand(), c.userCommand(), c.keysCommand(), c.replayCommand(),
		c.simulateCommand(), c.scenarioCommand(), c.scorecardCommand(), c.copyCommand(), c.backupCommand(), c.restoreCommand(), c.verifyCommand(), c.checkpointCommand(), c.eraseCommand(), c.discloseCommand(), c.healthCommand(), c.versionCommand())
	strict(root)
	return root
}

// strict makes wrong arguments and unknown subcommands errors of usage, and lets a command without one show its help.
func strict(cmd *cobra.Command) {
	args := cmd.Args
	if args == nil {
		args = cobra.NoArgs
	}
	group := !cmd.Runnable()
	cmd.Args = func(cmd *cobra.Command, given []string) error {
		if group && len(given) > 0 {
			hint := ""
			if s := cmd.SuggestionsFor(given[0]); len(s) > 0 {
				hint = "; did you mean " + strings.Join(s, " or ") + "?"
			}
			return fmt.Errorf("%w: unknown command %q for %q%s", settings.ErrUsage, given[0], cmd.CommandPath(), hint)
		}
		if err := cmp.Or(args(cmd, given), cmd.ValidateRequiredFlags(), cmd.ValidateFlagGroups()); err != nil {
			return fmt.Errorf("%w: %w; see %s --help", settings.ErrUsage, err, cmd.CommandPath())
		}
		return nil
	}
	if group {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	for _, sub := range cmd.Commands() {
		strict(sub)
	}
}

// say prints one line for the user on the given stream.
func (c *command) say(w io.Writer, t words.Text, args ...any) {
	_, _ = fmt.Fprintln(w, t.Format(c.lang, args...))
}

// short is a command's help on one line.
func (c *command) short(zh, en string) string { return words.Text{Zh: zh, En: en}.In(c.lang) }

// logger writes JSON lines to the error stream.
func (c *command) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // checked with the settings
	return slog.New(slog.NewJSONHandler(c.err, &slog.HandlerOptions{Level: level}))
}

// steps shows the progress of work that goes through several stages.
func (c *command) steps() (archive.Progress, func()) {
	var meter *progress.Meter
	now := ""
	end := func() {
		if meter != nil {
			meter.End()
			meter, now = nil, ""
		}
	}
	return func(what string, done, total int64) {
		if what != now {
			end()
			meter, now = progress.Start(c.err, what, total), what
		}
		meter.Set(done, total)
	}, end
}
