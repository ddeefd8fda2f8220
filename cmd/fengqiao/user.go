package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// byCommand is who the history of an account names for what was done here.
const byCommand = "command line"

// anywhere is who works on the store itself: no area bounds them.
func anywhere(by string) mediation.Actor {
	return mediation.Actor{ID: by, Role: mediation.Administrator}
}

func (c *command) userCommand() *cobra.Command {
	user := &cobra.Command{Use: "user", Short: c.short("账号", "accounts"), Long: words.Text{
		Zh: "直接在数据库上管理账号；服务可以同时运行，几秒内生效。",
		En: "Manages accounts in the store itself; a server may be running and notices within seconds."}.In(c.lang)}
	user.AddCommand(c.userBootstrap(), c.userList(), c.userCreate(), c.userLock(), c.userUnlock(), c.userMove(), c.userReset())
	return user
}

// withAccounts opens the installation for one command.
func (c *command) withAccounts(cmd *cobra.Command, do func(ctx context.Context, in *installation) error) error {
	in, err := openInstallation(cmd.Context(), c.Values, c.shell)
	if err != nil {
		return err
	}
	return errors.Join(do(cmd.Context(), in), in.Close())
}

// withUser also finds the user of a login.
func (c *command) withUser(cmd *cobra.Command, login string, do func(ctx context.Context, in *installation, u account.User) error) error {
	return c.withAccounts(cmd, func(ctx context.Context, in *installation) error {
		u, err := in.accounts.UserByLogin(ctx, login)
		if errors.Is(err, account.ErrNotFound) {
			return fmt.Errorf("there is no account %q", login)
		}
		if err != nil {
			return err
		}
		return do(ctx, in, u)
	})
}

func (c *command) userBootstrap() *cobra.Command {
	return &cobra.Command{Use: "bootstrap", Short: c.short("打印建立首个管理员的一次性代码", "print the one-time code for the first administrator"),
		Long: words.Text{
			Zh: "打印一次性代码，24 小时内凭它建立第一个管理员：POST /api/v1/bootstrap {code, login, name, password}。已有管理员时拒绝。",
			En: "Prints a one-time code, good for 24 hours, with which the first administrator is made:\nPOST /api/v1/bootstrap {code, login, name, password}. Refused while there is an administrator."}.In(c.lang),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withAccounts(cmd, func(ctx context.Context, in *installation) error {
				code, err := in.accounts.Bootstrap(ctx)
				if err == nil {
					_, err = fmt.Fprintln(c.out, code)
				}
				return err
			})
		}}
}

func (c *command) userList() *cobra.Command {
	var area, role string
	list := &cobra.Command{Use: "list", Short: c.short("列出账号", "list accounts"),
		Long: words.Text{
			Zh: "列出账号：登录名、角色、区划、部门、状态、网格团队岗位、姓名。",
			En: "Lists accounts: login, role, area, department, state, posts in grid teams, name."}.In(c.lang),
		Example: `  fengqiao user list --area 33.01.11.001 --role grid_worker`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkRole(mediation.Role(role)); role != "" && err != nil {
				return err
			}
			return c.withAccounts(cmd, func(ctx context.Context, in *installation) error {
				w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
				_, _ = fmt.Fprintln(w, "LOGIN\tROLE\tAREA\tUNIT\tSTATE\tPOSTS\tNAME")
				f := account.Filter{Area: grid.Code(area), Role: mediation.Role(role), Limit: 200}
				for {
					users, next, err := in.accounts.ListUsers(ctx, f)
					if err != nil {
						return err
					}
					for _, u := range users {
						state := "open"
						if u.Locked {
							state = "locked"
						}
						posts := make([]string, len(u.Posts))
						for i, p := range u.Posts {
							posts[i] = p.Kind + "@" + string(p.Area)
						}
						_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", u.Login, u.Role, u.Area, u.Unit, state, strings.Join(posts, ";"), u.Name)
					}
					if f.After = next; next == "" {
						return w.Flush()
					}
				}
			})
		}}
	list.Flags().StringVar(&area, "area", "", c.short("只列这个区划内的", "only those inside this area"))
	list.Flags().StringVar(&role, "role", "", c.short("只列这个角色的", "only those of this role"))
	return list
}

