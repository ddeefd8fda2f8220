package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/sample"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/fixtures"
	"fengqiao/internal/seal"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
)

// demoFile keeps the demo's password, which exists to be shown, so that a second start shows the same.
const demoFile = "demo.json"

func (c *command) demoCommand() *cobra.Command {
	var asJSON bool
	var folder string
	cmd := &cobra.Command{Use: "demo", Short: c.short("装好样例县并启动", "set up the sample county and run"),
		Long: words.Text{
			Zh: `在数据目录（默认 ./data/demo）里装好样例县：杭州富阳的网格图、规则、人员、调解员、最近几天的上报和安吉的评价指数，然后启动服务，
打印地址和每个角色的登录。再次运行会接着用原来的数据。跟着 docs/tour.sh 可以把一条上报一直走到回访。
样例里没有真实个人的数据；不要把它当正式系统用。`,
			En: `Sets up the sample county in the data folder (./data/demo unless told otherwise): the plan, policy, people and mediators of
Fuyang, Hangzhou, the reports of the last days and Anji's scorecard; then runs the server and prints its address and one sign-in per role.
Run again, it goes on with what is there. docs/tour.sh takes one report all the way to the return visit. Nothing in it
is about a real person; it is not for real use.`}.In(c.lang),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("data") && c.getenv("FENGQIAO_DATA") == "" {
				c.Data = filepath.Join("data", "demo")
			}
			if folder != "" {
				return c.writeSample(folder)
			}
			return c.demo(cmd.Context(), asJSON)
		}}
	cmd.Flags().BoolVar(&asJSON, "json", false, c.short("先打印一行 JSON：地址与登录", "print address and sign-ins as one line of JSON first"))
	cmd.Flags().StringVar(&folder, "write", "", c.short("只把样例县写成文件（可供 import、replay 使用），不启动", "only write the sample county into this folder, as import and replay read it"))
	return cmd
}

// welcome is what the demo prints first.
type welcome struct {
	Address string   `json:"address"`
	SignIns []signIn `json:"signIns"`
	// Place is where the cast works, [longitude, latitude] in WGS-84 degrees, and Grid its code.
	Place [2]float64 `json:"place"`
	Grid  string     `json:"grid"`
	Tour  string     `json:"tour"`
	// Scorecard is where the sample scorecard is measured, for who signs in as supervisor, leader or county staff.
	Scorecard string `json:"scorecard"`
	// Opinions is the public page of collecting opinions, which takes no sign-in.
	Opinions string `json:"opinions"`
}

type signIn struct {
	Role     string `json:"role"`
	Login    string `json:"login"`
	Password string `json:"password"`
	Area     string `json:"area"`
	Name     string `json:"name"`
}

func (c *command) demo(ctx context.Context, asJSON bool) error {
	password, err := c.demoData()
	if err != nil {
		return err
	}
	county, err := fixtures.Fuyang(fixtures.DefaultSeed)
	if err != nil {
		return err
	}
	if err := c.demoCounty(ctx, county, password); err != nil {
		return err
	}
	if c.DesksFile == "" {
		if c.DesksFile, err = writeDesks(c.Data, county, demoDesks); err != nil {
			return err
		}
	}
	return c.serve(ctx, func(_ context.Context, _ *system, address string) error {
		return c.greet(county.Cast(), address, password, asJSON)
	})
}

// demoData makes the folder with its installation key and password, or finds them.
func (c *command) demoData() (string, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return "", err
	}
	if c.KeyService == "" {
		if _, err := seal.CreateInstallationKey(c.Data); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
	file := filepath.Join(c.Data, demoFile)
	var kept struct{ Password string }
	text, err := os.ReadFile(file)
	if err == nil {
		if err = json.Unmarshal(text, &kept); err != nil {
			err = fmt.Errorf("%s: %w", file, err)
		}
		return kept.Password, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if kept.Password, err = sample.Password(); err != nil {
		return "", err
	}
	if text, err = json.Marshal(kept); err != nil {
		return "", err
	}
	return kept.Password, os.WriteFile(file, text, 0o600)
}

// demoCounty fills an installation that holds nothing yet.
func (c *command) demoCounty(ctx context.Context, county *fixtures.County, password string) (err error) {
	in, err := openInstallation(ctx, c.Values, c.shell)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	version, _, err := in.plans.InForce(ctx)
	if err != nil {
		return err
	}
	show, end := c.steps()
	defer end()
	t := sample.Target{Accounts: in.accounts, Plans: in.plans, Policies: in.policies, Mediators: in.mediators, Sealer: in.ring,
		Service: in.service, Log: c.logger(), Now: in.now, Further: demoOpinions}
	if err := t.Fill(ctx, county, password, version == county.Version, show); err != nil {
		return err
	}
	return demoCard(ctx, in.Store.Scorecards())
}

// demoOpinions has the sample county collect opinions, which its own rules do not, so that the public pages have something to show.
const demoOpinions = `
opinions:
  paper: contact
  channel: visit
  topics:
    - {key: roads, name: {zh: 道路出行, en: roads}, unit: 富阳区住房和城乡建设局}
    - {key: law, name: {zh: 法律服务, en: legal services}, unit: 富阳区司法局}
`

// demoDesks are the outside desks of the sample county, and the accounts of their servers.
var demoDesks = map[string]string{"12345": "desk-12345", "110": "desk-110"}

// demoScorecard is the sample that the demo measures by.
const demoScorecard = "anji"

// demoCard puts the sample scorecard in force where there is none; what somebody has imported stays.
func demoCard(ctx context.Context, cards scorecard.Cards) error {
	if have, _, err := cards.InForce(ctx); err != nil || len(have) > 0 {
		return err
	}
	src, err := fixtures.Scorecard(demoScorecard)
	if err != nil {
		return err
	}
	card, err := scorecard.Load(demoScorecard+".yaml", src)
	if err != nil {
		return err
	}
	return cards.Put(ctx, mediation.AnyRevision, card)
}

func (c *command) greet(cast fixtures.Cast, address, password string, asJSON bool) error {
	w := welcome{Address: address, Place: cast.Place, Grid: string(cast.Grid), Tour: "docs/tour.sh",
		Scorecard: address + "/api/v1/scorecards/" + demoScorecard + "/results?by=area", Opinions: address + "/opinions"}
	for _, p := range cast.People {
		w.SignIns = append(w.SignIns, signIn{p.Role, p.Login, password, string(p.Area), p.Name})
	}
	if asJSON {
		text, err := json.Marshal(w)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "%s\n", text)
		return err
	}
	c.say(c.out, words.Text{Zh: "样例县已就绪：%s （接口文档 %s/docs）", En: "the sample county is ready at %s (API at %s/docs)"}, address, address)
	tab := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tab, "ROLE\tLOGIN\tPASSWORD\tAREA\tNAME")
	for _, s := range w.SignIns {
		_, _ = fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\n", s.Role, s.Login, s.Password, s.Area, s.Name)
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "评价指数（安吉样例；以督查员、领导、县级工作人员登录）：%s", En: "the scorecard (Anji's sample; sign in as supervisor, leader or county staff): %s"}, w.Scorecard)
	c.say(c.out, words.Text{Zh: "居民看的民意征集网页，不用登录：%s", En: "what residents read of collecting opinions, without sign-in: %s"}, w.Opinions)
	c.say(c.out, words.Text{Zh: "在另一个终端运行：ADDRESS=%s PASSWORD=%s bash docs/tour.sh", En: "in another terminal: ADDRESS=%s PASSWORD=%s bash docs/tour.sh"}, address, password)
	return nil
}
