package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/store"
	"fengqiao/mediation/opinion"
)

// suggestionEraser erases who made suggestions, and in what words.
func (in *installation) suggestionEraser() *opinion.Eraser {
	return &opinion.Eraser{Suggestions: in.Store.Suggestions(), Papers: in.slipEraser(), Keys: in.ring,
		Open: in.reading, Holds: in.Store.Holds()}
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

// sweepSuggestions removes what is still known of those who made suggestions and are erased.
func sweepSuggestions(ctx context.Context, in *installation) error {
	e := in.suggestionEraser()
	return in.Engine.Walk(ctx, "opinion_suggestions", func(row store.Row) error { return e.Sweep(ctx, row.ID) })
}
