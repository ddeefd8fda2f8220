package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/progress"
	"fengqiao/cmd/fengqiao/internal/replay"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/simulate"
)

// simulateFlags are what the subcommands share.
type simulateFlags struct {
	to, sessions string
	connections  int
}

func (c *command) simulateCommand() *cobra.Command {
	var s simulateFlags
	group := &cobra.Command{Use: "simulate", Short: c.short("让虚构的人员经 HTTP 办理案件", "let invented people work a server over HTTP"), Long: words.Text{
		Zh: `用于试验：按当前网格图编造人员，让他们经公开接口登录、接单、调解、办结、回访，直到每个案件都了结，再把结果读回来逐项核对。
用法见 docs/realdata/run.sh。会话文件里有口令和令牌，只供试验；不要对正式系统使用。`,
		En: `For trials: makes up people for the plan in force, lets them sign in, accept, mediate, close and visit again over the public
API until every case is over, then reads everything back and checks it. docs/realdata/run.sh shows the use. The file of
sessions holds passwords and tokens: never use it on a real installation.`}.In(c.lang)}
	f := group.PersistentFlags()
	f.StringVar(&s.to, "to", "http://127.0.0.1:8080", c.short("服务地址", "the server's address"))
	f.StringVar(&s.sessions, "sessions", "sessions.json", c.short("会话文件", "file of sessions"))
	f.IntVar(&s.connections, "connections", 12, c.short("并发连接数", "connections"))
	group.AddCommand(c.simulatePeople(), c.simulateEnrol(&s), c.simulateWork(&s), c.simulateAudit(&s))
	return group
}

func (s *simulateFlags) client() *simulate.Client {
	return simulate.NewClient(s.to, s.connections, 2*time.Minute)
}

