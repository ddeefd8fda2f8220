package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/progress"
	"fengqiao/cmd/fengqiao/internal/replay"
	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
)

// replayFlags are the flags as they were written.
type replayFlags struct {
	replay.Options
	columns, zone, categoryMap, passwordFile string
	quiet                                    bool
}

func (c *command) replayCommand() *cobra.Command {
	var r replayFlags
	cmd := &cobra.Command{Use: "replay FILE.csv[.gz]", Args: cobra.ExactArgs(1), Short: c.short("把真实上报回放给运行中的服务", "send real reports into a running server"),
		Long: words.Text{
			Zh: `逐行把 CSV 里的上报经 HTTP 发给服务，像手机一样：登录、带自己的编号、没有回音就用同一编号重发。同一文件回放第二遍不会
多存任何东西。结束时打印一张表。服务端的频率上限照样生效，批量回放请用 --rate-factor 调高。有未存下的行时退出码 3。`,
			En: `Sends the reports of a CSV file to a server, row by row, as phones do: signed in, each with an id of its own, again with the
same id where no answer came. The same file again stores nothing new. A table at the end tells what became of them. The
server's rate limits hold: raise them with its --rate-factor. Exit code 3 if rows were not stored.`}.In(c.lang),
		Example: `  fengqiao replay requests.csv.gz --to http://127.0.0.1:8080 --login gw-1 --password-file pw.txt \
    --map lat=latitude,lon=longitude,at=createddate,category=requesttype,id=srnumber \
    --time-layout "1/2/06 15:04" --zone America/Los_Angeles --category-default other --connections 16`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.replay(cmd, args[0], &r) }}
	f := cmd.Flags()
	f.StringVar(&r.To, "to", "http://127.0.0.1:8080", c.short("服务地址", "the server's address"))
	f.StringSliceVar(&r.Logins, "login", nil, c.short("登录名，可多个，轮流发送", "logins, who send in turn"))
	f.StringVar(&r.passwordFile, "password-file", "", c.short("密码文件，- 为标准输入", "file with their password, - for standard input"))
	f.StringVar(&r.columns, "map", "id=id,lat=lat,lon=lon,at=at,category=category,severity=severity,emergency=emergency,text=text",
		c.short("字段=列", "FIELD=COLUMN pairs"))
	f.StringVar(&r.Layout, "time-layout", "", c.short("时间格式（Go 写法，默认 RFC 3339）", "layout of times in Go's notation (default RFC 3339)"))
	f.StringVar(&r.zone, "zone", "Asia/Shanghai", c.short("时间所在时区", "time zone of the times"))
	f.StringVar(&r.categoryMap, "category-map", "", c.short("类别对照 YAML：原词: 规则里的类别", "YAML of \"word in the file: category of the policy\""))
	f.StringVar(&r.Default, "category-default", "", c.short("对照里没有时用的类别", "category for what is not in the map"))
	f.StringVar(&r.Channel, "channel", "app", c.short("渠道", "channel"))
	f.IntVar(&r.Severity, "severity", 2, c.short("文件没有时的严重程度", "severity where the file has none"))
	f.Float64Var(&r.Speed, "speed", 0, c.short("比实际快多少倍；0 为尽快", "times faster than in the file; 0: as fast as it goes"))
	f.IntVar(&r.Connections, "connections", 8, c.short("并发连接数", "connections"))
	f.DurationVar(&r.GiveUp, "give-up", 2*time.Minute, c.short("一条上报重试多久", "how long one report is sent again and again"))
	f.BoolVar(&r.quiet, "quiet", false, c.short("不逐行列出未存下的行", "do not list the rows that were not stored"))
	_ = cmd.MarkFlagRequired("login")
	_ = cmd.MarkFlagRequired("password-file")
	return cmd
}

func (c *command) replay(cmd *cobra.Command, file string, r *replayFlags) error {
	if err := c.prepareReplay(r); err != nil {
		return err
	}
	meter := progress.Start(c.err, "replay", 0)
	r.Step = meter.Add
	r.Bad = func(line int, reason string) {
		if !r.quiet {
			c.say(c.err, words.Text{Zh: "第 %d 行未存下：%s", En: "line %d not stored: %s"}, line, reason)
		}
	}
	return c.withFile(file, func(src io.Reader) error {
		t, err := replay.Run(cmd.Context(), src, r.Options)
		meter.End()
		if t != nil {
			if printed := t.Print(c.out); err == nil {
				err = printed
			}
		}
		if err == nil && t.Lost() > 0 {
			err = errPartial
		}
		return err
	})
}

func (c *command) prepareReplay(r *replayFlags) error {
	var err error
	if r.Columns, err = replay.ParseMap(r.columns); err != nil {
		return fmt.Errorf("%w: %w", settings.ErrUsage, err)
	}
	if r.Zone, err = time.LoadLocation(r.zone); err != nil {
		return fmt.Errorf("%w: --zone: %w", settings.ErrUsage, err)
	}
	if r.Connections < 1 || r.Speed < 0 || len(r.Logins) == 0 {
		return fmt.Errorf("%w: --connections must be at least 1, --speed 0 or more, and --login not empty", settings.ErrUsage)
	}
	if r.categoryMap != "" {
		text, err := os.ReadFile(r.categoryMap)
		if err != nil {
			return fmt.Errorf("%w: %w", settings.ErrUsage, err)
		}
		if err := yaml.Unmarshal(text, &r.Categories); err != nil {
			return fmt.Errorf("%w: %s: %w", settings.ErrUsage, r.categoryMap, err)
		}
	}
	r.Password, err = c.password(r.passwordFile)
	return err
}