// placeFlags are the flags of what a user is and where.
func (c *command) placeFlags(cmd *cobra.Command, p *account.Place) {
	cmd.Flags().StringVar((*string)(&p.Role), "role", "", c.short("角色", "role")+": "+roleNames())
	cmd.Flags().StringVar((*string)(&p.Area), "area", "", c.short("区划编码，如 33.01.11.001", "area code, e.g. 33.01.11.001"))
	cmd.Flags().StringVar(&p.Unit, "unit", "", c.short("部门", "department"))
	cmd.Flags().StringVar(&p.Mediator, "mediator", "", c.short("调解员记录编号", "id of the mediator's record"))
	_ = cmd.MarkFlagRequired("role") // fails only for a flag that does not exist
}

// checkRole tells the roles there are to who misspelt one.
func checkRole(r mediation.Role) error {
	if slices.Contains(mediation.AccountRoles, r) {
		return nil
	}
	return fmt.Errorf("there is no role %q; the roles are %s", r, roleNames())
}

func roleNames() string {
	names := make([]string, len(mediation.AccountRoles))
	for i, r := range mediation.AccountRoles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

func (c *command) userCreate() *cobra.Command {
	var n account.NewUser
	var file string
	create := &cobra.Command{Use: "create LOGIN", Args: cobra.ExactArgs(1), Short: c.short("建立账号", "create an account"),
		Long: words.Text{
			Zh: "建立账号。密码从 --password-file 读取（- 表示标准输入）；不给则生成一次性密码并打印一次。",
			En: "Creates an account. The password is read from --password-file (- for standard input); without it a one-time password is\nmade and printed once."}.In(c.lang),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkRole(n.Role); err != nil {
				return err
			}
			n.Login = args[0]
			if file != "" {
				var err error
				if n.Password, err = c.password(file); err != nil {
					return err
				}
			}
			return c.withAccounts(cmd, func(ctx context.Context, in *installation) error {
				u, err := in.roster().Create(ctx, anywhere(byCommand), n)
				if err != nil {
					return explained(err)
				}
				if file != "" {
					c.say(c.out, words.Text{Zh: "已建立 %s", En: "created %s"}, u.Login)
					return nil
				}
				return c.oneTime(ctx, in, u)
			})
		}}
	create.Flags().StringVar(&n.Name, "name", "", c.short("姓名", "display name"))
	create.Flags().StringVar(&n.Lang, "lang", "", c.short("语言，如 zh-CN、en", "language, e.g. zh-CN, en"))
	create.Flags().StringVar(&file, "password-file", "", c.short("密码文件", "file with the password"))
	c.placeFlags(create, &n.Place)
	_ = create.MarkFlagRequired("name")
	return create
}

// explained tells which field of an account does not fit.
func explained(err error) error {
	var refusal *account.Error
	if errors.As(err, &refusal) && refusal.Reason != "" {
		return fmt.Errorf("%w: %s", err, refusal.Reason)
	}
	return err
}

func (c *command) oneTime(ctx context.Context, in *installation, u account.User) error {
	password, _, err := in.accounts.ResetPassword(ctx, account.Order{By: byCommand}, u.ID)
	if err != nil {
		return err
	}
	c.say(c.err, words.Text{Zh: "%s 的一次性密码（首次登录须更改，七天内有效）：", En: "one-time password of %s, to be changed at the first sign-in within seven days:"}, u.Login)
	_, err = fmt.Fprintln(c.out, password)
	return err
}

// letGo refuses to take somebody away from what would be nobody's without them, unless that cannot wait.
func (c *command) letGo(ctx context.Context, in *installation, u account.User, urgent bool, reason string) error {
	cases := in.service(&grid.Atlas{}, nil, in.now, c.logger())
	err := in.handovers(cases, in.supervision(cases, nil), in.teams(cases, cases.Atlas, cases.Now), in.dockets(cases)).LetGo(ctx, anywhere(byCommand), u.ID, urgent, reason, strconv.Itoa(u.Revision))
	var owed *mediation.Error
	if errors.As(err, &owed) && owed.Code == "handover.owed" {
		return fmt.Errorf("%s holds %s matters that nobody else does: have them handed over first", u.Login, owed.Params["count"])
	}
	return err
}

