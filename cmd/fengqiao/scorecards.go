package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
)

func (c *command) scorecardCommand() *cobra.Command {
	group := &cobra.Command{Use: "scorecard", Short: c.short("评价指数文件", "files of scorecards")}
	group.AddCommand(&cobra.Command{Use: "check FILE.yaml", Args: cobra.ExactArgs(1), Short: c.short("检查评价指数文件，不导入", "check a scorecard's file without importing it"),
		Long: words.Text{
			Zh: "检查评价指数文件：键、权重、目标值、每个公式。有任何错误（文件:行:列: 键: 原因）退出码 1。奖励拒收或要求息诉罢访的指标不能通过。",
			En: "Checks a scorecard's file: keys, weights, targets, every formula. Anything wrong (file:line:column: key: reason) is exit code 1. An indicator that\nwould reward refusing intake, or demand that petitions be given up, does not pass."}.In(c.lang),
		RunE: func(_ *cobra.Command, args []string) error {
			return c.withScorecard(args[0], func(*scorecard.Card) error { return nil })
		}})
	return group
}

func (c *command) importScorecard() *cobra.Command {
	return &cobra.Command{Use: "scorecard FILE.yaml", Args: cobra.ExactArgs(1), Short: c.short("导入评价指数", "import a scorecard"),
		Long: words.Text{
			Zh: "导入评价指数并使之生效；有任何错误（文件:行:列: 键: 原因）就不导入。同一标识再次导入即换新版，已定格的月份仍按当时的版本。",
			En: "Imports a scorecard and puts it in force. Anything wrong (file:line:column: key: reason) refuses it as a whole. Imported again under the same word it\nis a new version; months that were frozen keep the version of their time."}.In(c.lang),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withScorecard(args[0], func(card *scorecard.Card) error {
				p, err := openPlace(cmd.Context(), storeAddress(c.Values))
				if err != nil {
					return err
				}
				return errors.Join(p.Store.Scorecards().Put(cmd.Context(), mediation.AnyRevision, card), p.Close())
			})
		}}
}

// withScorecard reads a file, does something with the card, and says that it is a good one.
func (c *command) withScorecard(file string, do func(*scorecard.Card) error) error {
	return c.withFile(file, func(r io.Reader) error {
		src, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		card, err := scorecard.Load(file, src)
		if err != nil {
			return c.known(err)
		}
		if err := do(card); err != nil {
			return err
		}
		c.say(c.out, words.Text{Zh: "评价指数 %s 有效：%d个维度，%d项指标", En: "scorecard %s is valid: %d dimensions, %d indicators"},
			card.ID, len(card.Dimensions), len(card.Indicators()))
		return nil
	})
}
