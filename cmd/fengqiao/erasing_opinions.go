package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/opinion"
)

// suggestionEraser erases who made suggestions, and in what words.
func (in *installation) suggestionEraser() *opinion.Eraser {
	return &opinion.Eraser{Suggestions: in.Store.Suggestions(), Campaigns: in.Store.OpinionCampaigns(), Papers: in.slipEraser(), Keys: in.ring,
		Open: func(ctx context.Context, v mediation.Sealed) (string, error) {
			if v.Empty() {
				return "", nil
			}
			plain, err := in.ring.Open(ctx, v)
			if errors.Is(err, mediation.ErrErased) {
				return "", nil
			}
			return string(plain), err
		}}
}

func (c *command) eraseSuggestionCommand(yes *bool) *cobra.Command {
	return &cobra.Command{Use: "suggestion ID", Args: cobra.ExactArgs(1), Short: c.short("注销一条已有结果的居民建议：姓名、电话和原文", "erase a resident's suggestion that has its outcome: name, phone and words"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := openInstallation(cmd.Context(), c.Values, c.shell)
			if err != nil {
				return err
			}
			if _, err = in.Store.Suggestions().Load(cmd.Context(), args[0]); err == nil && *yes {
				err = in.suggestionEraser().Erase(cmd.Context(), args[0])
			}
			if err = errors.Join(err, in.Close()); err != nil {
				return err
			}
			if !*yes {
				return c.sayNothingErased(1)
			}
			c.say(c.out, words.Text{Zh: "已注销", En: "erased"})
			return nil
		}}
}

// suggestionsDue lists the suggestions that have been kept long enough.
func (c *command) suggestionsDue(ctx context.Context, in *installation, days int, now time.Time) ([]string, error) {
	ids, err := in.suggestionEraser().Due(ctx, days, now)
	if err == nil && len(ids) > 0 {
		c.say(c.out, words.Text{Zh: "到期的建议 %d 条（征集结束后保存 %d 天）", En: "due: %d suggestions (kept for %d days after their campaign)"}, len(ids), days)
	}
	return ids, err
}

func eraseSuggestions(ctx context.Context, in *installation, ids []string) error {
	e := in.suggestionEraser()
	for _, id := range ids {
		if err := e.Erase(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// sweepSuggestions removes what is still known of those who made suggestions and are erased.
func sweepSuggestions(ctx context.Context, in *installation) error {
	e := in.suggestionEraser()
	return in.Engine.Walk(ctx, "opinion_suggestions", func(row store.Row) error { return e.Sweep(ctx, row.ID) })
}