func (c *command) simulatePeople() *cobra.Command {
	var dir string
	var tiers simulate.Tiers
	cmd := &cobra.Command{Use: "people", Short: c.short("按当前网格图编造人员和调解员文件", "make up people and mediators files for the plan in force")}
	cmd.Flags().StringVar(&dir, "out", ".", c.short("输出目录", "folder for people.csv and mediators.csv"))
	cmd.Flags().StringVar(&tiers.Cell, "tier-cell", "council", c.short("网格一级调解员的层级", "the policy's tier of mediators of a cell"))
	cmd.Flags().StringVar(&tiers.Above, "tier-above", "region", c.short("上一级调解员的层级", "the policy's tier of those of the unit above"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.withAccounts(cmd, func(ctx context.Context, in *installation) error {
			plan, err := in.mustHavePlan(ctx)
			if err != nil {
				return err
			}
			cast := simulate.NewCast(plan, tiers)
			if err := writeTo(filepath.Join(dir, "mediators.csv"), cast.WriteMediators); err != nil {
				return err
			}
			if err := writeTo(filepath.Join(dir, "people.csv"), cast.WritePeople); err != nil {
				return err
			}
			c.say(c.out, words.Text{Zh: "%d 人，其中调解员 %d 人", En: "%d people, %d of them mediators"}, len(cast.People), len(cast.Mediators))
			return nil
		})
	}
	return cmd
}

func writeTo(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func (c *command) simulateEnrol(s *simulateFlags) *cobra.Command {
	var code, login, file string
	cmd := &cobra.Command{Use: "enrol", Short: c.short("建立首个管理员，让每个人登录并登记手机", "make the first administrator, sign everybody in, register their phones")}
	cmd.Flags().StringVar(&code, "code", "", c.short("fengqiao user bootstrap 打印的代码", "code printed by fengqiao user bootstrap"))
	cmd.Flags().StringVar(&login, "login", "admin", c.short("管理员登录名", "the administrator's login"))
	cmd.Flags().StringVar(&file, "password-file", "", c.short("所有人共用的口令文件", "file with the password that everybody gets"))
	_ = cmd.MarkFlagRequired("code")
	_ = cmd.MarkFlagRequired("password-file")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		password, err := c.password(file)
		if err != nil {
			return err
		}
		admin, err := simulate.Bootstrap(cmd.Context(), s.client(), code, login, password)
		if err != nil {
			return err
		}
		meter := progress.Start(c.err, "enrol", 0)
		sessions, err := simulate.Enrol(cmd.Context(), admin, s.connections, func(done, total int) { meter.Set(int64(done), int64(total)) })
		meter.End()
		if err != nil {
			return err
		}
		c.say(c.out, words.Text{Zh: "%d 人已登录并登记手机", En: "%d people are signed in, each with a phone"}, len(sessions))
		return simulate.Save(s.sessions, append(sessions, admin))
	}
	return cmd
}

func (c *command) simulateWork(s *simulateFlags) *cobra.Command {
	o := simulate.Options{Say: func(line string) { _, _ = fmt.Fprintln(c.err, line) }}
	cmd := &cobra.Command{Use: "work", Short: c.short("办理案件，直到全部了结", "work until every case is over")}
	cmd.Flags().DurationVar(&o.Pause, "pause", 2*time.Second, c.short("无事可做时多久再看一次", "how long somebody with nothing to do waits"))
	cmd.Flags().DurationVar(&o.Idle, "idle", 20*time.Second, c.short("多久没有在办案件就结束", "end when no case has been open for so long"))
	cmd.Flags().DurationVar(&o.Limit, "limit", 30*time.Minute, c.short("最长时间", "end in any case after so long"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		client := s.client()
		sessions, err := simulate.Load(s.sessions, client)
		if err != nil {
			return err
		}
		o.Workers = s.connections
		began := time.Now()
		tally, err := simulate.NewOffice(client, sessions, o).Run(cmd.Context())
		c.showWork(client, tally, time.Since(began))
		if n, first := tally.Faults(); n > 0 && err == nil {
			err = fmt.Errorf("%d requests failed, the first: %w", n, first[0])
		}
		return errors.Join(err, simulate.Save(s.sessions, sessions))
	}
	return cmd
}

func (c *command) showWork(client *simulate.Client, tally *simulate.Tally, took time.Duration) {
	done, refused := tally.Rows()
	requests, repeats := client.Requests()
	var figures []simulate.Figure
	for _, r := range done {
		figures = append(figures, simulate.Figure{Name: r[0], Value: r[1]})
	}
	for _, r := range refused {
		figures = append(figures, simulate.Figure{Name: "somebody was faster: " + r[0], Value: r[1]})
	}
	faults, first := tally.Faults()
	figures = append(figures, simulate.Figure{Name: "faults", Value: fmt.Sprint(faults)}, simulate.Figure{Name: "requests", Value: fmt.Sprint(requests)},
		simulate.Figure{Name: "of them repeated", Value: fmt.Sprint(repeats)}, simulate.Figure{Name: "took", Value: took.Round(time.Second).String()})
	_, _ = fmt.Fprint(c.out, simulate.Markdown(figures, nil))
	for _, err := range first {
		_, _ = fmt.Fprintln(c.err, err)
	}
}

func (c *command) simulateAudit(s *simulateFlags) *cobra.Command {
	var requests, ground, code string
	a := simulate.Audit{ClientID: replay.ClientID}
	columns := simulate.Columns{}
	cmd := &cobra.Command{Use: "audit", Short: c.short("读回全部结果并核对", "read everything back and check it")}
	f := cmd.Flags()
	f.StringVar(&requests, "requests", "", c.short("回放过的 CSV", "the CSV file that was replayed"))
	f.StringVar(&ground, "ground", "", c.short("网格图的 GeoJSON", "the plan's GeoJSON"))
	f.StringVar(&code, "code-property", "code", c.short("编码属性", "its property with the code"))
	f.StringVar(&columns.ID, "id", "id", c.short("编号列", "column with the id"))
	f.StringVar(&columns.Lon, "lon", "lon", c.short("经度列", "column with the longitude"))
	f.StringVar(&columns.Lat, "lat", "lat", c.short("纬度列", "column with the latitude"))
	f.StringVar(&columns.Own, "own", "own", c.short("文件自带的区划列", "column with the file's own answer"))
	f.StringSliceVar(&a.Senders, "login", nil, c.short("回放全文件的登录名", "logins that replayed the whole file"))
	f.StringVar(&a.Pushes, "pushes", "http://127.0.0.1:9099/stats", c.short("本地 FCM 服务的统计地址", "figures of the local FCM server"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if a.Sessions, err = simulate.Load(s.sessions, s.client()); err != nil {
			return err
		}
		if err := c.withFile(requests, func(r io.Reader) (err error) { a.Requests, err = simulate.ReadRequests(r, columns); return err }); err != nil {
			return err
		}
		if err := c.withFile(ground, func(r io.Reader) (err error) { a.Ground, err = simulate.ReadGround(r, code); return err }); err != nil {
			return err
		}
		a.Connections = s.connections
		figures, checks, err := a.Run(cmd.Context())
		_, _ = fmt.Fprint(c.out, simulate.Markdown(figures, checks))
		if err == nil && !simulate.Passed(checks) {
			err = errors.New("not everything is as it must be")
		}
		return errors.Join(err, simulate.Save(s.sessions, a.Sessions))
	}
	return cmd
}
