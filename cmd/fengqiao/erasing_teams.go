package main

import (
	"context"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/mediation/team"
)

func (c *command) eraseTenuresCommand(yes *bool) *cobra.Command {
	return &cobra.Command{Use: "tenures LOGIN", Args: cobra.ExactArgs(1), Short: c.short("从网格团队的历史里去掉一个已不在岗的账号", "strike an account from the history of grids' teams, once it holds no post"),
		Long: words.Text{
			Zh: `去掉该账号在各网格团队任职、替班的记录里的名字；岗位何时有人、何时空缺仍在。仍在岗或替班的不能去掉，须先离岗或移交。`,
			En: `Strikes the account from who held which post and stood in for whom in every team; when a post was held and vacant stays. Who holds a
post or stands in for somebody cannot be struck off before that ends.`}.In(c.lang),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withUser(cmd, args[0], func(ctx context.Context, in *installation, u account.User) error {
				return c.eraseTenures(ctx, in, u.ID, *yes)
			})
		}}
}

func (c *command) eraseTenures(ctx context.Context, in *installation, user string, yes bool) error {
	if !yes {
		list, _, err := in.Store.Teams().List(ctx, team.Query{Was: user}, "", 1000)
		if err != nil {
			return err
		}
		return c.sayNothingErased(len(list))
	}
	n, err := in.teams(in.service(&grid.Atlas{}, nil, in.now, c.logger()), &grid.Atlas{}, in.now).Forget(ctx, user)
	if err == nil {
		c.say(c.out, words.Text{Zh: "已从 %d 支团队的历史里去掉", En: "struck from the history of %d teams"}, n)
	}
	return err
}