func (c *command) userLock() *cobra.Command {
	var reason string
	var urgent bool
	lock := &cobra.Command{Use: "lock LOGIN", Args: cobra.ExactArgs(1), Short: c.short("锁定账号", "lock an account and end its sessions"),
		Long: words.Text{
			Zh: "锁定账号：不能再登录，已登录的各处几秒内退出，手机不再收到推送。最后一个管理员不能锁定。\n名下有别人无法承接的在办事项的，须先移交；--urgent 立即锁定，移交随后补办。",
			En: "Locks an account: nobody signs in with it, sessions end within seconds, and its phones get no more pushes. The last\nadministrator cannot be locked. Who holds matters that nobody else does hands them over first; --urgent locks at once, and the\nhand-over is owed."}.In(c.lang),
		Example: `  fengqiao user lock gw-330111001003001 --reason left`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withUser(cmd, args[0], func(ctx context.Context, in *installation, u account.User) error {
				if err := c.letGo(ctx, in, u, urgent, reason); err != nil {
					return err
				}
				_, err := in.accounts.LockUser(ctx, account.Order{By: byCommand}, u.ID, reason)
				return err
			})
		}}
	lock.Flags().StringVar(&reason, "reason", "", c.short("原因", "reason"))
	lock.Flags().BoolVar(&urgent, "urgent", false, c.short("不待移交，立即锁定", "lock at once; the hand-over is owed"))
	return lock
}

func (c *command) userUnlock() *cobra.Command {
	return &cobra.Command{Use: "unlock LOGIN", Args: cobra.ExactArgs(1), Short: c.short("解锁账号", "unlock an account and forget failed sign-ins"),
		Long: words.Text{
			Zh: "解锁账号，并忘掉登录失败的次数（包括最近失败所在的地址）；密码不变。",
			En: "Unlocks an account and forgets failed sign-ins, and those of the addresses that they last came from; the password stays."}.In(c.lang),
		Example: `  fengqiao user unlock gw-330111001003001`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withUser(cmd, args[0], func(ctx context.Context, in *installation, u account.User) error {
				_, err := in.accounts.UnlockUser(ctx, account.Order{By: byCommand}, u.ID)
				return err
			})
		}}
}

func (c *command) userMove() *cobra.Command {
	var to account.Place
	move := &cobra.Command{Use: "move LOGIN", Args: cobra.ExactArgs(1), Short: c.short("调整角色或区划", "change role, area or unit and end the sessions"),
		Long: words.Text{
			Zh: "给账号新的角色和区划，已登录的各处须重新登录。角色、区划、部门、调解员记录一并替换：没写的就没有了。",
			En: "Gives an account another role and area; it signs in anew everywhere. Role, area, department and mediator's record are\nreplaced together: what is not said is gone."}.In(c.lang),
		Example: `  fengqiao user move ts-330111001-1 --role county_staff --area 33.01.11`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkRole(to.Role); err != nil {
				return err
			}
			return c.withUser(cmd, args[0], func(ctx context.Context, in *installation, u account.User) error {
				if u.Leaves(to) {
					if err := c.letGo(ctx, in, u, false, ""); err != nil {
						return err
					}
				}
				_, err := in.roster().Change(ctx, anywhere(byCommand), account.Order{By: byCommand}, u.ID, account.Changes{Place: &to})
				return explained(err)
			})
		}}
	c.placeFlags(move, &to)
	return move
}

func (c *command) userReset() *cobra.Command {
	return &cobra.Command{Use: "reset-password LOGIN", Args: cobra.ExactArgs(1), Short: c.short("重设为一次性密码", "set a one-time password and print it"),
		Long: words.Text{
			Zh: "生成一次性密码并打印一次：七天内有效，首次登录须更改；已登录的各处退出。请当面告知本人。",
			En: "Makes a one-time password and prints it once: good for seven days, to be changed at the first sign-in; sessions end. Tell it\nto the person themselves."}.In(c.lang),
		Example: `  fengqiao user reset-password gw-330111001003001`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withUser(cmd, args[0], func(ctx context.Context, in *installation, u account.User) error { return c.oneTime(ctx, in, u) })
		}}
}

// secret reads what nobody should see from standard input, asking for it without echo on a terminal. It never comes by argument: the
// machine's other users can read those.
func (c *command) secret(prompt words.Text) (string, error) {
	if f, ok := c.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		c.say(c.err, prompt)
		text, err := term.ReadPassword(int(f.Fd()))
		return string(text), err
	}
	text, err := io.ReadAll(io.LimitReader(c.in, 4096))
	return strings.TrimRight(string(text), "\r\n"), err
}

// password reads a password from a file, from standard input for "-", asking for it without echo on a terminal.
func (c *command) password(file string) (string, error) {
	if file == "-" {
		return c.secret(words.Text{Zh: "密码：", En: "password:"})
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%w: %w", settings.ErrUsage, err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}
